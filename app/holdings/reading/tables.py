"""Find the tables of holdings in a text: separators, titles, sections, repeated headers."""

import csv
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.holdings.reading.columns import Columns, columns_of, is_history
from app.holdings.reading.numbers import amount_of
from app.holdings.reading.preview import HoldingsError, LeftOut

__all__ = ["Row", "Sheet", "Table", "sheet_of"]

_SEPARATORS = "\t;,|"
_POSITIONS = ("open positions", "long open positions", "short open positions", "post", "op")
_CASH = ("cash report", "crtt")
_FRAME = frozenset(
    ["BOF", "BOA", "BOS", "EOS", "EOA", "EOF"]
)  # lines that a Flex query puts around its sections


@dataclass(frozen=True)
class Row:
    """A row of a file: its line, from 1, and its cells."""

    line: int
    cells: tuple[str, ...]
    section: str = ""  # of a statement that has several
    role: str = ""  # "header", "data" or "total" where the file says so

    @property
    def text(self) -> str:
        """What it says, for a person."""
        return ", ".join(cell.strip() for cell in self.cells if cell.strip())


@dataclass(frozen=True)
class Table:
    """Rows under a header that names holdings."""

    columns: Columns
    rows: tuple[Row, ...]
    header: Row


@dataclass(frozen=True)
class Sheet:
    """A file's tables, and the rows that belong to none."""

    tables: tuple[Table, ...]
    skipped: tuple[LeftOut, ...]


def sheet_of(text: str, chosen: Mapping[str, str]) -> Sheet:
    """The tables of holdings in a text. Raises HoldingsError where there is none, or a line cannot be read.

    chosen: meaning -> name of the column, where a person said so.
    """
    best: list[Row] = []
    for separator in _SEPARATORS:
        rows, broken = _rows(text, separator)
        if any(_header(row, chosen) for row in rows):
            if broken:
                raise broken
            return _assembled(rows, chosen)
        if sum(len(row.cells) > 1 for row in rows) > sum(len(row.cells) > 1 for row in best):
            best = rows
    raise _unknown(best, chosen)


def _rows(text: str, separator: str) -> tuple[list[Row], HoldingsError | None]:
    """Rows that are not blank, and why reading ended before the last."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    table = csv.reader(
        [f"{line}\n" for line in lines], delimiter=separator, skipinitialspace=True, strict=True
    )
    rows: list[tuple[int, tuple[str, ...]]] = []
    line, broken = 1, None
    try:
        for cells in table:
            if any(map(str.strip, cells)):
                rows.append((line, tuple(map(_unquoted, cells))))
            line = table.line_num + 1
    except csv.Error as error:
        broken = HoldingsError([f"Line {line} cannot be read ({error}): write it as `AAPL,12`."])
    return _unwrapped(rows), broken


def _unquoted(cell: str) -> str:
    """A cell without what protects text in a spreadsheet: ="AAPL"."""
    text = cell.strip()
    return text[2:-1] if text.startswith('="') and text.endswith('"') else text


def _unwrapped(rows: Sequence[tuple[int, tuple[str, ...]]]) -> list[Row]:
    """Rows of a statement or query of several sections, without what says to which each belongs."""
    statement = any(cells[1:2] == ("Header",) for _, cells in rows)
    framed = bool(rows) and rows[0][1][0] in _FRAME  # else BOA may be a stock
    query = framed or (bool(rows) and rows[0][1][0] == "HEADER")
    roles = {"Header": "header", "Data": "data", "SubTotal": "total", "Total": "total", "Notes": "total"}
    found = []
    for line, cells in rows:
        if statement and len(cells) > 2 and cells[1] in roles:
            found.append(Row(line, cells[2:], cells[0].lower(), roles[cells[1]]))
        elif query and len(cells) > 2 and cells[0] in ("HEADER", "DATA"):
            found.append(Row(line, cells[2:], cells[1].lower(), cells[0].lower()))
        else:
            found.append(Row(line, cells, role="total" if framed and cells[0] in _FRAME else ""))
    return found


def _header(row: Row, chosen: Mapping[str, str]) -> Columns | None:
    """The columns that a row names, if it is the header of a table that is read."""
    if row.role in ("data", "total") or (row.section and row.section not in (*_POSITIONS, *_CASH)):
        return None
    if row.section in _CASH:  # a person's words are about positions
        return _statement_cash(row)
    found = columns_of(row.cells, chosen)
    return found or (columns_of(row.cells, {}) if row.role == "header" else None)


def _statement_cash(row: Row) -> Columns | None:
    """The cash report of an activity statement, or of a query, which columns_of knows."""
    names = [cell.strip().lower() for cell in row.cells]
    if names[:3] == ["currency summary", "currency", "total"]:
        return Columns({"detail": 0, "currency": 1, "accrued": 2}, len(names), {}, (2,), None)
    return columns_of(row.cells, {})


def _assembled(rows: Sequence[Row], chosen: Mapping[str, str]) -> Sheet:
    """Rows under their headers."""
    tables: list[Table] = []
    skipped: list[LeftOut] = []
    columns: Columns | None = None  # of the table that is being read, with its header and rows
    header: Row | None = None
    own: list[Row] = []
    for row in rows:
        found = _header(row, chosen)
        if found or row.role == "header" or (header and columns and _another(row, header)):
            if header and columns:
                tables.append(Table(columns, tuple(own), header))
            columns, header, own = None if is_history(row.cells) else found, row, []
        if header and columns and row.section == header.section and row.role != "total":
            own += [row] if row is not header else []
        else:
            skipped.append(LeftOut(row.line, row.text, _reason(row, header)))
    if header and columns:
        tables.append(Table(columns, tuple(own), header))
    if not any("symbol" in table.columns.at for table in tables):
        raise HoldingsError(
            ["The file lists trades or transactions: export the positions (holdings) instead."]
        )
    return Sheet(tuple(tables), tuple(_merged(skipped)))


def _reason(row: Row, header: Row | None) -> str:
    if header is None:
        return "stands before the table"
    if row.role == "total" and row.section in ("", *_POSITIONS, *_CASH):
        return "sums up, or frames a section"
    return (
        f"belongs to the section {row.section!r}"
        if row.section
        else "belongs to another table, not of holdings"
    )


def _merged(rows: Sequence[LeftOut]) -> Iterator[LeftOut]:
    """Rows one after the other that are left out for the same reason, as one."""
    for reason, group in itertools.groupby(rows, key=lambda row: row.reason):
        first, *others = group
        yield replace(first, reason=f"{reason} ({len(others) + 1} lines)" if others else reason)


def _another(row: Row, header: Row) -> bool:
    """Whether a row is the header of a table of something else: it begins as the last one did."""
    return (
        not row.role
        and len(row.cells) > 2
        and row.cells[0].lower() == header.cells[0].lower()
        and not any(_numeric(cell) for cell in row.cells)
    )


def _numeric(cell: str) -> bool:
    try:
        return amount_of(cell) is not None
    except ValueError:
        return False


def _unknown(rows: Sequence[Row], chosen: Mapping[str, str]) -> HoldingsError:
    """What to say where no row names the columns: which names there are."""
    row = next(_candidates(rows), None)
    names = [cell.strip() for cell in row.cells if cell.strip()] if row else []
    if chosen:
        return HoldingsError(
            [f"No row has one column each that is named {' and '.join(map(repr, chosen.values()))}."], names
        )
    seen = f" Line {row.line} names {', '.join(map(repr, names[:12]))}." if row else ""
    return HoldingsError(
        [
            "No line names the columns symbol and shares or value (dollars), as `symbol,shares` or "
            f"`symbol,shares,value` does.{seen} Name them, or say which column is which."
        ],
        names,
    )


def _candidates(rows: Sequence[Row]) -> Iterator[Row]:
    """Rows that may be a header: words only, and a number in the next one."""
    for row, after in itertools.pairwise(rows):
        filled = [cell for cell in row.cells if cell.strip()]
        words = len(filled) > 1 and not any(map(_numeric, filled))
        if words and any(map(_numeric, after.cells)):
            yield row
