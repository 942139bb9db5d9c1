"""The digest as plain text: no line is longer than 78 characters, and nothing in it forges a line."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from app.digest.cells import amounts, target_table, waiting
from app.digest.content import ChampionWeek, Digest, Ticket
from app.formats import dollars, moment, percent
from sac.text import printable

__all__ = ["WIDTH", "text"]

WIDTH = 78


def text(digest: Digest) -> str:
    """The digest as lines of at most 78 characters, ending with a line break."""
    return "\n".join(_lines(digest)) + "\n"


def _lines(digest: Digest) -> Iterator[str]:
    yield from _said(f"SAC DESK: the week decided on {digest.decision}")
    yield ""
    yield from _said(digest.state)
    yield from _list("The run stopped", digest.stopped)
    for champion in digest.champions:
        yield from _champion(champion)
    if digest.no_ticket:
        yield ""
        yield from _said(digest.no_ticket)
    yield from _list("Challengers that wait for a review", waiting(digest))
    yield from _list("Data", digest.findings)
    yield from _title("Next decision")
    yield from _said(f"At the close of {digest.next_decision}, traded at the close of {digest.next_fill}.")
    yield ""
    yield from _said(f"Composed {moment(digest.composed_at)}. Nothing was traded by the desk.")


def _champion(champion: ChampionWeek) -> Iterator[str]:
    yield from _title(f"{champion.label}, {champion.version}")
    yield from _said(f"{champion.sealed} Conviction {percent(champion.conviction, 0)}.")
    yield from _said(f"Track record: {champion.record}")
    yield from _list("Before trading", champion.notes)
    if champion.ticket:
        yield from _ticket(champion.ticket)
    yield from _list("What changed", champion.changes)
    yield from _title("Target weights")
    yield from _table(*target_table(champion, "Agents' own")) if champion.targets else ("None.",)


def _ticket(ticket: Ticket) -> Iterator[str]:
    yield from _title(f"Orders, for holdings saved {moment(ticket.saved_at)}")
    rows = [
        (
            order.symbol,
            order.side.upper(),
            f"{order.shares:,}",
            dollars(order.price, 2),
            dollars(order.amount, 2),
        )
        for order in ticket.orders
    ]
    yield from _table(("Symbol", "Side", "Shares", "Price", "Amount"), rows) if rows else ("No trades.",)
    yield from _said(amounts(ticket))
    for note in ticket.notes:
        yield from _said(note)


def _title(title: str) -> Iterator[str]:
    lines = _said(title)
    yield ""
    yield from lines
    yield "-" * max(map(len, lines))


def _list(title: str, sentences: Sequence[str]) -> Iterator[str]:
    if not sentences:
        return
    yield from _title(title)
    for sentence in sentences:
        yield from wrap(f"* {printable(sentence)}", WIDTH, subsequent_indent="  ")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Columns under their heads: the first to the left, the others to the right."""
    lines = [[printable(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *others in lines:
        cells = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        yield from wrap("  ".join((first.ljust(widths[0]), *cells)), WIDTH, drop_whitespace=False)


def _said(sentence: str) -> list[str]:
    return wrap(printable(sentence), WIDTH) or [""]
