"""The walk: for each calendar year, fit on the years before it, predict it, go on."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sac.arrays import Floats
from sac.config import ForecastSettings
from sac.errors import DataError
from sac.forecast.alpha import NO_RECORD, SkillRecord, calibrated, skill_record
from sac.forecast.examples import in_parts
from sac.forecast.inputs import History, channels, windows
from sac.forecast.lessons import School, fit_missing, training_steps, training_weeks
from sac.forecast.skill import ForecastSkill, yearly_skill
from sac.market import MarketPanel
from sac.market.symbols import same_symbols

__all__ = ["Forecasts", "Report", "forecast_at", "training_steps", "training_weeks", "walk_forward"]

# Torch takes seconds to import and pages import this floor: only the functions that need it load it.

Report = Callable[[float, str], None]  # fraction of the walk and a sentence; may raise to cancel

_HALVINGS = 4  # after so many half-lives an earlier forecast no longer counts
_LABELS = {"lstm": "LSTM", "patchtst": "PatchTST"}


@dataclass(frozen=True, eq=False)
class Forecasts:
    """What a walk predicted. Every value was decided with earlier data only."""

    values: Floats  # (T, n) return of each step as predicted at its decision; NaN: missing
    alphas: Floats  # (T, n) what agents see of it
    skill: list[ForecastSkill]  # out of sample, oldest year first
    newest: dict[str, Any]  # the last year's forecaster: tensors and builtins, for `forecast_at`


def walk_forward(
    panel: MarketPanel,
    settings: ForecastSettings,
    cache: Path,
    report: Report | None = None,
    since: int = 0,
    helpers: Sequence[Executor] = (),
) -> Forecasts:
    """Forecast every calendar year with a model fitted on the `fit_years` before it (original plan).

    A year with less than `least_years` of weeks before it stays NaN, and so does one before `since`. Fitted
    years are kept in cache/forecasts and found again by their content; helpers share in fitting the others.
    Raises DataError where no year can be forecast, DeskError where a helper dies.
    """
    years, values = panel.years, np.full(panel.returns.shape, np.nan)
    newest: dict[str, Any] = {}
    taught = [year for year in training_weeks(panel, settings) if year >= since]
    label = _LABELS.get(settings.kind, settings.kind)

    def tell(fraction: float, news: str) -> None:
        if report is not None:
            report(fraction, f"{label} {news}")

    school = fit_missing(panel, taught, settings, cache, helpers, tell)
    for year in taught:
        tell(1.0, f"for {year}: fitted")
        state = school.fitted(year)
        if state is None:
            continue
        newest = state
        steps = np.flatnonzero(years == year)
        values[steps] = _predicted(state, school.past, steps, settings)
    if not newest:
        raise DataError(
            f"Prices from {panel.sessions[0]} to {panel.sessions[-1]} are too short for a forecast: a "
            f"calendar year needs at least {settings.least_years} years of weeks before it. Get older prices."
        )
    if settings.seen == "alpha":
        earlier = np.where((years < newest["year"])[:, None], values, np.nan)
        newest = {**newest, "record": _plain(skill_record(panel, earlier))}
    alphas = _seen(panel, values, settings, NO_RECORD)
    return Forecasts(values, alphas, yearly_skill(years, values, panel.returns), newest)


def forecast_at(
    state: dict[str, Any],
    panel: MarketPanel,
    steps: range,
    settings: ForecastSettings,
    cache: Path | None = None,
) -> tuple[Floats, Floats]:
    """Predictions from a stored forecaster's year on, and what agents see of them: (steps, n), as a walk's.

    A later year's forecaster is fitted here, in seconds, by the rule of the walk and found again in `cache`.
    Raises DataError where the panel has other symbols or price fields than the forecaster was fitted on, and
    for a step before the forecaster's year: it has seen what happened then (leak!).
    """
    for what, fitted, given in (
        ("symbols", state["symbols"], panel.symbols),  # a share class in any spelling
        ("price fields", state["channels"], channels(panel)),
    ):
        if not same_symbols(given, fitted):
            raise DataError(
                f"The forecaster was fitted on the {what} {', '.join(fitted)}, but the data has "
                f"{', '.join(given)}. Use the same data or train again."
            )
    years, school = panel.years, School(panel, settings, cache)
    early = np.flatnonzero(years[steps.start : steps.stop] < state["year"])
    if len(early):
        raise DataError(
            f"The forecaster was fitted on the years before {state['year']} and has seen what followed "
            f"{panel.decisions[steps.start + early[0]]}. Choose a date from {state['year']} on."
        )
    values = np.full(panel.returns.shape, np.nan)
    # Alpha rests on the record of every week up to its decision, so the year is predicted from its beginning.
    first = steps.start if settings.seen == "forecast" else int(np.searchsorted(years, state["year"]))
    chosen = np.arange(first, steps.stop)
    for year in np.unique(years[chosen]).tolist():
        own = state if year == state["year"] else school.fitted(year)
        if own is None:
            raise DataError(f"The prices hold too little before {year} to fit its forecaster.")
        steps_of_year = chosen[years[chosen] == year]
        values[steps_of_year] = _predicted(own, school.past, steps_of_year, settings)
    seen = _seen(panel, values, settings, _record_of(state))
    return values[steps.start : steps.stop], seen[steps.start : steps.stop]


def _seen(panel: MarketPanel, values: Floats, settings: ForecastSettings, before: SkillRecord) -> Floats:
    """What agents see (T, n) of forecasts (T, n) that follow an earlier record."""
    if settings.seen == "forecast":
        return values
    return calibrated(panel, values, skill_record(panel, values, before))


def _plain(record: SkillRecord) -> dict[str, list[Any]]:
    return {"known": [str(day) for day in record.known], "rank_ic": record.rank_ic.tolist()}


def _record_of(state: dict[str, Any]) -> SkillRecord:
    """The record that came with a stored forecaster; an earlier engine's has none."""
    if "record" not in state:
        return NO_RECORD
    stored = state["record"]
    return SkillRecord(np.array(stored["known"], "datetime64[D]"), np.array(stored["rank_ic"], np.float64))


def _predicted(
    state: dict[str, Any], past: History, steps: npt.NDArray[np.intp], settings: ForecastSettings
) -> Floats:
    """A year's forecasts (steps, n), each the mean with what the same forecaster said in the weeks before.

    Consecutive steps. Skill that turns over every week is eaten by costs: this one lasts.
    """
    from sac.forecast.fitting import predict

    if not len(steps):
        return np.empty((0, past.weekly.shape[1]))
    lags = np.arange(_HALVINGS * settings.half_life if settings.half_life else 1)
    weights = 0.5 ** (lags / max(settings.half_life, 1))
    first = max(int(steps[0] - lags[-1]), 0)
    parts = in_parts(np.arange(first, steps[-1] + 1))
    said = np.concatenate([predict(state, windows(past, part, settings)) for part in parts])
    rows = (steps - first)[:, None] - lags  # (steps, lags)
    lagged = np.where((rows >= 0)[..., None], said[np.maximum(rows, 0)], np.nan)
    mean: Floats = np.einsum("l,sln->sn", weights / weights.sum(), lagged)
    return mean
