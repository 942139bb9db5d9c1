"""What page and plain text say alike: the cells of their tables, and sentences of figures."""

from app.digest.content import ChampionWeek, Digest, Ticket
from app.formats import dollars, percent

__all__ = ["amounts", "target_table", "waiting"]


def target_table(champion: ChampionWeek, own: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Head and rows of the target weights; the column `own` only where agents want something else."""
    other = any(target.own != target.weight for target in champion.targets)
    head = ("Symbol", "Target", "Last week", own)
    rows = [
        (target.symbol, percent(target.weight), percent(target.before), percent(target.own))
        for target in champion.targets
    ]
    columns = len(head) if other else len(head) - 1
    return head[:columns], [row[:columns] for row in rows]


def amounts(ticket: Ticket) -> str:
    """What the portfolio is worth, what trading costs, and the cash after it."""
    return (
        f"Portfolio {dollars(ticket.value, 2)}, cost {dollars(ticket.cost, 2)}, "
        f"cash after trades {dollars(ticket.cash_after, 2)}."
    )


def waiting(digest: Digest) -> tuple[str, ...]:
    """Each challenger that waits, with the gate's verdict."""
    return tuple(f"{one.label} {one.version}: {one.verdict}. {one.reason}" for one in digest.waiting)
