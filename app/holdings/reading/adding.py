"""Rows that hold the same are added up, and said to be."""

from collections.abc import Sequence
from decimal import Decimal

from app.formats import dollars
from app.holdings.reading.numbers import plain
from app.holdings.reading.preview import Entry, HoldingsError, place
from app.holdings.reading.rows import Draft
from sac.config import CASH
from sac.market.symbols import symbol_key

__all__ = ["added_up"]


def added_up(drafts: Sequence[Draft]) -> tuple[tuple[Entry, ...], float, tuple[str, ...]]:
    """Positions in the order of the file, cash in dollars, and what was added up or counted as cash.

    A share class in two spellings is one position, spelled as its first row has it. Raises HoldingsError
    where one row gives shares and the other dollars, or where cash ends below zero.
    """
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(symbol_key(draft.symbol), []).append(draft)
    money = groups.pop(CASH, [])
    findings, notes, entries = [], [], []
    for group in groups.values():
        first, lines = group[0], [draft.line for draft in group]
        shares, value = _sum([draft.shares for draft in group]), _sum([draft.value for draft in group])
        if shares is None and value is None:
            findings.append(
                f"{_places(lines)}: {first.symbol} is given in shares and in dollars: give shares in each."
            )
            continue
        if len(group) > 1:
            came = f"{plain(shares)} shares" if shares is not None else dollars(value, 2)
            notes.append(f"{_places(lines)}: {first.symbol} was added up to {came}.")
        entries.append(Entry(tuple(lines), first.symbol, shares, value))
    cash = sum((draft.value or Decimal() for draft in money), Decimal())
    notes += [
        f"{place(draft.line)}: {draft.written} counts as cash, {dollars(float(draft.value or 0), 2)}."
        for draft in money
        if draft.written.upper() != CASH
    ]
    if cash < 0:
        findings.append(f"Cash comes to {cash} dollars: the desk holds no debts; it must be zero or more.")
    if findings:
        raise HoldingsError(findings)
    return tuple(entries), float(cash), tuple(notes)


def _sum(amounts: Sequence[Decimal | None]) -> float | None:
    """Their sum; None where one is not known."""
    known = [amount for amount in amounts if amount is not None]
    return float(sum(known, Decimal())) if len(known) == len(amounts) else None


def _places(lines: Sequence[int]) -> str:
    """Lines as a sentence names them."""
    if len(lines) == 1:
        return place(lines[0])
    return f"Lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"
