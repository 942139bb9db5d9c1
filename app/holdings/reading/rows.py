"""What each row of a table holds, or why it holds nothing that can be saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.holdings.portfolio import LARGEST_AMOUNT, valid_symbol
from app.holdings.reading.kinds import cash_of, core_fund, date_like, isin, not_a_stock, total
from app.holdings.reading.numbers import Convention, amount_of, plain, reading
from app.holdings.reading.preview import Answers, LeftOut, place
from app.holdings.reading.tables import Row, Table
from sac.config import CASH
from sac.market.symbols import symbol_key

__all__ = ["Draft", "Outcome", "judged"]

_DOLLARS = ("", "USD", "US$", "$")
_SHORT = ("short", "sell", "s")
_PARTS = ("lot", "currency")  # levels of detail below and above a position


@dataclass(frozen=True)
class Draft:
    """A row that holds something: shares or dollars of a stock, or cash."""

    line: int
    symbol: str  # CASH for cash
    written: str  # as the file names it
    shares: Decimal | None
    value: Decimal | None


@dataclass(frozen=True)
class Outcome:
    """One of the four things that a row may come to."""

    draft: Draft | None = None
    skipped: LeftOut | None = None
    aside: LeftOut | None = None
    findings: tuple[str, ...] = ()
    ambiguous: bool = False  # a finding is a number that can be read in two ways


@dataclass(frozen=True)
class _Numbers:
    """A row's amounts, and what is wrong with them."""

    shares: Decimal | None
    value: Decimal | None
    currency: str
    findings: tuple[str, ...]
    ambiguous: bool
    empty: bool  # nothing in any cell of amounts


def judged(table: Table, conventions: Sequence[Convention], answers: Answers) -> list[Outcome]:
    """What every row of a table comes to, in their order."""
    if "symbol" not in table.columns.at:
        return [_cash_report(row, table, conventions) for row in table.rows]
    whole = {_cell(row, table, "symbol") for row in table.rows if _detail(row, table) not in _PARTS}
    outcomes: list[Outcome] = []
    lots: dict[int, Decimal] = {}  # position of an outcome -> shares of the lots below it
    held: int | None = None  # of the last stock's outcome
    for row in table.rows:
        if _detail(row, table) in _PARTS and (
            _detail(row, table) == "currency" or _cell(row, table, "symbol") in whole
        ):
            outcomes.append(
                Outcome(skipped=LeftOut(row.line, row.text, "is part of a position counted already"))
            )
        elif held is not None and date_like(_cell(row, table, "symbol")):
            lots[held] = lots.get(held, Decimal()) + (_numbers(row, table, conventions).shares or 0)
            outcomes.append(Outcome(skipped=LeftOut(row.line, row.text, "is a lot of the position above")))
        else:
            outcomes.append(_holding(row, table, conventions, answers))
            held = len(outcomes) - 1 if outcomes[-1].draft else None
    return [_fitting(outcome, lots.get(place)) for place, outcome in enumerate(outcomes)]


def _fitting(outcome: Outcome, lots: Decimal | None) -> Outcome:
    """A position whose lots, where the file lists them, add up to it."""
    draft = outcome.draft
    if draft is None or lots is None or draft.shares == lots:
        return outcome
    problem = f"{place(draft.line)}: {draft.symbol} has {draft.shares} shares, but its lots add up to {lots}."
    return Outcome(findings=(problem,))


def _holding(row: Row, table: Table, conventions: Sequence[Convention], answers: Answers) -> Outcome:
    """What a row under columns of symbols comes to."""
    columns, cells = table.columns, row.cells
    written, kind = _written(row, table), columns.text(cells, "kind")
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    numbers = _numbers(row, table, conventions)
    if total(written or first):
        return Outcome(skipped=LeftOut(row.line, row.text, "sums up other rows"))
    name = columns.text(cells, "name")
    money = cash_of(written, name or first, kind)
    symbol = _symbol(written, answers)
    if numbers.empty and (money or not valid_symbol(symbol)):
        return Outcome(skipped=LeftOut(row.line, row.text, "is a note, without an amount"))
    if any(cell.strip() for cell in cells[columns.width :]):
        return _refused(
            row,
            f"has more cells than the header has columns ({row.text[:40]}): write numbers without commas "
            "between thousands, or put such cells in quotes",
        )
    if money:
        return _cash(row, written or name or first, money, numbers)
    other = not_a_stock(written, kind) or _foreign(numbers) or _nameless(symbol)
    if other:
        return Outcome(aside=LeftOut(row.line, row.text, other, written))
    return _stock(row, written, symbol, numbers, columns.text(cells, "side"))


def _stock(row: Row, written: str, symbol: str, numbers: _Numbers, side: str) -> Outcome:
    shares, value = numbers.shares, numbers.value
    if numbers.findings:
        return Outcome(findings=numbers.findings, ambiguous=numbers.ambiguous)
    if shares is None and value is None:
        return _refused(row, f"{symbol} has no amount: write symbol and shares or dollars, as `AAPL,12`")
    if not shares and not value:
        return Outcome(skipped=LeftOut(row.line, row.text, "is zero"))
    if side.lower() in _SHORT or min(shares or 0, value or 0) < 0:
        return _refused(
            row, f"{symbol} is negative or short: the desk holds no short positions; take the row out"
        )
    if shares == 0:
        return _refused(row, f"{symbol} has zero shares but a value: correct one of them")
    if max(shares or 0, value or 0) > LARGEST_AMOUNT:
        return _refused(row, f"{symbol} has more than a trillion: correct it")
    return Outcome(Draft(row.line, symbol, written, shares, value))


def _cash(row: Row, written: str, currency: str, numbers: _Numbers) -> Outcome:
    """A row of cash, or of a fund whose share is a dollar."""
    shares, value = numbers.shares, numbers.value
    if numbers.findings:
        return Outcome(findings=numbers.findings, ambiguous=numbers.ambiguous)
    amount = shares if value is None else value
    if not amount and numbers.currency in _DOLLARS:
        return Outcome(skipped=LeftOut(row.line, row.text, "is zero"))
    if currency != "USD" or numbers.currency not in _DOLLARS:
        code = currency if currency != "USD" else numbers.currency
        return Outcome(aside=LeftOut(row.line, row.text, f"is cash in {code}, not in dollars"))
    assert amount is not None
    if core_fund(written) and shares and value is not None and abs(shares - value) > Decimal("0.01"):
        return _refused(
            row, f"{written} has {shares} shares at a dollar, but a value of {value}: correct one"
        )
    if amount < 0 and written.lower() != "pending activity":
        return _refused(row, f"cash is {amount}: the desk holds no debts; write zero or more")
    return Outcome(Draft(row.line, CASH, written, None, amount))


def _cash_report(row: Row, table: Table, conventions: Sequence[Convention]) -> Outcome:
    """A row of a statement's cash: its end in each currency counts."""
    detail = table.columns.text(row.cells, "detail").lower()
    currency = table.columns.text(row.cells, "currency")
    if "detail" in table.columns.at and detail != "ending cash":
        return Outcome(skipped=LeftOut(row.line, row.text, "is not the cash at the end"))
    if len(currency) != 3:
        return Outcome(skipped=LeftOut(row.line, row.text, "sums up the cash of all currencies"))
    amount, problem, ambiguous = _amount(row, table.columns.at["accrued"], conventions)
    if problem:
        return Outcome(findings=(problem,), ambiguous=ambiguous)
    return _cash(row, CASH, "USD", _Numbers(None, amount, currency, (), ambiguous=False, empty=False))


def _numbers(row: Row, table: Table, conventions: Sequence[Convention]) -> _Numbers:
    """A row's shares and dollars, and the currency that it names."""
    columns = table.columns
    at = dict(columns.at)
    currency = columns.text(row.cells, "currency").upper() or columns.units.get("value", "")
    local = columns.text(row.cells, "local")
    if local.isalpha() and len(local) == 3:  # the currency; the amount stands in the next column
        currency, at["value"] = local.upper(), at["local"] + 1
    elif "local" in at and "value" not in at:
        at["value"] = at["local"]
    amounts: dict[str, Decimal | None] = {"shares": None, "value": None}
    findings, ambiguous = [], False
    for name in amounts:
        text = _at(row, at.get(name))
        amounts[name], problem, unsure = _amount(row, at.get(name), conventions)
        findings += [problem] if problem else []
        ambiguous = ambiguous or unsure
        currency = _currency(text) or currency
    empty = not findings and set(amounts.values()) == {None}
    return _Numbers(amounts["shares"], amounts["value"], currency, tuple(findings), ambiguous, empty)


def _amount(
    row: Row, column: int | None, conventions: Sequence[Convention]
) -> tuple[Decimal | None, str, bool]:
    """A cell's number, or what is wrong with it, and whether that is its having two readings."""
    text = _at(row, column)
    try:
        amount = amount_of(text)
    except ValueError:
        return None, f"{place(row.line)}: {text[:20]!r} is not a valid number: write it as 1500.50.", False
    if amount is None:
        return None, "", False
    values = {value for one in conventions if (value := reading(amount.body, one)) is not None}
    if len(values) > 1:
        few, many = plain(float(min(values))), plain(float(max(values)))
        return (
            None,
            (
                f"{place(row.line)}: {text[:20]!r} may be {few} or {many}: write it so, or say which mark "
                "stands before decimals."
            ),
            True,
        )
    [value] = values
    return -value if amount.negative else value, "", False


def _currency(text: str) -> str | None:
    try:
        amount = amount_of(text)
    except ValueError:
        return None
    return amount.currency if amount else None


def _written(row: Row, table: Table) -> str:
    """How a row names what it holds; a broker may put what is pending in another column."""
    pending = next((cell.strip() for cell in row.cells if cell.strip().lower() == "pending activity"), "")
    return _cell(row, table, "symbol") or pending


def _symbol(written: str, answers: Answers) -> str:
    """The symbol of a stock: as a person said, or as the file has it, in upper case."""
    said = {symbol_key(name): symbol for name, symbol in answers.symbols.items()}
    text = " ".join(said.get(symbol_key(written), written).split()).removeprefix("$")
    return text.upper() if text.isascii() else text


def _foreign(numbers: _Numbers) -> str | None:
    return None if numbers.currency in _DOLLARS else f"is in {numbers.currency}, not in dollars"


def _nameless(symbol: str) -> str | None:
    if not symbol:
        return "has no symbol"
    if isin(symbol):
        return "is named by its ISIN, not by its symbol"
    return None if valid_symbol(symbol) else "is not a valid symbol: write it as AAPL or BRK-B"


def _refused(row: Row, problem: str) -> Outcome:
    return Outcome(findings=(f"{place(row.line)}: {problem}.",))


def _cell(row: Row, table: Table, meaning: str) -> str:
    return table.columns.text(row.cells, meaning)


def _detail(row: Row, table: Table) -> str:
    return _cell(row, table, "detail").lower()


def _at(row: Row, column: int | None) -> str:
    return row.cells[column].strip() if column is not None and column < len(row.cells) else ""
