"""What the columns of a table mean, by the names that brokers give them or a person's word."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.holdings.reading.preview import MEANINGS, HoldingsError

__all__ = ["Columns", "columns_of", "is_history", "named"]

_NAMES = {
    "symbol": "symbol ticker tickersymbol stocksymbol securitysymbol slice "
    "symbol/isin symbole/isin symbool/isin simbolo/isin symbole symbool simbolo",
    "shares": "shares quantity qty units noofshares numberofshares sharequantity ownedquantity position "
    "sharesheld sharesowned quantite anzahl stuck aantal cantidad quantita",
    "value": "value marketvalue mktvalue mktval currentvalue totalvalue positionvalue currentmarketvalue",
    "isin": "isin isincode codeisin",
    "amount": "amount",  # of shares where products have an ISIN, of dollars elsewhere
    "local": "localvalue lokalewaarde lokalerwert wert valeurlocale valorlocal valorelocale",
    "currency": "currency currencyprimary ccy wahrung valuta devise divisa",
    "kind": "assetcategory assetclass assettype securitytype",
    "detail": "datadiscriminator levelofdetail",
    "side": "side long/short",
    "name": "description name investmentname securityname security product produkt produit producto prodotto",
    "accrued": "endingcash",
}
_MEANING = {name: meaning for meaning, names in _NAMES.items() for name in names.split()}
_TRADED = "action transactiontype activitytype buy/sell date time date/time datetime tradedate settlementdate"
_HISTORY = frozenset([*_TRADED.split(), "rundate", "datum", "tijd", "heure", "uhrzeit"])
_UNIT = re.compile(
    r"(?P<name>.+?)\s*(?:\bin\b|\ben\b|,)?\s*\(?(?P<unit>us\$|\$|€|£|usd|eur|gbp|chf|cad|aud|jpy|sek|nok|dkk|pln)\)?"
)
_CODES = {"$": "USD", "us$": "USD", "€": "EUR", "£": "GBP"}
_NUMERIC = re.compile(
    r"price|cost|value|val\b|gain|chang|clos|basis|p/l|kurs|koers|cours|slot|worth", re.IGNORECASE
)


@dataclass(frozen=True)
class Columns:
    """Where a table has what; positions from 0."""

    at: Mapping[str, int]  # meaning -> column
    width: int  # columns, without empty ones at the end
    units: Mapping[str, str]  # meaning -> currency in the column's name
    numeric: tuple[int, ...]  # columns of numbers: evidence of how the file writes them
    foreign: str | None  # currency of a column of values that is not in dollars for certain, and not read

    def text(self, cells: Sequence[str], meaning: str) -> str:
        """A row's cell; "" where the row or the table has none."""
        place = self.at.get(meaning)
        return cells[place].strip() if place is not None and place < len(cells) else ""


def named(text: str) -> str:
    """A column's name without case, accents, blanks and punctuation: "Qty #" is qty."""
    flat = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9/%]", "", flat)


def is_history(cells: Sequence[str]) -> bool:
    """Whether a header is one of trades or transactions."""
    return any(named(cell) in _HISTORY for cell in cells)


def columns_of(cells: Sequence[str], chosen: Mapping[str, str]) -> Columns | None:
    """The columns of a header of holdings; None where the row is none.

    chosen: meaning -> the column's name, by a person's word. Raises HoldingsError where two columns mean the
    same and nobody chose.
    """
    found: dict[str, list[int]] = {}
    units: dict[str, str] = {}
    foreign = None
    for place, cell in enumerate(cells):
        meaning, unit = _meaning(cell)
        if meaning == "local" and unit:
            meaning = "value"
        if meaning == "value" and unit not in (None, "USD"):
            foreign = unit
        elif meaning:
            found.setdefault(meaning, []).append(place)
            units |= {meaning: unit} if unit else {}
    if not found and not chosen:
        return None
    for meaning, name in chosen.items():
        places = [place for place, cell in enumerate(cells) if named(cell) == named(name) and cell.strip()]
        if len(places) != 1:
            return None
        found[meaning] = places
    _settle(found, cells)
    if "slice" in map(named, cells) and "value" not in chosen:
        found.pop("value", None)
        foreign = "the account's currency, which the file does not name,"
    cash = {"accrued", "currency"} <= set(found) and "symbol" not in found
    if not cash and not ("symbol" in found and {"shares", "value", "local"} & set(found)):
        return None
    twice = next((meaning for meaning in (*MEANINGS, "currency") if len(found.get(meaning, ())) > 1), None)
    if twice and not is_history(cells):
        names = " and ".join(repr(cells[place].strip()) for place in found[twice])
        raise HoldingsError(
            [f"The columns {names} both mean {twice}: say which one counts, or take the other one out."],
            [cell.strip() for cell in cells if cell.strip()],
        )
    at = {meaning: places[0] for meaning, places in found.items()}
    numeric = tuple(place for place, cell in enumerate(cells) if _NUMERIC.search(cell) and "%" not in cell)
    width = max(place for place, cell in enumerate(cells) if cell.strip()) + 1
    return Columns(at, width, units, numeric, foreign)


@lru_cache(maxsize=10_000)  # a file's cells are alike, and every row may be a header
def _meaning(cell: str) -> tuple[str | None, str | None]:
    """What a column's name means, and the currency in it: "Mkt Val (Market Value)", "Value in EUR"."""
    text = cell.strip().lower()
    within = re.fullmatch(r"(.+?)\s*\((.+)\)", text)
    for candidate in (text, *(within.groups() if within else ())):
        unit = _UNIT.fullmatch(candidate)
        if named(candidate) in _MEANING:
            return _MEANING[named(candidate)], _code(unit["unit"]) if unit else None
        if unit and named(unit["name"]) in _MEANING:
            return _MEANING[named(unit["name"])], _code(unit["unit"])
    return None, None


def _settle(found: dict[str, list[int]], cells: Sequence[str]) -> None:
    """Let what depends on the other columns become what it is."""
    isins, amounts = found.pop("isin", []), found.pop("amount", [])
    if "symbol" not in found and isins:
        found["symbol"] = isins
    if "shares" not in found and amounts and ("local" in found or "symbol/isin" in map(named, cells)):
        found["shares"] = amounts


def _code(unit: str) -> str:
    return _CODES.get(unit, unit.upper())
