"""What closes must be to be used: every refusal names symbol and date."""

import numpy as np
import pandas as pd

from sac.errors import DataError
from sac.market.calendar import exchange_sessions

__all__ = ["validate_closes"]


_LARGEST_LOG_RETURN = 0.7


_MOST_IDENTICAL = 5


_LEAST_COVERAGE = 0.98


def validate_closes(closes: pd.DataFrame) -> None:
    """Refuse closes (sessions × symbols) that cannot be trusted; the message names symbol and date."""
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
    dates = index.to_numpy().astype("datetime64[D]")
    sessions = exchange_sessions(dates[0], dates[-1])
    strange = dates[~np.isin(dates, sessions)]
    if len(strange):
        raise DataError(f"{strange[0]} is not an exchange session, but has prices. Remove the row.")
    if len(dates) / len(sessions) < _LEAST_COVERAGE:
        gap = sessions[~np.isin(sessions, dates)][0]
        raise DataError(
            f"Prices cover {len(dates) / len(sessions):.1%} of the sessions, less than "
            f"{_LEAST_COVERAGE:.0%}; {gap} is missing first. Refresh the data."
        )
    for symbol, series in closes.items():
        _validate_series(str(symbol), series)


def _validate_series(symbol: str, series: pd.Series) -> None:
    values = series.to_numpy(dtype="float64")
    _refuse(symbol, series, ~np.isfinite(values), "has no close")
    _refuse(symbol, series, values <= 0, "has a close that is not positive")
    jump = np.abs(np.diff(np.log(values), prepend=np.log(values[:1])))
    _refuse(
        symbol, series, jump > _LARGEST_LOG_RETURN, "doubled or halved in a day: is a split not adjusted?"
    )
    changed = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
    runs = np.diff(np.append(changed, len(values)))
    stale = np.zeros(len(values), dtype=bool)
    stale[changed[runs > _MOST_IDENTICAL]] = True
    _refuse(symbol, series, stale, f"shows the same close for more than {_MOST_IDENTICAL} sessions")


def _refuse(symbol: str, series: pd.Series, bad: np.ndarray, what: str) -> None:
    if bad.any():
        raise DataError(
            f"{symbol} {what} ({_day(series.index[int(bad.argmax())])}). "
            "Correct the source or take the symbol out of the universe."
        )


def _day(value: object) -> str:
    return str(pd.Timestamp(value).date())  # type: ignore[arg-type]
