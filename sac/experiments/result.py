"""Results of trials, one small file each."""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sac.config import TrainingSettings
from sac.evidence import cagr, difference, information_ratio, leads, metrics
from sac.experiments.sweep import SweepTrial
from sac.files import replace_file
from sac.portfolio import Backtest
from sac.registry.codecs import Unreadable, pack_json, unpack_json

__all__ = ["TrialResult", "TrialResults", "failed_result", "judged_result"]

_KEY = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class TrialResult:
    """A committee against equal weight on the weeks before the evaluation years, net of costs."""

    key: str
    variant: str
    symbols: tuple[str, ...]
    settings: TrainingSettings
    fingerprint: str  # of the data
    trained_until: str  # last fill that training has seen, ISO date
    start: str  # first and last decision of the judged weeks
    end: str
    problem: str | None  # why there are no figures
    figures: dict[str, float]  # see `judged_result`; empty with a problem
    net: tuple[float, ...]  # (W,) weekly return after costs
    equal: tuple[float, ...]  # (W,) equal weight's

    @property
    def over_equal_weight(self) -> float:
        """CAGR minus equal weight's; NaN with a problem."""
        return self.figures.get("eval_cagr", np.nan) - self.figures.get("equal_weight_cagr", np.nan)


def judged_result(trial: SweepTrial, trained_until: str, record: Backtest, equal: Backtest) -> TrialResult:
    """Figures of a trial's backtest beside equal weight's on the same weeks, at the trial's own costs.

    excess_sharpe: annualised, of the weekly return over equal weight; NaN where they are the same.
    edge, edge_low, edge_high: annualised log growth over equal weight, and its 95 % interval.
    """
    own, ahead = metrics(record, trial.settings.constraints), difference(record.net, equal.net)
    figures = {
        "eval_cagr": own.cagr,
        "eval_sharpe": own.sharpe,
        "eval_max_drawdown": own.max_drawdown,
        "eval_turnover": own.turnover,
        "equal_weight_cagr": cagr(equal.net),
        "excess_sharpe": information_ratio(leads(record.net, equal.net)),
        "edge": ahead.mean,
        "edge_low": ahead.low,
        "edge_high": ahead.high,
        "p_better": ahead.p_better,
    }
    net, other = tuple(record.net.tolist()), tuple(equal.net.tolist())
    return _result(trial, trained_until, equal, None, figures, net, other)


def failed_result(trial: SweepTrial, trained_until: str, equal: Backtest, problem: str) -> TrialResult:
    """A trial that failed; it would fail again."""
    return _result(trial, trained_until, equal, problem, {}, (), ())


def _result(
    trial: SweepTrial,
    trained_until: str,
    weeks: Backtest,
    problem: str | None,
    figures: dict[str, float],
    net: tuple[float, ...],
    equal: tuple[float, ...],
) -> TrialResult:
    return TrialResult(
        trial.key,
        trial.variant,
        trial.symbols,
        trial.settings,
        trial.fingerprint,
        trained_until,
        str(weeks.decisions[0]),
        str(weeks.decisions[-1]),
        problem,
        figures,
        net,
        equal,
    )


class TrialResults:
    """The results of one data root, by key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> TrialResult | None:
        """A finished trial; None for one that is not, or whose file is damaged: it can be done again."""
        with suppress(OSError, Unreadable):
            return unpack_json(self._path(key).read_bytes(), TrialResult)
        return None

    def keep(self, result: TrialResult) -> None:
        """Write a finished trial whole, or not at all."""
        replace_file(self._path(result.key), pack_json(result))

    def _path(self, key: str) -> Path:
        assert _KEY.fullmatch(key)
        return self._folder / f"{key}.json"
