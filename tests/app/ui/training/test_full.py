"""The form of a full training offers what the engine accepts, and nothing else."""

from typing import Any

import pytest

from sac.config import preset_settings
from sac.errors import SettingsError
from sac.promotion.state import champion_of
from tests.support.desk_pages import opened
from tests.support.judged_versions import judge


@pytest.mark.parametrize("name", ["members", "updates", "evaluation_years", "seed"])
def test_a_field_ends_where_the_engine_does(empty, name):
    field = opened("training").number_input(key=f"sac_lstm-desk-{name}")
    for accepted, refused in ((field.min, field.min - 1), (field.max, field.max + 1)):
        good: dict[str, Any] = {name: int(accepted)}
        bad: dict[str, Any] = {name: int(refused)}
        preset_settings("sac_lstm", "desk", **good)
        with pytest.raises(SettingsError, match=name):
            preset_settings("sac_lstm", "desk", **bad)


@pytest.mark.parametrize(("preset", "follow"), [("desk", "conviction"), ("plan", "agents")])
def test_what_is_followed_is_the_presets_until_it_is_chosen(empty, preset, follow):
    at = opened("training", preset=preset)
    field = next(box for box in at.selectbox if box.label == "Follow")
    assert (field.value, field.options) == (follow, ["agents", "conviction"])
    assert f"Default: {follow}." in field.help
    assert at.number_input(key=f"sac_lstm-{preset}-trials").value == 1


def test_what_was_chosen_is_what_is_asked_for(empty, jobs, monkeypatch):
    monkeypatch.setattr("app.queries.jobs.jobs", lambda: jobs)
    at = opened("training", preset="desk")
    next(box for box in at.selectbox if box.label == "Follow").set_value("agents")
    at.number_input(key="sac_lstm-desk-trials").set_value(24)
    at.button(key="start").click().run()
    [job] = jobs.list()
    assert (job.request["follow"], job.request["trials"]) == ("agents", 24)


def test_a_champion_without_conviction_is_not_fine_tuned_unwarned(filled):
    champion = champion_of(filled.registry, "sac_lstm")
    judge(champion, 0.01)
    assert not opened("training").warning
    judge(champion, 0.0)
    [warning] = opened("training").warning
    assert f"{champion.name} has conviction 0 %" in warning.value
    assert "a full training measures anew" in warning.value
