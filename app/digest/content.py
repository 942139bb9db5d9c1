"""What a week's digest says: plain data, which `html` and `text` only lay out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

__all__ = ["ChampionWeek", "Digest", "Order", "Target", "Ticket", "Waiting"]


@dataclass(frozen=True)
class Target:
    """One asset of a champion's week; shares of wealth."""

    symbol: str
    weight: float
    before: float | None  # last week's target; None where there is none
    own: float  # what the agents want, whatever the conviction


@dataclass(frozen=True)
class Order:
    """One line of an order ticket, in whole shares."""

    side: Literal["sell", "buy"]
    shares: int
    symbol: str  # as its holder writes it
    price: float  # dollars, the close at the decision
    amount: float  # dollars


@dataclass(frozen=True)
class Ticket:
    """The orders from the saved holdings to a champion's target; amounts in dollars."""

    saved_at: datetime  # when the holdings were saved, UTC
    value: float  # of the portfolio before the trades
    orders: tuple[Order, ...]  # sells before buys
    cost: float
    cash_after: float
    notes: tuple[str, ...]  # what was left out or kept aside


@dataclass(frozen=True)
class ChampionWeek:
    """A champion's, or the book's, decision of the week, and how its record goes on."""

    label: str  # the variant as people call it, or "Book"
    version: str
    sealed: str  # when, and whether before its prices existed: one sentence
    conviction: float | None  # None where nothing could be decided
    targets: tuple[Target, ...]  # CASH last
    changes: tuple[str, ...]  # what changed since last week, and why, in sentences
    record: str  # the track record in one line
    ticket: Ticket | None  # None where nobody's holdings are known, or there is nothing to trade on
    notes: tuple[str, ...]  # what to know before trading


@dataclass(frozen=True)
class Waiting:
    """A challenger that is pending review."""

    label: str
    version: str
    verdict: str  # of the gate: ELIGIBLE or NOT ELIGIBLE
    reason: str


@dataclass(frozen=True)
class Digest:
    """Everything that is said of one week. Dates are ISO text of exchange sessions."""

    decision: str
    fill: str  # at whose close the week's orders are traded
    end: str  # last session of the week that begins with the fill
    composed_at: datetime  # UTC
    state: str  # one sentence: what is true now, and what there is to do
    stopped: tuple[str, ...]  # why the weekly run stopped, or left something out
    champions: tuple[ChampionWeek, ...]  # first the book, where there is one
    no_ticket: str  # why there are no orders, for all champions; "" where there are, or nothing to say
    waiting: tuple[Waiting, ...]
    findings: tuple[str, ...]  # about the data
    next_decision: str
    next_fill: str
