"""Forecast: next week's return per stock, predicted only from what came before."""

from sac.forecast.skill import ForecastSkill
from sac.forecast.walk_forward import (
    Forecasts,
    forecast_at,
    training_steps,
    training_weeks,
    walk_forward,
)

__all__ = [
    "ForecastSkill",
    "Forecasts",
    "forecast_at",
    "training_steps",
    "training_weeks",
    "walk_forward",
]
