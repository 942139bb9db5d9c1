"""Daily closes: what makes them trustworthy, and the sample that ships with skfolio."""

import hashlib
import importlib.util
from pathlib import Path

import pandas as pd

from sac.errors import DataError

__all__ = ["DEMO_UNIVERSE", "INDEX_NAME", "SAMPLE_NOTE", "sample_closes", "sample_index", "sample_path"]

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
