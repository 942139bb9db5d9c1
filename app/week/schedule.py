"""`schedule.toml`: whether the desk runs its week by itself, when, and which challengers it trains."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from sac.config import VARIANTS
from sac.errors import SettingsError
from sac.files import replace_file
from sac.text import value_text

__all__ = ["EVERY", "HOURS", "Challenger", "Schedule", "read_schedule", "schedule_file", "write_schedule"]

Challenger = Literal["none", "fine-tune", "train"]  # what a weekly run makes of a variant

HOURS = (0, 60)  # after a week's last close: later, the fill of an ordinary week would be near
EVERY = (1, 52)  # weeks


@dataclass(frozen=True)
class Schedule:
    """When the week runs, and what is trained. Raises SettingsError for what cannot be meant."""

    on: bool = False
    hours: int = 6  # after the week's last close
    every: int = 13  # weeks after which a variant gets a challenger
    challengers: Mapping[str, Challenger] = field(default_factory=dict)  # by variant; "none" if not named

    def __post_init__(self) -> None:
        for name, value, (low, high) in (("hours", self.hours, HOURS), ("every", self.every, EVERY)):
            if type(value) is not int or not low <= value <= high:
                raise SettingsError(
                    f"{name} is {value_text(value)}: it must be a number from {low} to {high}.", name
                )
        if type(self.on) is not bool:
            raise SettingsError(f"on is {value_text(self.on)}: write true or false.", "on")
        for variant, choice in self.challengers.items():
            if variant not in VARIANTS:
                raise SettingsError(f"There is no variant {variant!r}: choose one of {', '.join(VARIANTS)}.")
            if choice not in get_args(Challenger):
                words = ", ".join(get_args(Challenger))
                raise SettingsError(
                    f"{variant} is {value_text(choice)}: choose one of {words}.", "challengers"
                )
        object.__setattr__(self, "challengers", MappingProxyType(dict(self.challengers)))

    def challenger(self, variant: str) -> Challenger:
        """What a weekly run makes of a variant once it is due."""
        return self.challengers.get(variant, "none")


def schedule_file(data: Path) -> Path:
    """Where the schedule is written down."""
    return data / "schedule.toml"


def read_schedule(data: Path) -> Schedule:
    """What `schedule.toml` says; without it, a schedule that is off. Raises SettingsError with the remedy."""
    path = schedule_file(data)
    try:
        given: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Schedule()
    except OSError as error:
        raise SettingsError(
            f"{path.name} cannot be read: {error.strerror}. Fix it, or move it away."
        ) from None
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path.name} is not valid TOML: {error}. Fix it, or delete it.") from None
    unknown = given.keys() - {"on", "hours", "every", "challengers"}
    if unknown:
        raise SettingsError(
            f"{path.name} has a key {min(unknown)!r}: it knows on, hours, every and challengers."
        )
    if not isinstance(given.get("challengers", {}), dict):
        raise SettingsError(f'{path.name}: challengers is a table, such as sac_lstm = "fine-tune".')
    try:
        return Schedule(**given)
    except SettingsError as wrong:
        raise SettingsError(f"{path.name}: {wrong}", wrong.field) from None


def write_schedule(data: Path, schedule: Schedule) -> None:
    """Replace `schedule.toml`; a reader sees the old schedule or the new one."""
    lines = [
        f"on = {json.dumps(schedule.on)}",
        f"hours = {schedule.hours}",
        f"every = {schedule.every}",
        "",
        "[challengers]",
        *(f"{variant} = {json.dumps(schedule.challenger(variant))}" for variant in VARIANTS),
    ]
    replace_file(schedule_file(data), ("\n".join(lines) + "\n").encode())
