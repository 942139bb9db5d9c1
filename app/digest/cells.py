"""What page and plain text say alike: the cells of their tables, and sentences of figures."""

from collections.abc import Sequence

from app.digest.content import ChampionWeek, Digest, Target, Ticket
from app.formats import dollars, percent, weight_digits

__all__ = ["amounts", "target_table", "waiting"]

_MOST = 30  # stocks that a mail lists; the page Weights lists all


def target_table(champion: ChampionWeek, own: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Head and rows of the target weights; the column `own` only where agents want something else.

    Beyond 30 stocks the smaller ones share a row, which has their sum; CASH stands last.
    """
    *stocks, cash = champion.targets
    digits, ordered = weight_digits(len(stocks)), sorted(stocks, key=lambda target: -target.weight)
    shown = [*ordered[:_MOST], _sum(ordered[_MOST:]), cash] if len(stocks) > _MOST else champion.targets
    other = any(target.own != target.weight for target in champion.targets)
    head = ("Symbol", "Target", "Last week", own)
    rows = [
        (target.symbol, *(percent(share, digits) for share in (target.weight, target.before, target.own)))
        for target in shown
    ]
    columns = len(head) if other else len(head) - 1
    return head[:columns], [row[:columns] for row in rows]


def _sum(targets: Sequence[Target]) -> Target:
    """Several targets as one; what was before is not known where it was not of any."""
    before = [target.before for target in targets if target.before is not None]
    return Target(
        f"{len(targets)} others",
        sum(target.weight for target in targets),
        sum(before) if before else None,
        sum(target.own for target in targets),
    )


def amounts(ticket: Ticket) -> str:
    """What the portfolio is worth, what trading costs, and the cash after it."""
    return (
        f"Portfolio {dollars(ticket.value, 2)}, cost {dollars(ticket.cost, 2)}, "
        f"cash after trades {dollars(ticket.cash_after, 2)}."
    )


def waiting(digest: Digest) -> tuple[str, ...]:
    """Each challenger that waits, with the gate's verdict."""
    return tuple(f"{one.label} {one.version}: {one.verdict}. {one.reason}" for one in digest.waiting)
