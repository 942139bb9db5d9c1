"""Forecast: next week's return per stock, predicted only from what came before."""

from sac.forecast.skill import ForecastSkill

__all__ = ["ForecastSkill"]
