"""How many evaluation years a history has room for."""

from sac.config import LIMITS, SELECTION_WEEKS, WEEKS_PER_YEAR
from sac.market.panel import MarketPanel

__all__ = ["LEAST_TRAINING_WEEKS", "possible_years"]

LEAST_TRAINING_WEEKS = 104  # before whatever is judged or validated first


def possible_years(panel: MarketPanel, validation_weeks: int = 0, *, of_sweep: bool = False) -> int:
    """The most evaluation years of 52 weeks, to the end of the data, that leave enough weeks to train on.

    Purge: only steps whose return is complete where the next weeks are judged count. A sweep is judged on two
    years more, before them.
    """
    years = 0
    for number in range(1, int(LIMITS["evaluation_years"][1]) + 1):
        known = _known(panel, panel.complete_steps - WEEKS_PER_YEAR * number)
        if validation_weeks:
            known -= validation_weeks + 1  # their first week is not complete where the training before ends
        if of_sweep:
            known = _known(panel, known - SELECTION_WEEKS)
        if known < LEAST_TRAINING_WEEKS:
            break
        years = number
    return years


def _known(panel: MarketPanel, step: int) -> int:
    return panel.steps_known_at(step) if step > 0 else 0
