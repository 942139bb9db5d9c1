"""What teaches a forecaster: each stock's window at a week's decision, and what followed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sac.arrays import Floats, Singles
from sac.config import ForecastSettings
from sac.forecast.inputs import History, complete, windows
from sac.forecast.skill import rank_scores

__all__ = ["Examples", "epochs_of", "in_parts"]

_PART = 16  # weeks whose windows are held at once where all are looked through


@dataclass(frozen=True, eq=False)
class Examples:
    """The stocks of some weeks that have a whole window and a return."""

    past: History
    steps: npt.NDArray[np.intp]  # (weeks,)
    known: npt.NDArray[np.bool_]  # (weeks, n)
    targets: Singles  # (weeks, n)
    unit: float | None  # with ranks the return that a score of 1 stands for
    settings: ForecastSettings

    @classmethod
    def of(
        cls, past: History, steps: npt.NDArray[np.intp], returns: Floats, settings: ForecastSettings
    ) -> "Examples":
        """Those of steps (weeks,) with returns (weeks, n).

        Ranks come with the return that a score of 1 stands for: the mean deviation within a week.
        """
        ranked = settings.target == "rank"
        targets = (rank_scores(returns) if ranked else returns).astype(np.float32)
        unit = float(returns.std(axis=1).mean()) if ranked and len(steps) else None
        whole = [complete(windows(past, part, settings)) for part in in_parts(steps)]
        known = np.concatenate([np.empty((0, returns.shape[1]), bool), *whole]) & np.isfinite(targets)
        some = known.any(axis=1)
        return cls(past, steps[some], known[some], targets[some], unit, settings)

    def __len__(self) -> int:
        return int(self.known.sum())

    @property
    def epoch_weeks(self) -> int:
        """Weeks in an epoch: all, or as many as the settings' bound has room for."""
        return min(len(self.steps), self.settings.epoch_weeks(self.known.shape[1]))

    def drawn(self, weeks: Sequence[int]) -> tuple[list[Singles], Singles]:
        """Windows (N, length, channels), one array a resolution, and targets (N,) of these of the weeks."""
        rows = np.asarray(weeks)
        known = self.known[rows]
        cut = windows(self.past, self.steps[rows], self.settings)
        return [window[known] for window in cut], self.targets[rows][known]

    def tell(self, reader: Callable[[bytes], None]) -> None:
        """Tell every byte of all windows, one resolution after the other, then of all targets."""
        for resolution in range(1 + bool(self.settings.months)):
            for part in in_parts(np.arange(len(self.steps))):
                reader(self.drawn(part)[0][resolution].tobytes())  # type: ignore[arg-type]
        reader(self.targets[self.known].tobytes())


def epochs_of(examples: Examples, seed: int) -> list[tuple[int, ...]]:
    """Which weeks each epoch draws, in order of time: all have their turn before one comes again."""
    weeks, share, epochs = len(examples.steps), examples.epoch_weeks, examples.settings.epochs
    if share == weeks:
        return [tuple(range(weeks))] * epochs
    rng = np.random.default_rng(seed)
    turns = np.concatenate([rng.permutation(weeks) for _ in range(-(-share * epochs // weeks))])
    return [tuple(sorted(turns[share * epoch : share * (epoch + 1)].tolist())) for epoch in range(epochs)]


def in_parts(steps: npt.NDArray[np.intp]) -> Iterator[npt.NDArray[np.intp]]:
    """Steps, a few weeks at a time: the windows of all at once are too much to hold."""
    return (steps[first : first + _PART] for first in range(0, len(steps), _PART))
