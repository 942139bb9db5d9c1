"""Fine-tuning: trained agents go on with the most recent weeks, and are judged block by block."""

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

import numpy as np

from sac.agent.ensemble import Ensemble, agent_seed, learning_log
from sac.agent.environment import PortfolioEnvironment, flat_features
from sac.agent.folds import PRODUCTION, Fold, evaluation_steps
from sac.agent.learner_group import LearnerGroup
from sac.agent.learners.curve import LearningCurve
from sac.agent.states import members_of
from sac.config import FINETUNE_WEEKS, SERVICE_WEEKS, TrainingSettings
from sac.errors import DataError
from sac.market import MarketPanel
from sac.portfolio import EqualWeight, Validation, backtest, log_lead, validation_of

__all__ = ["Block", "fine_tune_ensemble", "fine_tuning_blocks"]

_STREAM = 26  # apart from the draws of the full training with the same seed


@dataclasses.dataclass(frozen=True)
class Block:
    """A fine-tuning: the fold it is, and which of the parent's committees it starts from."""

    fold: Fold
    origin: int


def fine_tuning_blocks(panel: MarketPanel, starts: list[int], fitted: int) -> list[Block]:
    """Blocks of 26 weeks in order of time, then the production fit.

    A rest below 13 weeks joins the last block; one of exactly 13 does where that makes their number even.

    `starts`: the first step that each of the parent's committees was judged on, oldest first. `fitted`: the
    parent's last decision; from there on its production committee, which saw nothing later, is judged too.
    Purge: a block's agents see the 26 weeks that are complete at its first decision's close.
    Raises DataError where there are not as many.
    """
    bounds = [*starts, min(fitted, panel.complete_steps), panel.complete_steps]
    blocks: list[Block] = []
    for origin, (start, stop) in enumerate(itertools.pairwise(bounds)):
        count = max(round((stop - start) / FINETUNE_WEEKS), 1) if stop > start else 0
        cuts = [start + FINETUNE_WEEKS * i for i in range(count)] + [stop]
        for first, end in itertools.pairwise(cuts):
            blocks.append(Block(_recent(panel, len(blocks) + 1, range(first, end), first), origin))
    newest = len(panel.decisions) - 1
    return [*blocks, Block(_recent(panel, PRODUCTION, range(0), newest), len(starts))]


def _recent(panel: MarketPanel, number: int, evaluation: range, decision: int) -> Fold:
    stop = panel.steps_known_at(decision)
    if stop < FINETUNE_WEEKS:
        raise DataError(
            f"Fine-tuning needs {FINETUNE_WEEKS} complete weeks before each block it is judged on, and the "
            f"data hold {stop} before {panel.decisions[decision]}. Load a longer history, or train in full."
        )
    return Fold(number, stop, evaluation, train_start=stop - FINETUNE_WEEKS)


def fine_tune_ensemble(
    panel: MarketPanel,
    parent: Ensemble,
    blocks: list[Block],
    settings: TrainingSettings,
    report: Callable[[int, dict[str, float]], None],
    helpers: Sequence[Executor] = (),
) -> Ensemble:
    """Every block's agents go on from their own committee of the parent, all together.

    Scalers are the parent's: its networks know their inputs by that scale. Helpers share the work, as in
    `train_ensemble`.
    """
    folds, origins = [block.fold for block in blocks], [block.origin for block in blocks]
    scalers = [parent.scalers[origin] for origin in origins]
    features = np.stack([flat_features(scaler.transform(panel.features)) for scaler in scalers])
    agents = [(i, fold, member) for i, fold in enumerate(folds) for member in range(1, settings.members + 1)]
    environment = PortfolioEnvironment.over(
        panel,
        features,
        [i for i, _, _ in agents],
        [fold.train_stop for _, fold, _ in agents],
        settings.agent,
        settings.constraints,
        start=[fold.train_start for _, fold, _ in agents],
    )
    seeds = [agent_seed(settings.seed, fold.number, member, _STREAM) for _, fold, member in agents]
    learner = LearnerGroup.across(environment, seeds, settings.agent, helpers)
    rows = [row for origin in origins for row in _rows(parent, origin)]
    learner.restore(members_of(parent.state, rows))
    curve = LearningCurve(settings.agent.updates, report)
    curve.follow(learner, settings.agent.updates)
    log = learning_log(curve, agents)
    tuned = Ensemble(folds, parent.assets, scalers, learner.state(), settings, log, [], [])
    if not parent.validations:
        return tuned
    return dataclasses.replace(tuned, validations=_validations(panel, parent, blocks, tuned))


def _validations(
    panel: MarketPanel, parent: Ensemble, blocks: list[Block], tuned: Ensemble
) -> list[Validation]:
    """What each block's agents are believed by: the parent's validation, once it is too old their own record.

    The own record is that of the blocks before, as far as it was known at the block's first decision.
    """
    constraints, steps = tuned.settings.constraints, evaluation_steps(tuned.folds)
    record = tuned.evaluate(panel, "Validation").agents
    lead = log_lead(record, backtest(EqualWeight(constraints), panel, steps, constraints))
    validations = []
    for block in blocks:
        inherited = dataclasses.replace(parent.validations[block.origin], fold=block.fold.number)
        first = block.fold.evaluation.start if block.fold.evaluation else len(panel.decisions) - 1
        known = panel.steps_known_at(first) - steps.start
        age = (panel.decisions[first] - np.datetime64(inherited.end)) / np.timedelta64(7, "D")
        if age < SERVICE_WEEKS:
            source = "parent" if inherited.source == "validation" else inherited.source
            validations.append(dataclasses.replace(inherited, source=source))
        elif known < FINETUNE_WEEKS:
            validations.append(dataclasses.replace(inherited, conviction=0.0))
        else:
            start, end = str(record.decisions[0]), str(record.decisions[known - 1])
            own = validation_of(lead[:known], start, end, block.fold.number, source="blocks")
            validations.append(own)
    return validations


def _rows(parent: Ensemble, origin: int) -> list[int]:
    rows = parent.rows(origin)
    return list(range(rows.start, rows.stop))
