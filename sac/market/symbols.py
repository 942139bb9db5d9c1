"""One share, several spellings: `BRK.B`, `BRK B`, `BRK/B` and `BRK-B` are the same class of one company."""

import re
from collections.abc import Iterable

from sac.errors import DataError

__all__ = ["by_key", "same_symbols", "spelled", "symbol_key", "written"]

# Root and class. A longer ending is an exchange, as in SAP.DE.
_CLASS = re.compile(r"([A-Z]{1,6})[./ -]([A-Z])")
_EXCHANGES = "FLTV"  # Frankfurt, London, Tokyo, TSX Venture: what one letter after a dot may mean, too


def symbol_key(text: str) -> str:
    """What two spellings of one share have in common, for comparing only: `$brk.b ` is BRK-B.

    Case, blanks around, a `$` in front and the mark before a class of one letter say nothing.
    """
    symbol = _plain(text)
    found = _CLASS.fullmatch(symbol)
    return f"{found[1]}-{found[2]}" if found else symbol


def same_symbols(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether both name the same shares in the same order, however they are spelled."""
    return [*map(symbol_key, one)] == [*map(symbol_key, other)]


def by_key(symbols: Iterable[str]) -> dict[str, str]:
    """Symbols by their key. Raises DataError where two of them are one share."""
    found: dict[str, str] = {}
    for symbol in symbols:
        other = found.setdefault(symbol_key(symbol), symbol)
        if other != symbol:
            raise DataError(f"{other} and {symbol} are the same share: keep one of them.")
    return found


def spelled(symbol: str, mark: str) -> str:
    """A symbol as a vendor writes it, its share class after `mark` ("-" Yahoo, "." Alpaca).

    `VOD.L` stays: one of four letters after a dot may be an exchange instead of a class.
    """
    found = _CLASS.fullmatch(symbol)
    if not found or (symbol[-2] == "." and symbol[-1] in _EXCHANGES):
        return symbol
    return f"{found[1]}{mark}{found[2]}"


def written(text: str) -> str:
    """A symbol as a universe keeps it: it also names files, so `BRK/B` and `BRK B` are written BRK-B.

    A dot stays, for yesterday's files and models have it.
    """
    symbol = _plain(text)
    return symbol if "." in symbol else symbol_key(symbol)


def _plain(text: str) -> str:
    """Upper case, without `$` in front and with single blanks inside only."""
    symbol = " ".join(text.split()).removeprefix("$").lstrip()
    return symbol.upper() if symbol.isascii() else symbol  # no other letter may become one of a symbol
