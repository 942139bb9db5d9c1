"""Holdings from files, pasted text and typed rows."""

import csv
import math
import re
from collections.abc import Iterable, Mapping
from typing import IO

from app.holdings.portfolio import Portfolio, Position
from sac.config import CASH
from sac.errors import DeskError

__all__ = ["LARGEST_FILE", "from_file", "from_rows", "from_text"]


LARGEST_FILE = 1_000_000  # bytes


MOST_POSITIONS = 1_000


_COLUMNS = {
    "symbol": "symbol",
    "ticker": "symbol",
    "shares": "shares",
    "quantity": "shares",
    "value": "value",
    "market value": "value",
    "market_value": "value",
}


_NUMBER = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?")  # 1500.5 and 1,500.5, but no 1.500,5


def from_file(file: IO[bytes]) -> Portfolio:
    """Holdings of a CSV file. Raises DeskError, naming the line, for anything that is not that."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise DeskError("The file is larger than 1 MB: it must hold one line per position.")
    try:
        return from_text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DeskError("The file is not valid text: save the holdings as CSV (UTF-8).") from None


def from_text(text: str) -> Portfolio:
    """Holdings of lines with the columns symbol and shares or value (dollars), as in a file or spreadsheet.

    Columns are separated by tabs, semicolons or commas. Raises DeskError, naming the line.
    """
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    separator = next((mark for mark in ("\t", ";") if mark in first), ",")
    table = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    try:
        rows = [(table.line_num, [cell.strip() for cell in row]) for row in table if any(map(str.strip, row))]
    except csv.Error as error:
        raise DeskError(f"Line {table.line_num} cannot be read ({error}): write it as `AAPL,12`.") from None
    columns = [_COLUMNS.get(cell.lower(), cell) for cell in rows[0][1]] if rows else []
    if "symbol" not in columns or not {"shares", "value"} & set(columns):
        raise DeskError(
            "The first line must name the columns: `symbol,shares`, `symbol,value` (dollars) or "
            "`symbol,shares,value`; then a line per position: `AAPL,12`."
        )
    if len(rows) - 1 > MOST_POSITIONS:
        raise DeskError(f"There are {len(rows) - 1:,} positions; the desk reads at most {MOST_POSITIONS:,}.")
    return from_rows(_cells(number, dict(zip(columns, row, strict=False))) for number, row in rows[1:])


def from_rows(rows: Iterable[tuple[str, float | None, float | None]], cash: float = 0.0) -> Portfolio:
    """Holdings of (symbol, shares, dollars) rows; a row without an amount is left out. CASH adds to cash.

    Raises DeskError.
    """
    positions = []
    for name, shares, value in rows:
        symbol = name.strip().upper()
        amounts = [None if amount is None or math.isnan(amount) else amount for amount in (shares, value)]
        if symbol == CASH:  # a dollar of cash is a share of it
            cash += next((amount for amount in reversed(amounts) if amount is not None), 0.0)
        elif any(amounts):
            positions.append(Position(symbol, *amounts))
    return Portfolio(cash, tuple(positions))


def _cells(number: int, row: Mapping[str, str]) -> tuple[str, float | None, float | None]:
    """Symbol, shares and dollars of one line."""
    amounts = []
    for column in ("shares", "value"):
        text = row.get(column, "").replace("$", "").strip()
        if text and not _NUMBER.fullmatch(text):
            raise DeskError(f"Line {number}: {text[:20]!r} is not a valid number: write it as 1500.50.")
        amounts.append(float(text.replace(",", "")) if text else None)
    if amounts == [None, None]:
        raise DeskError(f"Line {number} has no amount: write symbol and shares or dollars: `AAPL,12`.")
    return row.get("symbol", ""), amounts[0], amounts[1]
