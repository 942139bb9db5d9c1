"""Ranges of settings, and their check."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

from sac.errors import SettingsError
from sac.text import value_text

__all__ = ["LIMITS", "within", "within_limits"]

# Least and most of every setting that a person may choose; pages, HTTP and engine refuse by these alone.
LIMITS: Mapping[str, tuple[float, float]] = {
    "members": (1, 64),
    "evaluation_years": (1, 15),
    "validation_weeks": (13, 520),  # or 0
    "trials": (1, 100_000),
    "seed": (0, 2**31 - 1),
    "updates": (1, 500_000),
    "action_scale": (0.1, 20.0),
    "reward_scale": (1e-3, 1e5),
    "n_envs": (1, 1_024),
    "value_weight": (0.0, 100.0),
    "rate": (1e-7, 1.0),
}


def within(name: str, value: float, low: float, high: float) -> None:
    """Raise SettingsError for a value outside [low, high]."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise SettingsError(f"{name} is {value_text(value)}: write a number from {low:g} to {high:g}.", name)
    if not low <= value <= high:  # also refuses NaN
        raise SettingsError(f"{name} is {value}, outside its range {low:g} to {high:g}.", name)


def within_limits(settings: Any, *names: str) -> None:
    """Raise SettingsError for a field of these names outside its LIMITS."""
    for name in names:
        within(name, getattr(settings, name), *LIMITS[name])
