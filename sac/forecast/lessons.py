"""What one calendar year's forecaster is fitted on, and the fit: kept by content, by whoever is free."""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sac.config import WEEKS_PER_YEAR, ForecastSettings
from sac.forecast.examples import Examples
from sac.forecast.inputs import History, channels, history
from sac.market import MarketPanel
from sac.processes import RemoteHandle, shared_out, survived

__all__ = ["Lesson", "School", "fit_missing", "lesson_of", "training_steps", "training_weeks"]

_FORMAT = 1  # raise it when the same examples and settings fit another forecaster
_AFTER_THE_FIT = ("half_life", "seen")  # settings that make nothing of what is fitted


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


def fit_missing(
    panel: MarketPanel,
    years: list[int],
    settings: ForecastSettings,
    folder: Path,
    helpers: Sequence[Executor],
    tell: Callable[[float, str], None],
) -> "School":
    """Fit and keep the years that are not kept yet, here and in the helpers at the same time.

    Returns where all of them are found. `tell` may raise to stop. Raises DeskError where a helper dies.
    """
    school = School(panel, settings, folder)
    missing = {}  # year -> its work
    for year in years:
        lesson = school.lesson(year)
        if lesson and lesson.path and not lesson.path.exists():
            missing[year] = lesson.work
    fitted: list[int] = []

    def news(sentence: str, more: float = 0.0) -> None:
        done = sum(missing[year] for year in fitted)
        tell((done + more) / sum(missing.values()), sentence)

    def here(year: int) -> None:
        school.fit(year, lambda fraction, epoch: news(f"for {year}: {epoch}", fraction * missing[year]))

    handles = [RemoteHandle(helper, School, panel, settings, folder) for helper in helpers if missing]
    elsewhere = [functools.partial(handle.begin, "fit") for handle in handles]
    largest_first = sorted(missing, key=lambda year: -missing[year])
    with survived("fitted a forecaster", "Fitted years are kept: start again, and it goes on there."):
        for done in shared_out(largest_first, here, elsewhere):
            fitted += [done] if done else []
            news(f"forecasters: {len(fitted)} of {len(missing)} fitted, {1 + len(helpers)} at a time")
    return school


class School:
    """Where the forecasters of a panel are fitted and kept, year by year."""

    def __init__(self, panel: MarketPanel, settings: ForecastSettings, folder: Path | None):
        self._panel, self._settings, self._folder = panel, settings, folder
        self.past = history(panel)
        self._lessons: dict[int, Lesson | None] = {}  # for a lesson's key all its windows are read

    def lesson(self, year: int) -> Lesson | None:
        """What teaches a year's forecaster; None without a single complete example."""
        if year not in self._lessons:
            self._lessons[year] = lesson_of(self._panel, self.past, year, self._settings, self._folder)
        return self._lessons[year]

    def fitted(self, year: int) -> dict[str, Any] | None:
        """The year's forecaster, as it is kept or fitted now; None without a lesson."""
        lesson = self.lesson(year)
        if lesson is None:
            return None
        state = lesson.kept() or lesson.learned(lambda fraction, news: None)
        return {**state, **lesson.identity}

    def fit(self, year: int, progress: Callable[[float, str], None] = lambda fraction, news: None) -> None:
        """Fit a year's forecaster, and keep it."""
        lesson = self.lesson(year)
        assert lesson is not None
        lesson.learned(progress)


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
