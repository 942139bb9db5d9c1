"""What changed in a champion's targets since its last sealed week, and why, in sentences."""

from collections.abc import Iterator

from app.formats import percent, points, weight_digits
from sac.promotion.following import FOLLOWS
from sac.track import SealedWeek

__all__ = ["changes"]

_LEAST = 0.005  # share of wealth; a smaller move of a target is not told, but where all shares are small
_MOST = 5  # moves that are told, the largest ones


def changes(now: SealedWeek, before: SealedWeek | None) -> tuple[str, ...]:
    """From the two sealed rows alone: champion, conviction and following, then the largest moves."""
    if before is None:
        return ("Its first sealed week: there is none to compare with.",)
    return (*_causes(now, before), *_moves(now, before))


def _causes(now: SealedWeek, before: SealedWeek) -> Iterator[str]:
    if now.version != before.version:
        yield f"Another champion decides: {before.version} did on {before.decision}."
    if now.follow != before.follow:
        after, earlier = (_followed(row) for row in (now, before))
        yield f"It follows {after}; before, {earlier}."
    known = now.conviction is not None and before.conviction is not None
    if known and now.conviction != before.conviction:
        yield f"Conviction went from {percent(before.conviction, 0)} to {percent(now.conviction, 0)}."


def _followed(row: SealedWeek) -> str:
    return {str(name): words for name, words in FOLLOWS.items()}.get(row.follow, row.follow)


def _moves(now: SealedWeek, before: SealedWeek) -> Iterator[str]:
    names = dict.fromkeys([*now.weights, *before.weights])
    moves = {name: now.weights.get(name, 0.0) - before.weights.get(name, 0.0) for name in names}
    least, digits = min(_LEAST, 0.5 / len(names)), weight_digits(len(names) - 1)
    told = sorted((name for name in names if abs(moves[name]) >= least), key=lambda name: -abs(moves[name]))
    noted = f"moved by {points(least, digits).lstrip('+')} or more"
    if not told:
        yield f"No target {noted} since {before.decision}."
    for name in told[:_MOST]:
        reasons = [*_wish(name, now, before), *_forecast(name, now, before)]
        why = f": {'; '.join(reasons)}" if reasons else ""
        target = percent(now.weights.get(name, 0.0), digits)
        yield f"{name} {points(moves[name], digits)} to {target}{why}."
    if len(told) > _MOST:
        yield f"{len(told) - _MOST} more targets {noted}."


def _wish(name: str, now: SealedWeek, before: SealedWeek) -> Iterator[str]:
    """What its agents want, where a conviction stands between them and the target."""
    wanted, earlier = now.agents.get(name), before.agents.get(name)
    if wanted is not None and earlier is not None and wanted != now.weights.get(name):
        digits = weight_digits(len(now.weights) - 1)
        yield f"its agents want {percent(wanted, digits)}, {percent(earlier, digits)} before"


def _forecast(name: str, now: SealedWeek, before: SealedWeek) -> Iterator[str]:
    forecast, earlier = now.forecasts.get(name), before.forecasts.get(name)
    if forecast is not None and earlier is not None:
        yield f"its forecast went from {percent(earlier, 2)} to {percent(forecast, 2)}"
