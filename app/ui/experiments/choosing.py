"""The settings that a sweep may vary by fields, and the values that are typed for them."""

import dataclasses
import math
import re
from collections.abc import Sequence
from typing import Any

from sac.config import Constraints, preset_settings
from sac.errors import SettingsError
from sac.experiments import sweep_of
from sac.text import code

__all__ = ["COST", "FIRST", "numbers", "offered", "proposed", "titled", "typed"]

COST = "cost_rate"  # the one setting of a trial that is not its agent's
FIRST = ("action_scale", "init_alpha", "updates")  # what the fields begin with: the first two that there are
_SEPARATOR = re.compile(r"[,;\s]+")
Number = int | float


def offered(variant: str, preset: str) -> dict[str, Any]:
    """Settings that have a field, with the preset's value. Sizes of layers are written in TOML."""
    agent = preset_settings(variant, preset).agent
    values = {field.name: getattr(agent, field.name) for field in dataclasses.fields(agent)}
    plain = {name: value for name, value in values.items() if isinstance(value, bool | int | float)}
    return {**plain, COST: Constraints().cost_rate}


def titled(name: str) -> str:
    """A setting as a field's title."""
    return name.replace("_", " ").capitalize()


def proposed(variant: str, preset: str, name: str) -> list[Any]:
    """Values to begin with: the preset's, and those around it that the setting may have."""
    value = offered(variant, preset)[name]
    if isinstance(value, bool):
        return [True, False]
    if 0.5 < value < 1.0:  # a discount: what it leaves is halved and doubled
        around = [1.0 - 2.0 * (1.0 - value), value, 1.0 - (1.0 - value) / 2.0]
    else:
        around = [value / 2, value, value * 2]
    values = [round(one) if isinstance(value, int) else float(f"{one:.4g}") for one in around]
    return [one for one in dict.fromkeys(values) if _allowed(variant, preset, name, one)]


def _allowed(variant: str, preset: str, name: str, value: Number) -> bool:
    try:
        sweep_of({"variant": variant, "preset": preset, "grid": {name: [value]}})
    except SettingsError:
        return False
    return True


def typed(values: Sequence[Any]) -> str:
    """Values as somebody would type them."""
    return ", ".join(f"{value:.10g}" for value in values)


def numbers(title: str, text: str) -> list[Number]:
    """The numbers of a field, whole ones as such. Raises SettingsError that says what to type."""
    words = [word for word in _SEPARATOR.split(text.strip()) if word]
    if not words:
        raise SettingsError(f"{title} is empty: type one value or several, with commas between.")
    try:
        return [int(word) if re.fullmatch(r"[+-]?\d{1,18}", word) else _finite(word) for word in words]
    except ValueError:
        raise SettingsError(
            f"{title} is {code(text.strip()[:40])}: type numbers, with commas between."
        ) from None


def _finite(word: str) -> float:
    value = float(word)
    if "_" in word or not math.isfinite(value):
        raise ValueError(word)
    return value
