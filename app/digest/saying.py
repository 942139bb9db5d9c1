"""The digest's sentences: what is true now and what there is to do, and a track record in one line."""

from collections.abc import Sequence

from app.decisions.track import standing_line, state_line
from app.digest.content import ChampionWeek
from app.formats import dollars
from app.settings import Settings
from sac.book import BOOK, subject_label
from sac.market import MarketPanel
from sac.track.record import reigns, track_record

__all__ = ["record_line", "state"]


def state(stopped: Sequence[str], champions: Sequence[ChampionWeek], fill: str, *, demo: bool) -> str:
    """The week in one sentence; of several champions the first speaks."""
    if stopped:
        return f"The weekly run stopped: {stopped[0]}"
    if not champions:
        return "No champion decided this week: train a variant, or promote a version."
    first = champions[0]
    who = "the book" if first.label == subject_label(BOOK) else first.label
    if not first.targets:
        return f"{first.label} decided nothing: {' '.join(first.notes) or 'see its page.'}"
    if demo:
        return f"Demo data, not for trading: {who} decided for {fill}."
    if first.ticket is None:
        return f"{who[0].upper()}{who[1:]} decided for the close of {fill}: there are targets, and no orders."
    orders = first.ticket.orders
    if not orders:
        return f"Nothing to trade at the close of {fill}: the holdings fit what {who} wants."
    sides = [order.side for order in orders]
    counts = [
        f"{sides.count(side)} {side}{'s' * (sides.count(side) > 1)}"
        for side in ("sell", "buy")
        if side in sides
    ]
    traded = dollars(sum(order.amount for order in orders))
    return f"Trade at the close of {fill}, as {who} decided: {' and '.join(counts)}, {traded} in all."


def record_line(root: Settings, variant: str, panel: MarketPanel | None) -> str:
    """What a champion's sealed weeks came to, against equal weight and against what was promised."""
    found = next((reign for reign in reigns(root.registry, variant) if reign.champion), None)
    if found is None or panel is None:
        return "unknown: the data cannot be read."
    record = track_record(root.registry, root.track_log, panel, found)
    stands = [standing_line(record.standing)] if record.standing else []
    return " ".join([state_line(record, panel), *stands, *record.problems])
