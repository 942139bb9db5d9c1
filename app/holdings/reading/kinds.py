"""What a row of a table holds: a total, cash, an option or bond, a lot, or a stock."""

import re

from sac.config import CASH

__all__ = ["cash_of", "core_fund", "date_like", "isin", "not_a_stock", "total"]

_TOTAL = re.compile(
    r"((grand|sub|account|positions?|portfolio|net|overall)[ -]?)*(totals?|totaal|totale|gesamt|summe)"
    r"( (value|market|account|portfolio|positions?|holdings|assets|amount|cost|in|usd|eur|gbp|chf))*:?",
    re.IGNORECASE,
)
_CASH = re.compile(
    r"(us[d$]? |free |settled |uninvested |available )?cash\b.*|us dollars?|u\.?s\.? dollars?", re.IGNORECASE
)
_CASH_KINDS = frozenset(["cash", "cash and money market", "money market", "cash equivalents"])
_MONEY_MARKET = re.compile(r"[A-Z]{3}XX")  # Nasdaq's form for the symbols of money-market funds
_OTHER = re.compile(
    r"\b(options?|opt|fop|futures?|fut|bonds?|fixed income|cds?|warrants?|war|cfds?|forex|fx|crypto\w*)\b",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"-?[A-Z.]{1,6}\s*\d{6}[CP]\d+(\.\d+)?"  # OCC: AAPL  260116C00150000
    r"|.*\d.*\s(c|p|call|put)",  # ACME 05/16/2026 55.00 C · QQQ Dec 31 '26 $600 Put · TQQQ 24AUG26 70 P
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d{2}-\d{2}.*")
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_CURRENCY = re.compile(r"\(?\b([A-Z]{3})\)?$")


def total(text: str) -> bool:
    """Whether a row sums up others."""
    return bool(_TOTAL.fullmatch(text.strip()))


def core_fund(symbol: str) -> bool:
    """Whether a symbol is a broker's core position or a money-market fund: a share of it is a dollar."""
    return symbol.endswith("**") or bool(_MONEY_MARKET.fullmatch(symbol))


def cash_of(symbol: str, name: str, kind: str) -> str | None:
    """The currency of a row that holds cash; None where it holds something else.

    symbol, name and kind are the row's cells; a row without a symbol is told by its name.
    """
    text = symbol or name
    words = text.rstrip("*").strip()
    if words.upper() == CASH or _CASH.fullmatch(words) or words.lower() == "pending activity":
        code = _CURRENCY.search(words) if words.upper() != CASH else None
        return code[1] if code and code[1] not in ("AND", "USD") else "USD"
    if core_fund(symbol) or kind.strip().lower() in _CASH_KINDS:
        return "USD"
    return None


def not_a_stock(symbol: str, kind: str) -> str | None:
    """Why a row holds no stock; None where it may."""
    if _OTHER.search(kind):
        return f"is no stock but {kind.strip()[:30]!r}"
    return "is an option" if _OPTION.fullmatch(symbol) else None


def date_like(text: str) -> bool:
    """Whether a symbol's cell holds a date: the day on which a lot was bought."""
    return bool(_DATE.fullmatch(text.strip()))


def isin(text: str) -> bool:
    """Whether a text is an ISIN with its check digit (ISO 6166)."""
    if not _ISIN.fullmatch(text):
        return False
    digits = [int(digit) for mark in text for digit in str(int(mark, 36))]
    doubled = [digit * 2 if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(digit // 10 + digit % 10 for digit in doubled) % 10 == 0
