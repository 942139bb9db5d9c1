"""What a track record says, in one sentence each: for the page, the command and the digest."""

import math

from app.formats import percent, signed
from sac.market import MarketPanel
from sac.track.cone import Standing
from sac.track.record import TrackRecord
from sac.track.scoring import live

__all__ = ["WORDS", "standing_line", "state_line"]

WORDS = {
    "inside": "inside the 90 % band",
    "below": "below the 90 % band",
    "above": "above the 90 % band",
}


def state_line(record: TrackRecord, panel: MarketPanel) -> str:
    """How many weeks are live, and what they came to beside equal weight."""
    sealed, results = live(record.rows), record.scored
    if not sealed:
        late = sum(row.kind == "late" for row in record.rows)
        was = f"{_weeks(late)} sealed late, which never count." if late else "nothing is sealed."
        return f"No live week yet: {was}"
    if results is None:
        return f"{_weeks(len(sealed))} live; prices to score by arrive after {sealed[0].fill}."
    grown, equal = results.champion.wealth[-1] - 1.0, results.equal.wealth[-1] - 1.0
    return (
        f"{_weeks(len(results.leads))} live, to {results.champion.ends[-1]}: {percent(grown)} net of costs, "
        f"{signed(math.expm1(results.leads.sum()))} against equal weight's {percent(equal)}."
    )


def standing_line(standing: Standing) -> str:
    """Inside, below or above what was promised, with the probability, and how rare that is in a year."""
    word, weeks = WORDS[standing.word].capitalize(), _weeks(standing.weeks)
    line = (
        f"{word}: after {weeks} {percent(standing.probability)} of the histories that its back-test promises "
        "are no better"
    )
    if standing.word != "below":
        return f"{line}."
    return f"{line}; {percent(standing.anytime)} fall as far behind in some week of a year."


def _weeks(count: int) -> str:
    return f"{count} week{'s' * (count != 1)}"
