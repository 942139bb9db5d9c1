"""Holdings from files, pasted text and typed rows: understood for certain, or refused."""

from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from app.holdings.reading.adding import added_up
from app.holdings.reading.columns import columns_of
from app.holdings.reading.decoding import decoded
from app.holdings.reading.numbers import Amount, amount_of, conventions_of
from app.holdings.reading.preview import Answers, HoldingsError, Preview
from app.holdings.reading.rows import judged
from app.holdings.reading.tables import Row, Sheet, Table, sheet_of
from sac.config import CASH

__all__ = ["LARGEST_FILE", "from_file", "from_rows", "from_text"]

LARGEST_FILE = 1_000_000  # bytes
MOST_POSITIONS = 1_000
_NOTHING_SAID = Answers()


def from_file(file: IO[bytes], answers: Answers = _NOTHING_SAID) -> Preview:
    """Holdings of a broker's export or a CSV file. Raises HoldingsError: lines, reasons and remedies."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise HoldingsError(["The file is larger than 1 MB: it must hold one line per position."])
    return from_text(decoded(content), answers)


def from_text(text: str, answers: Answers = _NOTHING_SAID) -> Preview:
    """Holdings of lines with a header, as in a file or spreadsheet. Raises HoldingsError."""
    return _read(sheet_of(text, answers.columns), answers)


def from_rows(
    rows: Iterable[tuple[str, str, str]], cash: str = "", answers: Answers = _NOTHING_SAID
) -> Preview:
    """Holdings of typed (symbol, shares, dollars); a row without amounts is none. CASH adds to cash.

    Raises HoldingsError, where a line is a row of the table.
    """
    typed = [(line, cells) for line, cells in enumerate(rows, start=1) if any(map(str.strip, cells[1:]))]
    names = ("symbol", "shares", "value")
    columns = columns_of(names, {})
    assert columns is not None
    held = tuple(Row(line, cells) for line, cells in typed)
    own = (Row(0, (CASH, "", cash)),) if cash.strip() else ()
    return _read(Sheet((Table(columns, own + held, Row(0, names)),), ()), answers)


def _read(sheet: Sheet, answers: Answers) -> Preview:
    """What the rows of the tables come to."""
    conventions = conventions_of(_amounts(sheet.tables), answers.decimal)
    outcomes = [outcome for table in sheet.tables for outcome in judged(table, conventions, answers)]
    findings = [text for outcome in outcomes for text in outcome.findings]
    ambiguous = any(outcome.ambiguous for outcome in outcomes)
    if findings:
        raise HoldingsError(findings, decimal=ambiguous)
    drafts = [outcome.draft for outcome in outcomes if outcome.draft]
    entries, cash, notes = added_up(drafts)
    if len(entries) > MOST_POSITIONS:
        raise HoldingsError([f"There are {len(entries):,} positions; the desk reads {MOST_POSITIONS:,}."])
    left = [outcome.skipped for outcome in outcomes if outcome.skipped]
    aside = tuple(outcome.aside for outcome in outcomes if outcome.aside)
    foreign = {table.columns.foreign for table in sheet.tables if table.columns.foreign}
    if foreign and any(draft.symbol != CASH for draft in drafts):
        notes += (f"Values in {', '.join(sorted(foreign))} are not read: shares count.",)
    return Preview(
        entries, cash, tuple(sorted((*sheet.skipped, *left), key=lambda one: one.line)), aside, notes
    )


def _amounts(tables: Sequence[Table]) -> Iterator[tuple[int, Amount]]:
    """Every number in the tables' columns of numbers: together they show how the file writes them."""
    for table in tables:
        at = table.columns.at
        places = {at[name] for name in ("shares", "value", "accrued") if name in at} | set(
            table.columns.numeric
        )
        places |= {at["local"] + 1} if "local" in at else set()  # the amount beside its currency
        for row in table.rows:
            for place in sorted(places & set(range(len(row.cells)))):
                try:
                    amount = amount_of(row.cells[place])
                except ValueError:
                    continue  # said where the row is read, if the cell counts
                if amount:
                    yield row.line, amount
