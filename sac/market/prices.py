"""Daily closes: what makes them trustworthy, and the sample that ships with skfolio."""

import hashlib
import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd

from sac.errors import DataError
from sac.market.calendar import exchange_sessions

__all__ = [
    "DEMO_UNIVERSE",
    "INDEX_NAME",
    "SAMPLE_NOTE",
    "sample_closes",
    "sample_index",
    "sample_path",
    "validate_closes",
]

# All 20 names of the sample but RRC (bad data), AMD (quantised prices) and BAC, BBY, CVX (near-duplicates).
DEMO_UNIVERSE = (
    *("AAPL", "GE", "HD", "JNJ", "JPM", "KO", "LLY", "MRK"),
    *("MSFT", "PEP", "PFE", "PG", "UNH", "WMT", "XOM"),
)
SAMPLE_NOTE = (
    "Sample: 15 large US companies that were still large in 2022 (survivors), adjusted closes. "
    "Results on it flatter every strategy."
)
_SAMPLE_SHA256 = "ee21cac28befb1d0a739a9ceb22184f995394726aa0cfde9a21941d1ac04ac0d"
_INDEX_SHA256 = "894c34431c284f86aa64a467e176e2a3c9b697c857eb9ab35006c2dd55d3fdf2"
INDEX_NAME = "S&P 500 price index"
_REINSTALL = "Reinstall it with `pip install --force-reinstall --no-deps 'skfolio~=1.12'`."
_SAMPLE_START = "2005-01-03"  # older prices are quantised to 3 decimals

_LARGEST_LOG_RETURN = 0.7
_MOST_IDENTICAL = 5
_LEAST_COVERAGE = 0.98


def sample_path() -> Path:
    """The S&P 500 sample inside the installed skfolio package, found without importing it."""
    spec = importlib.util.find_spec("skfolio")
    if spec is None or spec.origin is None:
        raise DataError("The market sample is missing: the package skfolio is not installed. Run `make run`.")
    return Path(spec.origin).parent / "datasets" / "data" / "sp500_dataset.csv.gz"


def sample_closes(path: Path | None = None) -> pd.DataFrame:
    """Adjusted closes of the demo universe in dollars, sessions × symbols.

    Raises DataError when the file is missing or is not the one that was checked.
    """
    frame = _checked(path or sample_path(), _SAMPLE_SHA256)
    return frame.loc[_SAMPLE_START:, list(DEMO_UNIVERSE)]


def sample_index(path: Path | None = None) -> pd.Series:
    """Levels of the S&P 500 by session, a price index: dividends are not in it.

    Raises DataError when the file is missing or is not the one that was checked.
    """
    return _checked(path or sample_path().with_name("sp500_index.csv.gz"), _INDEX_SHA256)["SP500"]


def _checked(path: Path, sha256: str) -> pd.DataFrame:
    if not path.is_file():
        raise DataError(f"The market sample is missing: {path}. {_REINSTALL}")
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise DataError(
            f"The market sample was altered: {path} has another sha256 than the checked file. {_REINSTALL}"
        )
    return pd.read_csv(path, parse_dates=["Date"], index_col="Date")


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
        raise DataError(f"{strange[0]} is no exchange session, but has prices. Remove the row.")
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
            "Mend the source or take the symbol out of the universe."
        )


def _day(value: object) -> str:
    return str(pd.Timestamp(value).date())  # type: ignore[arg-type]
