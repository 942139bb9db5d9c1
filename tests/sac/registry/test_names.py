"""A version's name covers everything that determines the result."""

import dataclasses
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import pytest

import sac.registry.names as names
from sac.config import VARIANTS, TrainingSettings, preset_settings
from sac.errors import ArtifactError, SettingsError
from sac.registry import version_name
from sac.registry.codecs import pack_json, unpack_json

QUESTION: dict[str, Any] = {
    "fingerprint": "f" * 64,
    "symbols": ("A", "B"),
    "settings": TrainingSettings(),
    "variant": "sac_lstm",
}


def name(last_decision: str = "2022-12-23", **changes: Any) -> str:
    return version_name(last_decision, **(QUESTION | changes))


def another(value: Any, choices: tuple[Any, ...]) -> Any:
    """A neighbour of a setting that is still within its range."""
    if choices:  # of a Literal
        return next(choice for choice in choices if choice != value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value + "!"
    if isinstance(value, tuple):
        return (value[0], value[1] + 1)
    return value + 1 if isinstance(value, int) else value * 0.5 + 0.001


def variations(settings: Any) -> Iterator[tuple[str, Any]]:
    """The settings with one field changed at a time, and that field's name."""
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        choices = get_args(field.type) if get_origin(field.type) is Literal else ()
        if field.name == "algorithm":
            continue  # it names the class of the settings, whose other fields it comes with
        if dataclasses.is_dataclass(value):
            for inner, changed in variations(value):
                yield f"{field.name}.{inner}", dataclasses.replace(settings, **{field.name: changed})
        elif len(choices) != 1:  # one choice only names its class
            yield field.name, dataclasses.replace(settings, **{field.name: another(value, choices)})


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_setting_changes_the_name(variant):
    settings = preset_settings(variant)
    seen = {name(settings=settings, variant=variant): "nothing"}
    for field, changed in variations(settings):
        answer = name(settings=changed, variant=variant)
        assert answer not in seen, f"{field} has the name of {seen[answer]}"
        seen[answer] = field
    assert {"seed", "agent.updates", "agent.hidden_sizes", "forecast.kind", "constraints.cost_rate"} <= {
        *seen.values()
    }


def test_everything_else_changes_the_name_too(monkeypatch):
    answers = [
        name(),
        name("2022-12-16"),
        name(fingerprint="e" * 64),
        name(symbols=("B", "A")),
        name(symbols=("A", "B", "C")),
        name(symbols=("AB",)),
        name(variant="ppo_lstm"),
        name(kind="finetune", parent="v2022-12-16-0123456789ab"),
        name(kind="finetune", parent="v2022-12-16-0123456789ac"),
    ]
    monkeypatch.setattr(names, "ENGINE_VERSION", "another")
    answers.append(name())
    digits = [answer.removesuffix("-ft")[-12:] for answer in answers if not answer.startswith("v2022-12-16")]
    assert len(set(answers)) == len(answers)
    assert len(set(digits)) == len(digits)


def test_the_name_is_stable_and_readable():
    assert name() == name() == name(symbols=["A", "B"])
    assert name().startswith("v2022-12-23-")
    assert name(kind="finetune", parent="v2022-12-16-0123456789ab").endswith("-ft")


def with_agent(**changes: Any) -> TrainingSettings:
    settings = TrainingSettings()
    return dataclasses.replace(settings, agent=dataclasses.replace(settings.agent, **changes))


def test_a_whole_number_is_the_same_setting():
    assert name(settings=with_agent(action_scale=5)) == name()


def test_a_setting_of_another_type_is_refused():
    with pytest.raises(SettingsError, match=r"agent.*network"):
        name(settings=with_agent(network="transformer"))


@pytest.mark.parametrize("date", ["2022-12-23/..", "23.12.2022", "", "2022-12-23T00:00"])
def test_a_date_that_is_none_is_refused(date):
    with pytest.raises(ArtifactError):
        name(date)


def test_only_a_fine_tuned_version_has_a_parent():
    with pytest.raises(ValueError, match="parent"):
        name(kind="finetune")
    with pytest.raises(ValueError, match="parent"):
        name(parent="v2022-12-16-0123456789ab")


def test_a_setting_that_was_renamed_is_stored_as_before():
    """Versions, ledger and sweeps of earlier releases call PPO's parallel rollouts `walks`."""
    settings = preset_settings("ppo_lstm", n_envs=4)
    assert preset_settings("ppo_lstm", walks=4) == settings
    assert preset_settings("ppo_lstm", experiment={"walks": 4}).agent == settings.agent
    stored = pack_json(settings)
    assert b'"walks": 4' in stored
    assert b"n_envs" not in stored
    assert unpack_json(stored, TrainingSettings) == settings
    given = {"settings": settings, "variant": "ppo_lstm"}
    assert name("2022-12-23", **given) == "v2022-12-23-fa867f7ffba2"
