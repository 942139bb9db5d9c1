"""Prices that somebody brings: one CSV file with a symbol column, or one per symbol."""

from collections.abc import Mapping

from sac.errors import DataError
from sac.market.choice import check_symbol
from sac.market.prices.tables import cells_of, column_of
from sac.market.symbols import written

__all__ = ["LARGEST_UPLOAD", "by_symbol"]

LARGEST_UPLOAD = 100_000_000  # bytes of all files together: closes of 600 symbols over two decades


def by_symbol(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """A CSV file per symbol, of files by name. Nothing is written; what they hold is checked by a survey.

    A file without a symbol column is of the symbol that it is named after. Raises DataError.
    """
    if sum(map(len, files.values())) > LARGEST_UPLOAD:
        raise DataError(
            f"The files hold more than {LARGEST_UPLOAD // 1_000_000} MB: bring fewer symbols at once, or "
            "copy the files into the folder raw/prices."
        )
    found: dict[str, bytes] = {}
    for name, content in files.items():
        for symbol, part in _parts(name, content).items():
            if symbol in found:
                raise DataError(f"{name}: {symbol} is in another of the files, too. Leave one of them out.")
            found[symbol] = part
    return found


def _parts(name: str, content: bytes) -> dict[str, bytes]:
    stem, _, kind = name.rpartition(".")
    if kind.lower() != "csv":
        raise DataError(f"{name} is not a CSV file: save the prices as CSV, date,close.")
    cells = cells_of(name, content)
    place = column_of(name, cells, "symbol")
    if place is None:
        return {check_symbol(written(stem)): content}
    texts = cells.iloc[:, place]
    symbols = texts.map({text: written(text) for text in texts.unique()})  # of millions of rows, hundreds
    if (symbols == "").any():
        row = int((symbols == "").to_numpy().argmax()) + 1
        raise DataError(f"{name}: row {row} has no symbol. Write one, or remove the row.")
    prices = cells.iloc[:, [column for column in range(cells.shape[1]) if column != place]]
    return {
        check_symbol(str(symbol)): rows.to_csv(index=False).encode()
        for symbol, rows in prices.groupby(symbols, sort=False)
    }
