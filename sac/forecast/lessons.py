"""What one calendar year's forecaster is fitted on, and the fit: kept by content, one process a year."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sac.config import WEEKS_PER_YEAR, ForecastSettings
from sac.errors import DeskError
from sac.forecast.examples import Examples
from sac.forecast.inputs import History, channels, history
from sac.market import MarketPanel
from sac.processes import pool

__all__ = ["Lesson", "fit_beside", "lesson_of", "training_steps", "training_weeks"]

_FORMAT = 1  # raise it when the same examples and settings fit another forecaster
_AFTER_THE_FIT = ("half_life", "seen")  # settings that make nothing of what is fitted
_WORTH = 500_000  # examples times epochs below which processes take longer to start than to fit


@dataclass(frozen=True, eq=False)
class Lesson:
    """A year's examples, and where its forecaster is kept."""

    examples: Examples
    identity: dict[str, Any]  # what tells its forecaster from others
    path: Path | None

    @property
    def work(self) -> int:
        """Examples times epochs of all members."""
        settings, share = self.examples.settings, self.examples.epoch_weeks / len(self.examples.steps)
        return round(share * len(self.examples)) * settings.epochs * settings.members

    def kept(self) -> dict[str, Any] | None:
        """The forecaster that was fitted before."""
        from sac.forecast import cache

        return cache.load(self.path) if self.path else None

    def learned(self, progress: Callable[[float, str], None]) -> dict[str, Any]:
        """Fit it now, and keep it."""
        from sac.forecast import cache, fitting

        settings = self.examples.settings
        epochs = settings.epochs * settings.members
        fitted = fitting.fit(
            self.examples,
            seed=settings.seed * 10_000 + self.identity["year"],
            report=lambda epoch: progress((epoch - 1) / epochs, f"epoch {epoch} of {epochs}"),
        )
        state = {**self.identity, **fitted}
        if self.path:
            cache.store(self.path, state)
        return state


def lesson_of(
    panel: MarketPanel, past: History, year: int, settings: ForecastSettings, folder: Path | None
) -> Lesson | None:
    """What teaches a year's forecaster; None without a single complete example."""
    steps = training_steps(panel, year, settings)
    examples = Examples.of(past, steps, panel.returns[steps], settings)
    if not len(examples):
        return None
    identity: dict[str, Any] = {
        "format": _FORMAT,
        "symbols": panel.symbols,
        "channels": channels(panel),
        "settings": dataclasses.asdict(settings),
        "year": year,
    }
    # A bound that has room for all weeks makes the forecaster that none makes.
    idle = {*_AFTER_THE_FIT, *(["epoch_examples"] if examples.epoch_weeks == len(examples.steps) else [])}
    shaping = {name: value for name, value in identity["settings"].items() if name not in idle}
    key = hashlib.sha256(json.dumps({**identity, "settings": shaping}, sort_keys=True).encode())
    examples.tell(key.update)
    path = folder / "forecasts" / f"{key.hexdigest()}.pt" if folder else None
    return Lesson(examples, identity, path)


def fit_beside(
    panel: MarketPanel,
    years: list[int],
    settings: ForecastSettings,
    folder: Path,
    cores: int,
    tell: Callable[[float, str], None],
) -> None:
    """Fit the years that are not kept yet, side by side in so many processes, and keep them.

    Nothing is done where it would not pay. `tell` may raise to stop. Raises DeskError where a process dies.
    """
    past = history(panel)
    missing = {}  # year -> its work: the examples of all years are too much to hold at once
    for year in years:
        lesson = lesson_of(panel, past, year, settings, folder)
        if lesson and lesson.path and not lesson.path.exists():
            missing[year] = lesson.work
    if min(cores, len(missing)) < 2 or sum(missing.values()) < _WORTH:
        return
    count = min(cores, len(missing))
    with pool(count, _prepare, panel, settings, folder) as executor:
        running = [executor.submit(_fit, year) for year in missing]
        try:
            for done, future in enumerate(as_completed(running), start=1):
                news = f"{done} of {len(missing)} forecasters fitted, {count} at a time"
                tell(done / len(missing), news)
                future.result()
        except BrokenProcessPool as died:
            raise DeskError(
                "A process that fitted a forecaster died, perhaps for want of memory. Fitted years are kept: "
                "start again, with fewer cores (SAC_DESK_CORES), and it goes on there."
            ) from died


_given: tuple[MarketPanel, History, ForecastSettings, Path] | None = None  # of a process beside


def _prepare(panel: MarketPanel, settings: ForecastSettings, folder: Path) -> None:
    global _given
    _given = panel, history(panel), settings, folder


def _fit(year: int) -> None:
    assert _given is not None
    panel, past, settings, folder = _given
    lesson = lesson_of(panel, past, year, settings, folder)
    assert lesson is not None
    lesson.learned(lambda fraction, news: None)


def training_steps(panel: MarketPanel, year: int, settings: ForecastSettings) -> npt.NDArray[np.intp]:
    """Steps that may teach the forecaster of a year; none where the years before it are too few.

    Purge: a step's return ends at the next fill, which must lie before the year's first decision.
    """
    years = panel.years
    span = (years >= year - settings.fit_years) & (years < year)
    if span.sum() < settings.least_years * WEEKS_PER_YEAR:
        return np.empty(0, dtype=np.intp)
    first_decision = panel.decisions[years == year][0]
    complete = np.append(panel.fills[1:] < first_decision, False)
    return np.flatnonzero(span & complete)


def training_weeks(panel: MarketPanel, settings: ForecastSettings) -> dict[int, int]:
    """Calendar years that have a forecaster, and weeks in an epoch of each: what fitting it costs."""
    years, most = np.unique(panel.years).tolist(), settings.epoch_weeks(len(panel.symbols))
    weeks = {year: min(len(training_steps(panel, year, settings)), most) for year in years}
    return {year: count for year, count in weeks.items() if count}
