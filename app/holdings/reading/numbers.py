"""Amounts in the conventions of any country, and which convention a whole file keeps.

"1,234" is a thousand and more in New York, and one and a bit in Berlin. A cell admits the conventions under
which it is a number; a file is read under those that all its cells admit. Where they differ on a cell, it is
ambiguous, and a person is asked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from app.holdings.reading.preview import HoldingsError, place

__all__ = ["Amount", "Convention", "amount_of", "conventions_of", "plain", "reading"]

_BLANK = frozenset(["", "-", "--", "---", "–", "—", "n/a", "na"])
_CURRENCY = r"US\$|[A-Z]{1,2}\$|\$|€|£|¥|[A-Z]{3}"
_SPACES = "\u00a0\u2007\u2009\u202f"
_AMOUNT = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+−])?\s*(?P<before>{_CURRENCY})?\s*(?P<open2>\()?(?P<sign2>[-+−])?\s*"
    rf"(?P<body>[0-9.,'’ ]*[0-9][0-9.,'’ ]*?)\s*(?P<after>{_CURRENCY})?\s*(?P<sign3>[-−])?(?P<close>\))?"
)


@dataclass(frozen=True)
class Convention:
    """How numbers are written: the mark between thousands, and the one before decimals."""

    group: str
    decimal: str


_EVERY = tuple(
    Convention(group, decimal) for group in ",.' " for decimal in ".," if group != decimal
)  # 1,234.5 · 1.234,5 · 1'234.5 · 1'234,5 · 1 234.5 · 1 234,5


@dataclass(frozen=True)
class Amount:
    """A cell that holds an amount, not yet read."""

    text: str  # as the file has it
    body: str  # digits and marks
    negative: bool
    currency: str | None  # as written beside it: "USD", "EUR"; None where there is none
    admitted: tuple[Convention, ...]  # under which it is a number
    dollars: bool = False  # "$12,500": dollars have two decimals, so three digits after a comma are thousands

    def under(self, decimal: str | None) -> tuple[Convention, ...]:
        """The conventions it may follow; a person's word on the decimal mark comes before the sign's."""
        if self.dollars and not decimal:
            return tuple(one for one in self.admitted if one.group == ",")
        return self.admitted


def amount_of(text: str) -> Amount | None:
    """The amount in a cell; None for a blank one. Raises ValueError for anything else."""
    shown = text.translate(dict.fromkeys(map(ord, _SPACES), " ")).strip()
    if shown.lower() in _BLANK:
        return None
    found = _AMOUNT.fullmatch(shown)
    if not found:
        raise ValueError(text)
    parentheses = bool(found["open"] or found["open2"])
    signs = [found[name] for name in ("sign", "sign2", "sign3") if found[name]]
    currencies = [_code(found[name]) for name in ("before", "after") if found[name]]
    if parentheses != bool(found["close"]) or len(signs) + parentheses > 1 or len(currencies) > 1:
        raise ValueError(text)
    body = found["body"].strip().replace("’", "'")
    admitted = tuple(one for one in _EVERY if reading(body, one) is not None)
    if not admitted:
        raise ValueError(text)
    negative = parentheses or any(sign != "+" for sign in signs)
    dollars = found["before"] in ("$", "US$") and bool(re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+", body))
    return Amount(text.strip(), body, negative, currencies[0] if currencies else None, admitted, dollars)


def reading(body: str, convention: Convention) -> Decimal | None:
    """What digits and marks mean under a convention; None where they are no number."""
    found = _pattern(convention).fullmatch(body)
    if not found or not (found["whole"] or found["part"]):
        return None
    whole = (found["whole"] or "0").replace(convention.group, "")
    return Decimal(f"{whole}.{found['part'] or 0}")


def conventions_of(
    amounts: Iterable[tuple[int, Amount]], decimal: str | None = None
) -> tuple[Convention, ...]:
    """The conventions that all amounts of a file, by line, admit; those of a decimal mark where one is given.

    Raises HoldingsError, naming both lines, where no convention fits them all.
    """
    kept = tuple(one for one in _EVERY if decimal in (None, one.decimal))
    seen: list[tuple[int, Amount]] = []
    for line, amount in amounts:
        left = tuple(one for one in kept if one in amount.under(decimal))
        if not left:
            raise HoldingsError([_clash(seen, line, amount, decimal)])
        kept = left
        seen.append((line, amount))
    return kept


def plain(number: float) -> str:
    """A number as text that can be read in one way only: three decimals get a fourth."""
    text = format(Decimal(repr(float(number))), "f")
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    return f"{whole}.{part}{'0' * (len(part) == 3)}" if part else whole


def _clash(seen: list[tuple[int, Amount]], line: int, amount: Amount, decimal: str | None) -> str:
    other = next((one for one in seen if not set(one[1].under(decimal)) & set(amount.under(decimal))), None)
    if other:
        texts = f"{other[1].text[:20]!r} and {amount.text[:20]!r}"
        return (
            f"{place(other[0])} and {place(line)}: {texts} are not written in one way: write all numbers "
            "as 1500.50."
        )
    said = f" with {decimal!r} before decimals" if decimal else " as the file's other numbers are"
    return f"{place(line)}: {amount.text[:20]!r} is not a number written{said}: write it as 1500.50."


def _code(mark: str) -> str:
    return {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}.get(mark, mark)


@lru_cache(maxsize=len(_EVERY))
def _pattern(convention: Convention) -> re.Pattern[str]:
    group, decimal = re.escape(convention.group), re.escape(convention.decimal)
    whole = rf"(?P<whole>[1-9]\d{{0,2}}(?:{group}\d{{3}})+|0|[1-9]\d*)?"
    return re.compile(rf"{whole}(?:{decimal}(?P<part>\d*))?", re.ASCII)
