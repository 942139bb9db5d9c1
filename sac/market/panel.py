"""`MarketPanel`: what was known, and when. Everything downstream takes a panel and reads nothing else."""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from sac.arrays import Dates, Floats
from sac.config import SIGNALS
from sac.errors import DataError, SettingsError
from sac.market.accepted import Accepted, closures_of
from sac.market.calendar import TradingWeeks, exchange_sessions
from sac.market.prices.checks import decided_weeks, validate_closes
from sac.market.prices.sample import DEMO_UNIVERSE, SAMPLE_NOTE, sample_closes

__all__ = ["MarketPanel", "Provenance", "build_panel", "numbered_panel", "sample_panel"]


@dataclass(frozen=True)
class Provenance:
    """Where a panel comes from; dates are ISO text."""

    source: str
    window_start: str  # first session
    window_end: str  # last session: the end of the last complete week
    sha256: str  # of symbols, sessions and every value
    fields: tuple[str, ...]  # price fields and signals that are real
    fetched_at: str | None  # None: embedded
    note: str
    accepted: tuple[Accepted, ...] = ()  # findings and closures that a person accepted

    @property
    def closures(self) -> tuple[str, ...]:
        """Days on which nobody traded although the calendar has them: ISO."""
        return closures_of(self.accepted)

    @property
    def covered_until(self) -> str:
        """The window's end, or the last of the closures that follow it: nothing is missing until then."""
        covered = np.datetime64(self.window_end)
        for day in exchange_sessions(covered + 1, covered + 14):
            if str(day) not in self.closures:
                break
            covered = day
        return str(covered)


@dataclass(frozen=True, eq=False)
class MarketPanel:
    """Aligned arrays by decision session (T) × symbol (n); NaN means "not known"."""

    symbols: tuple[str, ...]
    sessions: Dates  # (S,) every session of the window
    prices: Mapping[str, Floats]  # field -> (S, n) dollars; "close" always, others only where real
    decisions: Dates  # (T,) last session of each complete week
    fills: Dates  # (T,) where the decision trades; the last one lies after the window
    ends: Dates  # (T,) last session of the week that begins with the fill
    returns: Floats  # (T, n) fill t to fill t+1; NaN until that fill is in the window
    gaps: Floats  # (T, n) decision t to fill t: the part of the week before that no decision has seen
    seen: Floats  # (T, n) fill t to decision t+1: the part of `returns` that the next decision has seen
    signals: Floats  # (T, n, 7) as known at the decision's close
    forecasts: Floats  # (T, n) next week's return, predicted at the decision's close
    alphas: Floats  # (T, n) what agents see of it
    provenance: Provenance

    @property
    def closes(self) -> Floats:
        """Adjusted closes in dollars: (S, n)."""
        return self.prices["close"]

    @cached_property
    def years(self) -> npt.NDArray[np.int64]:
        """Calendar year of each decision: (T,)."""
        return self.decisions.astype("datetime64[Y]").astype(np.int64) + 1970

    @cached_property
    def last_sessions(self) -> npt.NDArray[np.intp]:
        """Where in the sessions the last one is that each decision saw: (T,)."""
        return np.searchsorted(self.sessions, self.decisions, side="right") - 1

    @cached_property
    def complete_steps(self) -> int:
        """Steps whose return is known; they are the first ones."""
        return int(np.isfinite(self.returns).all(axis=1).sum())

    @cached_property
    def features(self) -> Floats:
        """Signals and alpha per stock: (T, n, 8)."""
        return np.concatenate([self.signals, self.alphas[..., None]], axis=-1)

    @cached_property
    def known(self) -> npt.NDArray[np.bool_]:
        """Mask of the features that are real: (T, n, 8)."""
        return np.isfinite(self.features)

    def with_forecasts(self, forecasts: Floats, alphas: Floats | None = None) -> "MarketPanel":
        """The same panel with forecasts (T, n), and what agents see of them: by default just these.

        Both must come from data before each decision (leak!).
        """
        seen = forecasts if alphas is None else alphas
        for values in (forecasts, seen):
            if values.shape != self.returns.shape:
                raise ValueError(f"forecasts are {values.shape}, the panel is {self.returns.shape}")
        return dataclasses.replace(self, forecasts=forecasts, alphas=seen)

    def step_at(self, date: str | None = None) -> int:
        """Step of the last decision at or before an ISO date; without one, of the newest.

        Raises SettingsError for what is not a date, DataError where the panel holds no decision for it.
        """
        if date is None:
            return len(self.decisions) - 1
        try:
            day = np.datetime64(dt.date.fromisoformat(date))
        except ValueError:
            raise SettingsError(f"{date!r} is not a valid date: write it as 2022-12-16.") from None
        step = int(np.searchsorted(self.decisions, day, side="right")) - 1
        if step < 0 or day > self.ends[-1]:
            raise DataError(
                f"There is no decision for {date}: the data hold the weeks from {self.decisions[0]} "
                f"to {self.decisions[-1]}."
            )
        return step

    def fingerprint_at(self, step: int) -> str:
        """SHA-256 of what was known at a step's close; of the newest step it is the provenance's."""
        known = int(self.last_sessions[step]) + 1
        return _fingerprint(
            self.symbols,
            self.sessions[:known],
            {name: values[:known] for name, values in self.prices.items()},
            self.signals[: step + 1],
        )

    def steps_known_at(self, decision: int) -> int:
        """How many steps have a complete return at that decision's close (purge).

        Step t ends at fill t+1, which lies after decision t+1: the last two steps before are not known yet.
        """
        return int(np.searchsorted(self.fills[1:], self.decisions[decision], side="right"))


def build_panel(
    prices: Mapping[str, pd.DataFrame],
    *,
    source: str,
    note: str,
    fetched_at: str | None = None,
    signals: Callable[[tuple[str, ...], Dates], Floats] | None = None,
    accepted: Collection[Accepted] = (),
) -> MarketPanel:
    """Align validated daily prices (field -> sessions × symbols) by decision session.

    `signals` tells what was known of symbols at decisions: (T, n, 7). It must know nothing later (leak!).
    Sessions after the last complete week whose decision has its price are dropped, so a panel is the same
    on every day of a week. `accepted`: findings and closures that a person accepted.
    Raises DataError where the prices cannot be trusted or cover less than two weeks.
    """
    validate_closes(prices["close"], accepted)
    symbols = tuple(map(str, prices["close"].columns))
    index = pd.DatetimeIndex(prices["close"].index)
    days = index.to_numpy().astype("datetime64[D]")
    weeks, _ = decided_weeks(days, closures_of(accepted))
    if len(weeks.decisions) < 2:
        raise DataError(f"Prices from {days[0]} to {days[-1]} hold less than two complete weeks.")
    sessions = days[days <= weeks.decisions[-1]]
    values = {  # views where that is possible: of 600 stocks each field takes 25 MB
        name: frame.reindex(index=index, columns=list(symbols)).iloc[: len(sessions)].to_numpy("float64")
        for name, frame in prices.items()
    }
    known = np.full((len(weeks.decisions), len(symbols), len(SIGNALS)), np.nan)
    if signals is not None:
        known = signals(symbols, weeks.decisions)
    return _aligned(
        symbols,
        sessions,
        values,
        weeks,
        known,
        Provenance(
            source=source,
            window_start=str(sessions[0]),
            window_end=str(sessions[-1]),
            sha256=_fingerprint(symbols, sessions, values, known),
            fields=(*sorted(values), *_real(known)),
            fetched_at=fetched_at,
            note=note,
            accepted=tuple(accepted),
        ),
    )


def numbered_panel(closes: Floats, note: str) -> MarketPanel:
    """Closes (S, n) whose sessions have no dates: five make a week, counted from an arbitrary Monday."""
    weeks = len(closes) // 5
    numbers = np.arange(5 * weeks + 5)
    days = (np.datetime64("2000-01-03") + numbers // 5 * 7 + numbers % 5).astype("datetime64[D]")
    sessions, values = days[: 5 * weeks], {"close": closes[: 5 * weeks]}
    symbols = tuple(f"S{i + 1:02d}" for i in range(closes.shape[1]))
    signals = np.full((weeks, len(symbols), len(SIGNALS)), np.nan)
    return _aligned(
        symbols,
        sessions,
        values,
        TradingWeeks(days[4 : 5 * weeks : 5], days[5 : 5 * weeks + 1 : 5], days[9 : 5 * weeks + 5 : 5]),
        signals,
        Provenance(
            source="files",
            window_start=str(sessions[0]),
            window_end=str(sessions[-1]),
            sha256=_fingerprint(symbols, sessions, values, signals),
            fields=("close",),
            fetched_at=None,
            note=note,
        ),
    )


def _aligned(
    symbols: tuple[str, ...],
    sessions: Dates,
    prices: Mapping[str, Floats],
    weeks: TradingWeeks,
    signals: Floats,
    provenance: Provenance,
) -> MarketPanel:
    """The panel of prices (S, n) and signals (T, n, 7), without forecasts."""
    decided, filled = _closes_at(sessions, prices["close"], weeks.decisions, weeks.fills)
    return MarketPanel(
        symbols=symbols,
        sessions=sessions,
        prices=prices,
        decisions=weeks.decisions,
        fills=weeks.fills,
        ends=weeks.ends,
        returns=_ahead(filled) / filled - 1.0,
        gaps=filled / decided - 1.0,
        seen=_ahead(decided) / filled - 1.0,
        signals=signals,
        forecasts=np.full_like(filled, np.nan),
        alphas=np.full_like(filled, np.nan),
        provenance=provenance,
    )


def _real(signals: Floats) -> list[str]:
    """Names of the signals that are known of any symbol at any decision."""
    return [name for name, column in zip(SIGNALS, signals.T, strict=True) if np.isfinite(column).any()]


def sample_panel() -> MarketPanel:
    """The embedded demo: real S&P 500 closes from 2005 to December 2022; no news, no fundamentals."""
    closes = sample_closes()
    assert tuple(closes.columns) == DEMO_UNIVERSE
    return build_panel({"close": closes}, source="sample", note=SAMPLE_NOTE)


def _closes_at(sessions: Dates, closes: Floats, *stamps: Dates) -> list[Floats]:
    """Closes on certain sessions, (T, n) each; NaN after the window. None inside it is missing."""
    aligned = []
    for dates in stamps:
        inside = dates <= sessions[-1]
        values = np.full((len(dates), closes.shape[1]), np.nan)
        values[inside] = closes[np.searchsorted(sessions, dates[inside])]
        aligned.append(values)
    return aligned


def _ahead(values: Floats) -> Floats:
    """The next step's values; the last step has none yet."""
    return np.concatenate([values[1:], np.full_like(values[:1], np.nan)])


def _fingerprint(
    symbols: tuple[str, ...], sessions: Dates, prices: Mapping[str, Floats], signals: Floats
) -> str:
    digest = hashlib.sha256("|".join(symbols).encode())
    digest.update(sessions.astype("int64").tobytes())
    for name in sorted(prices):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(prices[name]).tobytes())
    digest.update(signals.tobytes())
    return digest.hexdigest()
