"""Settings that a sweep varies by fields: every one that has a number or yes and no, in its range."""

import pytest

from app.ui.experiments.choosing import numbers, offered, proposed, typed
from sac.config import PRESETS, VARIANTS
from sac.errors import SettingsError
from sac.experiments import sweep_of


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("preset", PRESETS)
def test_what_a_field_begins_with_is_a_sweep(variant, preset):
    known = offered(variant, preset)
    assert {"gamma", "action_scale", "updates", "cost_rate"} <= set(known)
    assert not {"hidden_sizes", "algorithm"} & set(known)
    for name, value in known.items():
        values = proposed(variant, preset, name)
        assert value in values, name
        sweep_of({"variant": variant, "preset": preset, "grid": {name: values}})


def test_what_was_proposed_is_read_as_it_was_meant():
    for name in ("action_scale", "init_alpha", "updates", "gamma", "buffer_size"):
        values = proposed("sac_lstm", "desk", name)
        assert numbers(name, typed(values)) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [("2, 5, 8", [2, 5, 8]), ("0.5;1e-3", [0.5, 0.001]), (" 3 ", [3]), ("1,5", [1, 5]), ("-1", [-1])],
)
def test_numbers_are_typed_with_commas_between(text, values):
    assert numbers("Values", text) == values


@pytest.mark.parametrize("text", ["", " , ", "a", "1, b", "nan", "inf", "1_0", "0x1"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(SettingsError, match="Values is"):
        numbers("Values", text)
