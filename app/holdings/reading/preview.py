"""What a reading comes to: every row as it will be saved, what was left out and why, and what to ask."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

from app.holdings.portfolio import Portfolio, Position
from sac.errors import DeskError

__all__ = ["MEANINGS", "Answers", "Entry", "HoldingsError", "LeftOut", "Preview", "place"]

MEANINGS = ("symbol", "shares", "value")
_MOST_NAMED = 5  # findings in one message


@dataclass(frozen=True)
class Answers:
    """What a person says about a file where it does not say it itself."""

    columns: Mapping[str, str] = field(default_factory=dict)  # "symbol", "shares", "value" -> column's name
    decimal: Literal[".", ","] | None = None  # which of the two marks the decimals
    symbols: Mapping[str, str] = field(default_factory=dict)  # as the file names a stock -> its symbol
    leave_out: bool = False  # rows that hold something else than stocks in dollars

    @classmethod
    def said(
        cls, columns: Iterable[str], symbols: Iterable[str], decimal: str | None, *, leave_out: bool
    ) -> "Answers":
        """Answers given as words, `shares=Units` and `US0378331005=AAPL`. Raises HoldingsError for others."""
        named, spelled = dict(map(_pair, columns)), dict(map(_pair, symbols))
        if not set(named) <= set(MEANINGS):
            raise HoldingsError([f"A column means {', '.join(MEANINGS)}: say it as `shares=Units`."])
        if decimal not in (None, ".", ","):
            raise HoldingsError([f"{decimal[:5]!r} marks no decimals: say `.` or `,`."])
        return cls(named, cast("Literal['.', ',']", decimal), spelled, leave_out)


@dataclass(frozen=True)
class Entry:
    """A position as it will be saved."""

    lines: tuple[int, ...]  # of the file, from 1; several where lots were added up
    symbol: str
    shares: float | None
    value: float | None  # dollars


@dataclass(frozen=True)
class LeftOut:
    """A row that becomes no position."""

    line: int
    text: str
    reason: str
    name: str = ""  # as the file names what it holds


def _pair(text: str) -> tuple[str, str]:
    name, mark, meant = text.partition("=")
    if not (name.strip() and mark and meant.strip()):
        raise HoldingsError([f"{text[:40]!r} names nothing: write NAME=WORD, as `shares=Units`."])
    return name.strip(), meant.strip()


def place(line: int) -> str:
    """A line as a sentence names it; 0 is the cash beside a typed table."""
    return f"Line {line}" if line else "Cash"


class HoldingsError(DeskError):
    """Holdings that cannot be understood for certain."""

    def __init__(
        self, findings: Sequence[str], columns: Sequence[str] = (), *, decimal: bool = False
    ) -> None:
        """`findings`: sentences; `columns`: names to choose from; `decimal`: whether its mark is asked."""
        more = len(findings) - _MOST_NAMED
        named = " ".join(findings[:_MOST_NAMED])
        super().__init__(f"{named} And {more} more lines like these." if more > 0 else named)
        self.findings, self.columns, self.decimal = tuple(findings), tuple(columns), decimal


@dataclass(frozen=True)
class Preview:
    """A file's holdings before anything is saved."""

    entries: tuple[Entry, ...]
    cash: float  # dollars
    skipped: tuple[LeftOut, ...]  # titles, totals, notes, lots: nothing that is held
    aside: tuple[LeftOut, ...]  # held, but no stock in dollars that the desk can name: a person decides
    notes: tuple[str, ...]  # what was added up, or counted as cash

    def portfolio(self, *, leave_out: bool = False) -> Portfolio:
        """The holdings to save. Raises HoldingsError where rows are set aside and nobody agreed to that."""
        if self.aside and not leave_out:
            raise HoldingsError(
                [f"{place(row.line)}: {row.text[:40]!r} {row.reason}." for row in self.aside]
                + ["Leave these rows out, or name their symbols."]
            )
        positions = tuple(Position(one.symbol, one.shares, one.value) for one in self.entries)
        return Portfolio(self.cash, positions)
