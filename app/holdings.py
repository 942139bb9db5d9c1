"""Holdings as people type or upload them: symbols and dollars, with CASH as one of them."""

from collections.abc import Iterable
from typing import IO

import pandas as pd

from sac.errors import DeskError

__all__ = ["CASH", "Position", "from_csv", "from_table", "split"]

CASH = "CASH"
LARGEST_FILE = 1_000_000  # bytes
Position = tuple[str, float]


def from_csv(file: IO[bytes]) -> tuple[Position, ...]:
    """Positions of a CSV with the columns symbol and value (dollars).

    Raises DeskError, naming the line, for anything that is not that.
    """
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise DeskError("The file is larger than 1 MB: it must hold one line per position, symbol and value.")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise DeskError("The file is no text: save the holdings as CSV (UTF-8).") from None
    rows = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not rows or [cell.strip().lower() for cell in rows[0][1].split(",")] != ["symbol", "value"]:
        raise DeskError("The first line must be `symbol,value`; then a line per position: `AAPL,1500`.")
    return from_table(_cells(number, line) for number, line in rows[1:])


def from_table(rows: Iterable[tuple[object, object]]) -> tuple[Position, ...]:
    """Positions of (symbol, dollars) rows; a row without dollars is no position. Raises DeskError."""
    held: dict[str, float] = {}
    for name, value in rows:
        if pd.isna(value):  # type: ignore[call-overload]
            continue
        symbol, amount = str(name).strip().upper(), float(value)  # type: ignore[arg-type]
        if symbol in held:
            raise DeskError(f"{symbol} stands twice in the holdings: add its values up.")
        held[symbol] = amount
    return tuple(held.items())


def split(positions: Iterable[Position]) -> tuple[float, dict[str, float]]:
    """Cash and stock positions, in dollars."""
    held = dict(positions)
    return held.pop(CASH, 0.0), {symbol: value for symbol, value in held.items() if value}


def _cells(number: int, line: str) -> tuple[str, float]:
    try:
        symbol, value = (cell.strip() for cell in line.split(","))
        return symbol, float(value.removeprefix("$"))
    except ValueError:
        raise DeskError(
            f"Line {number} is {line.strip()!r}: write symbol and dollars: `AAPL,1500.50`."
        ) from None
