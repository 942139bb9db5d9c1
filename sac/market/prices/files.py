"""The folder of daily prices: one file per symbol, `{SYMBOL}.parquet` or `.csv`."""

from pathlib import Path

from sac.errors import DataError
from sac.market.symbols import spelled, symbol_key

__all__ = ["file_of", "files_of"]


def files_of(folder: Path, symbol: str) -> list[Path]:
    """The symbol's files, a share class in any spelling: one, as it should be, or none, or several."""
    names = dict.fromkeys((symbol, *(spelled(symbol_key(symbol), mark) for mark in "-. ")))
    paths = (folder / f"{name}.{suffix}" for name in names for suffix in ("parquet", "csv"))
    return [path for path in paths if path.is_file()]


def file_of(folder: Path, symbol: str) -> Path:
    """The symbol's file. Raises DataError where there is none, or two."""
    found = files_of(folder, symbol)
    if not found:
        raise DataError(
            f"{symbol} has no prices: {folder.name}/{symbol}.parquet (or .csv) is missing. "
            "Refresh the data, add the file, or take the symbol out of the universe."
        )
    if len(found) > 1:
        raise DataError(f"{symbol} has two price files, {found[0].name} and {found[1].name}: delete one.")
    return found[0]
