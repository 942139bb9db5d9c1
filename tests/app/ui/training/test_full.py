"""The form of a full training offers what the engine accepts, and nothing else."""

from typing import Any

import pytest

from sac.config import preset_settings
from sac.errors import SettingsError
from tests.support.desk_pages import opened


@pytest.mark.parametrize("name", ["members", "updates", "evaluation_years", "seed"])
def test_a_field_ends_where_the_engine_does(empty, name):
    field = opened("training").number_input(key=f"sac_lstm-desk-{name}")
    for accepted, refused in ((field.min, field.min - 1), (field.max, field.max + 1)):
        good: dict[str, Any] = {name: int(accepted)}
        bad: dict[str, Any] = {name: int(refused)}
        preset_settings("sac_lstm", "desk", **good)
        with pytest.raises(SettingsError, match=name):
            preset_settings("sac_lstm", "desk", **bad)
