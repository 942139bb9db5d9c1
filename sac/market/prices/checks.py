"""What closes must be to be used: every finding names symbol, day and remedy."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sac.arrays import Dates
from sac.errors import DataError
from sac.market.accepted import Accepted, closures_of
from sac.market.calendar import TradingWeeks, exchange_sessions, trading_weeks

__all__ = [
    "ALL",
    "Finding",
    "decided_weeks",
    "findings_of",
    "refuse",
    "series_findings",
    "settled",
    "unpriced",
    "validate_closes",
]

ALL = ""  # in place of a symbol: of the whole universe
_LARGEST_LOG_RETURN = 0.7
_MOST_IDENTICAL = 5
_LEAST_COVERAGE = 0.98
_CORRECT = "Correct the source or take the symbol out of the universe."
_ACCEPT = "If it is real, accept it with a reason."

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Finding:
    """Something about prices that keeps them from being used."""

    symbol: str  # or ALL
    day: str  # ISO, the first one; "" where it is no day's
    text: str  # what is wrong and what to do
    acceptable: bool = False  # by a person who knows that it is real


def validate_closes(closes: pd.DataFrame, accepted: Collection[Accepted] = ()) -> None:
    """Refuse closes (sessions × symbols) that cannot be trusted; the message names symbol and date.

    `accepted`: what a person knows to be real. Raises DataError with the first finding.
    """
    if closes.empty:
        raise DataError("There are no prices: the table is empty.")
    if closes.columns.has_duplicates:
        raise DataError(f"{closes.columns[closes.columns.duplicated()][0]} appears twice among the symbols.")
    index = pd.DatetimeIndex(closes.index)
    if index.has_duplicates:
        raise DataError(f"The session {_day(index[index.duplicated()][0])} appears twice. Remove one row.")
    if not index.is_monotonic_increasing:
        late = index[1:][index[1:] < index[:-1]][0]
        raise DataError(f"The sessions are not sorted: {_day(late)} comes after a later date.")
    refuse(settled(findings_of(closes, closures_of(accepted)), accepted)[0])


def refuse(findings: Sequence[Finding]) -> None:
    """Raise DataError with the first finding and the number of the others; nothing where there are none."""
    if findings:
        others = len(findings) - 1
        plural = "s" * (others > 1)
        more = f" ({others} more finding{plural}: the Data page lists them all.)" if others else ""
        raise DataError(findings[0].text + more)


def settled(
    findings: Iterable[Finding], accepted: Iterable[Accepted]
) -> tuple[list[Finding], tuple[Accepted, ...]]:
    """Findings that stay, and what a person accepted of the others."""
    known = {(one.symbol, one.day): one for one in accepted if one.symbol}
    rest, used = [], dict[Accepted, None]()
    for finding in findings:
        entry = known.get((finding.symbol, finding.day)) if finding.acceptable else None
        if entry:
            used[entry] = None
        else:
            rest.append(finding)
    return rest, tuple(used)


def findings_of(
    closes: pd.DataFrame, closures: Collection[str] = (), remedies: Mapping[str, str] | None = None
) -> list[Finding]:
    """Everything that is wrong with sorted closes (sessions × symbols), of all and symbol by symbol.

    `closures`: ISO days on which nobody traded. `remedies`: how a symbol's source is corrected.
    """
    found: list[Finding] = []
    days = _days(closes)
    first, last = days[[0, -1]]
    sessions = exchange_sessions(first, last, closures)
    strange = ~np.isin(days, sessions)
    for symbol, series in closes.items():
        remedy = (remedies or {}).get(str(symbol), _CORRECT)
        found += series_findings(str(symbol), series, remedy, strange, closures)
    absent = sessions[~np.isin(sessions, days)]
    if len(sessions) and 1 - len(absent) / len(sessions) < _LEAST_COVERAGE:
        text = (
            f"Prices cover {1 - len(absent) / len(sessions):.1%} of the sessions, less than "
            f"{_LEAST_COVERAGE:.0%}; {absent[0]} is missing first. Refresh the data or complete the files."
        )
        return [Finding(ALL, str(absent[0]), text), *found]
    weeks, _ = decided_weeks(days, closures)
    trading = np.concatenate([weeks.decisions, weeks.fills])
    for day in absent[np.isin(absent, trading) & (absent <= weeks.decisions[-1:].max(initial=first))]:
        text = (
            f"No symbol has a close on {day}, a session that decides or fills trades. "
            "Add the prices, or accept the closure if nobody traded."
        )
        found.append(Finding(ALL, str(day), text, acceptable=True))
    return found


def series_findings(
    symbol: str,
    series: pd.Series,
    remedy: str = _CORRECT,
    strange: Mask | None = None,
    closures: Collection[str] = (),
) -> list[Finding]:
    """Everything that is wrong with one symbol's closes by day.

    `strange`: the days that are no session; taken from the calendar where it is not given. Only rows that
    have a close count as strange.
    """
    values, days = series.to_numpy(dtype="float64"), _days(series)
    if strange is None:
        strange = ~np.isin(days, exchange_sessions(days[0], days[-1], closures))
    off, known = strange & ~np.isnan(values), np.isfinite(values)
    closed = off & np.isin(days, np.array(sorted(closures), "datetime64[D]"))
    rules: tuple[tuple[Mask, str], ...] = (
        (off & ~closed, "has a price on {}, which is not an exchange session"),
        (closed, "has a price on {}, which was accepted as a closure"),
        (~known & ~strange, "has no close ({})"),
        (known & (values <= 0), "has a close that is not positive ({})"),
    )
    found = [_first(symbol, days, bad, what, remedy) for bad, what in rules if bad.any()]
    good = known & (values > 0) & ~off
    return found + _suspicious(symbol, values[good], days[good], remedy)


def _first(symbol: str, days: Dates, bad: Mask, what: str, remedy: str) -> Finding:
    """A finding for the first of some days, with their number."""
    day, more = days[bad][0], int(bad.sum()) - 1
    others = f" and on {more} more day{'s' * (more > 1)}" if more else ""
    return Finding(symbol, str(day), f"{symbol} {what.format(day)}{others}. {remedy}")


def _suspicious(symbol: str, values: np.ndarray, days: Dates, remedy: str) -> list[Finding]:
    """What can be real, one finding a day: jumps, and prices that stand still."""
    if not len(values):
        return []
    jump = np.abs(np.diff(np.log(values), prepend=np.log(values[:1]))) > _LARGEST_LOG_RETURN
    changed = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
    pinned = changed[np.diff(np.append(changed, len(values))) > _MOST_IDENTICAL]
    rules = (
        (days[jump], "doubled or halved in a day: is a split not adjusted?"),
        (days[pinned], f"shows the same close for more than {_MOST_IDENTICAL} sessions"),
    )
    return [
        Finding(symbol, str(day), f"{symbol} {what} ({day}). {remedy} {_ACCEPT}", acceptable=True)
        for those, what in rules
        for day in those
    ]


def decided_weeks(days: Dates, closures: Collection[str] = ()) -> tuple[TradingWeeks, Dates]:
    """Complete weeks up to the newest decision that has its price, and later decisions that have none."""
    weeks = trading_weeks(days[0], days[-1], closures)
    decided = np.flatnonzero(np.isin(weeks.decisions, days))
    count = int(decided[-1]) + 1 if len(decided) else 0
    kept = TradingWeeks(weeks.decisions[:count], weeks.fills[:count], weeks.ends[:count])
    return kept, weeks.decisions[count:]


def unpriced(closes: pd.DataFrame, closures: Collection[str], today: np.datetime64) -> list[str]:
    """Sessions before today, to the end of the window's last week, on which no symbol has a close: ISO."""
    days = _days(closes)
    week = days[-1] - (days[-1].astype("int64") + 3) % 7  # its Monday; day 0 was a Thursday
    sessions = exchange_sessions(days[0], max(days[-1], min(week + 6, today - 1)), closures)
    return [str(day) for day in sessions[~np.isin(sessions, days)]]


def _days(prices: pd.DataFrame | pd.Series) -> Dates:
    return prices.index.to_numpy().astype("datetime64[D]")


def _day(value: object) -> str:
    return str(pd.Timestamp(value).date())  # type: ignore[arg-type]
