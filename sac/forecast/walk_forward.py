"""The walk: for each calendar year, fit on the years before it, predict it, go on."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sac.arrays import Floats
from sac.config import WEEKS_PER_YEAR, ForecastSettings
from sac.errors import DataError
from sac.forecast.inputs import channels, daily_inputs, windows
from sac.forecast.skill import ForecastSkill, yearly_skill
from sac.market import MarketPanel
from sac.market.symbols import symbol_key

__all__ = ["Forecasts", "Report", "forecast_at", "training_steps", "walk_forward"]

# Torch takes seconds to import and pages import this floor: only the functions that need it load it.

Report = Callable[[float, str], None]  # fraction of the walk and a sentence; may raise to cancel

_FORMAT = 1  # raise it when the same examples and settings fit another forecaster
_LABELS = {"lstm": "LSTM", "patchtst": "PatchTST"}


@dataclass(frozen=True, eq=False)
class Forecasts:
    """What a walk predicted. Every value was decided with earlier data only."""

    values: Floats  # (T, n) return of each step as predicted at its decision; NaN: missing
    skill: list[ForecastSkill]  # out of sample, oldest year first
    newest: dict[str, Any]  # the last year's forecaster: tensors and builtins, for `forecast_at`


def walk_forward(
    panel: MarketPanel,
    settings: ForecastSettings,
    cache: Path,
    report: Report | None = None,
    since: int = 0,
) -> Forecasts:
    """Forecast every calendar year with a model fitted on the `fit_years` before it (original plan).

    A year with less than `least_years` of weeks before it stays NaN, and so does one before `since`. Fitted
    years are kept in cache/forecasts and found again by their content. Raises DataError where no year can be
    forecast.
    """
    from sac.forecast.fitting import predict

    years = _years(panel)
    daily = daily_inputs(panel)
    values = np.full(panel.returns.shape, np.nan)
    newest: dict[str, Any] = {}
    asked = np.unique(years[years >= since])
    spans = [int(year) for year in asked if len(training_steps(panel, year, settings))]
    for done, year in enumerate(spans):
        progress = _progress_of(
            report, f"{_LABELS.get(settings.kind, settings.kind)} for {year}", done, len(spans)
        )
        state = _fitted(panel, daily, year, settings, cache, progress)
        if state is None:
            continue
        newest = state
        steps = np.flatnonzero(years == year)
        values[steps] = predict(newest, windows(panel, daily, steps, settings.window))
    if not newest:
        raise DataError(
            f"Prices from {panel.sessions[0]} to {panel.sessions[-1]} are too short for a forecast: a "
            f"calendar year needs at least {settings.least_years} years of weeks before it. Get older prices."
        )
    return Forecasts(values, yearly_skill(years, values, panel.returns), newest)


def forecast_at(
    state: dict[str, Any],
    panel: MarketPanel,
    steps: range,
    settings: ForecastSettings,
    cache: Path | None = None,
) -> Floats:
    """Predictions from a stored forecaster's year on, (steps, n): equal to a walk's.

    A later year's forecaster is fitted here, in seconds, by the rule of the walk and found again in `cache`.
    Raises DataError where the panel has other symbols or price fields than the forecaster was fitted on, and
    for a step before the forecaster's year: it has seen what happened then (leak!).
    """
    from sac.forecast.fitting import predict

    for what, fitted, given in (
        ("symbols", state["symbols"], panel.symbols),  # a share class in any spelling
        ("price fields", state["channels"], channels(panel)),
    ):
        if [*map(symbol_key, given)] != [*map(symbol_key, fitted)]:
            raise DataError(
                f"The forecaster was fitted on the {what} {', '.join(fitted)}, but the data has "
                f"{', '.join(given)}. Use the same data or train again."
            )
    chosen = np.asarray(steps, dtype=np.intp)
    early = chosen[_years(panel)[chosen] < state["year"]]
    if len(early):
        raise DataError(
            f"The forecaster was fitted on the years before {state['year']} and has seen what followed "
            f"{panel.decisions[early[0]]}. Choose a date from {state['year']} on."
        )
    daily, values = daily_inputs(panel), np.empty((len(chosen), len(panel.symbols)))
    years = _years(panel)[chosen]
    for year in np.unique(years).tolist():
        own = state if year == state["year"] else _fitted(panel, daily, year, settings, cache)
        if own is None:
            raise DataError(f"The prices hold too little before {year} to fit its forecaster.")
        steps_of_year = chosen[years == year]
        values[years == year] = predict(own, windows(panel, daily, steps_of_year, settings.window))
    return values


def training_steps(panel: MarketPanel, year: int, settings: ForecastSettings) -> npt.NDArray[np.intp]:
    """Steps that may teach the forecaster of a year; none where the years before it are too few.

    Purge: a step's return ends at the next fill, which must lie before the year's first decision.
    """
    years = _years(panel)
    span = (years >= year - settings.fit_years) & (years < year)
    if span.sum() < settings.least_years * WEEKS_PER_YEAR:
        return np.empty(0, dtype=np.intp)
    first_decision = panel.decisions[years == year][0]
    complete = np.append(panel.fills[1:] < first_decision, False)
    return np.flatnonzero(span & complete)


def _fitted(
    panel: MarketPanel,
    daily: Floats,
    year: int,
    settings: ForecastSettings,
    folder: Path | None,
    progress: Callable[[float, str], None] = lambda fraction, news: None,
) -> dict[str, Any] | None:
    """The year's forecaster, from the cache or fitted now; None without a single complete example."""
    from sac.forecast import cache, fitting

    steps = training_steps(panel, year, settings)
    inputs = windows(panel, daily, steps, settings.window)  # (steps, n, window, channels)
    targets = panel.returns[steps].astype(np.float32)  # (steps, n)
    known = np.isfinite(inputs).all(axis=(2, 3)) & np.isfinite(targets)
    inputs, targets = inputs[known], targets[known]  # (N, window, channels), (N,)
    if not len(targets):
        return None
    identity = {
        "format": _FORMAT,
        "symbols": panel.symbols,
        "channels": channels(panel),
        "settings": dataclasses.asdict(settings),
        "year": year,
    }
    key = hashlib.sha256(json.dumps(identity, sort_keys=True).encode())
    key.update(inputs.tobytes())
    key.update(targets.tobytes())
    path = folder / "forecasts" / f"{key.hexdigest()}.pt" if folder else None
    state = cache.load(path) if path else None
    if state is None:
        epochs = settings.epochs
        learned = fitting.fit(
            inputs,
            targets,
            settings,
            seed=settings.seed * 10_000 + year,
            report=lambda epoch: progress((epoch - 1) / epochs, f"epoch {epoch} of {epochs}"),
        )
        state = {**identity, **learned}
        if path:
            cache.store(path, state)
    progress(1.0, "fitted")
    return state


def _progress_of(report: Report | None, subject: str, done: int, years: int) -> Callable[[float, str], None]:
    """Tell the walk's fraction from one year's."""

    def progress(fraction: float, news: str) -> None:
        if report is not None:
            report((done + fraction) / years, f"{subject}: {news}")

    return progress


def _years(panel: MarketPanel) -> npt.NDArray[np.int64]:
    """Calendar year of each decision: (T,)."""
    return panel.decisions.astype("datetime64[Y]").astype(np.int64) + 1970
