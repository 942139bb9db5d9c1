"""Folds: what each evaluation year's agents may train on."""

from dataclasses import dataclass

from sac.config import SELECTION_WEEKS, WEEKS_PER_YEAR
from sac.errors import DataError
from sac.market import MarketPanel
from sac.market.evaluation import LEAST_TRAINING_WEEKS, possible_years

__all__ = ["PRODUCTION", "Fold", "evaluation_folds", "evaluation_steps", "selection_fold"]


PRODUCTION = 0  # the number of the fit on all data


@dataclass(frozen=True)
class Fold:
    """One fit: trained on steps [train_start, train_stop), judged on `evaluation` (empty for production)."""

    number: int  # 1 is the earliest evaluation year, or block of a fine-tuning
    train_stop: int
    evaluation: range
    validation: range = range(0)  # last weeks of training: agents are first judged on them, unseen
    train_start: int = 0

    @property
    def inner_stop(self) -> int:
        """Where the training ends that validation judges; the weeks in between are not yet known there."""
        return max(self.validation.start - 1, 0) if self.validation else self.train_stop


def evaluation_folds(panel: MarketPanel, years: int, validation_weeks: int = 0) -> list[Fold]:
    """Expanding windows, oldest first, then the production fit; 52 steps per year, to the end of the data.

    Purge: a fold trains only on steps whose return is complete at its first decision's close.
    Raises DataError when the history is too short.
    """
    end, needed = panel.complete_steps, LEAST_TRAINING_WEEKS + validation_weeks
    folds = []
    for number in range(1, years + 1):
        first = end - WEEKS_PER_YEAR * (years - number + 1)
        fold = _fold(panel, number, first, range(first, first + WEEKS_PER_YEAR), validation_weeks)
        if fold.inner_stop < LEAST_TRAINING_WEEKS:
            possible = possible_years(panel, validation_weeks)
            raise DataError(
                f"{years} evaluation years need {needed} weeks of history before them, and this data allows "
                f"{possible}. Ask for fewer years or load a longer history."
            )
        folds.append(fold)
    return [*folds, _fold(panel, PRODUCTION, len(panel.decisions) - 1, range(0), validation_weeks)]


def selection_fold(panel: MarketPanel, years: int) -> Fold:
    """One fold that is judged on the two years before so many evaluation years: settings are chosen there.

    Purge: it trains on what was known when its judgement begins, and that ends with what is known when the
    first evaluation year begins. Raises DataError when the history is too short.
    """
    stop = evaluation_folds(panel, years)[0].train_stop
    start = stop - SELECTION_WEEKS
    fold = _fold(panel, 1, max(start, 0), range(start, stop), 0)
    if fold.train_stop < LEAST_TRAINING_WEEKS:
        needed = LEAST_TRAINING_WEEKS + SELECTION_WEEKS
        raise DataError(
            f"Choosing among settings needs {needed} weeks of history before the {years} evaluation years, "
            f"and this data has {stop}. Ask for fewer years or load a longer history."
        )
    return fold


def _fold(panel: MarketPanel, number: int, first: int, evaluation: range, validation_weeks: int) -> Fold:
    stop = panel.steps_known_at(first) if first > 0 else 0
    return Fold(number, stop, evaluation, range(stop - validation_weeks, stop))


def evaluation_steps(folds: list[Fold]) -> range:
    """The stretch that the folds' evaluation years cover together."""
    years = [fold.evaluation for fold in folds if fold.number != PRODUCTION]
    return range(years[0].start, years[-1].stop)
