"""The form of a full training offers what the engine accepts, and starts nothing else."""

from typing import Any

import pytest

from app.queries import planning
from app.ui.training.full import FIELDS
from sac.config import LIMITS, preset_settings
from sac.errors import SettingsError
from sac.promotion.state import champion_of
from tests.support.desk_pages import opened, said
from tests.support.judged_versions import judge


def typed(at, name, value):
    return at.text_input(key=f"sac_lstm-desk-{name}").set_value(value).run()


@pytest.mark.parametrize("name", ["members", "updates", "evaluation_years", "seed"])
def test_a_field_ends_where_the_engine_does(empty, name):
    at, (least, most) = opened("training"), map(int, LIMITS[name])
    for accepted, refused in ((least, least - 1), (most, most + 1)):
        good: dict[str, Any] = {name: accepted}
        bad: dict[str, Any] = {name: refused}
        preset_settings("sac_lstm", "desk", **good)
        with pytest.raises(SettingsError, match=name):
            preset_settings("sac_lstm", "desk", **bad)
        typed(at, name, str(refused))
        assert at.button(key="start").disabled
        assert f"enter a whole number from {least:,} to {most:,}" in said(at)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("value", ["", "abc", "2.5", "-1", "99999999999999999999"])
def test_nothing_that_is_typed_is_replaced_in_silence(empty, name, value):
    at = typed(opened("training"), name, value)
    assert at.text_input(key=f"sac_lstm-desk-{name}").value == value
    assert at.button(key="start").disabled
    assert FIELDS[name].title in said(at)
    typed(at, name, "1")
    assert not at.button(key="start").disabled


def test_a_click_before_the_page_has_seen_the_value_starts_nothing(empty, jobs, monkeypatch):
    monkeypatch.setattr("app.queries.jobs.jobs", lambda: jobs)
    at = opened("training")
    at.text_input(key="sac_lstm-desk-members").set_value("500")
    at.button(key="start").click().run()
    assert not jobs.list()
    assert "Members is `500`: enter a whole number from 1 to 64." in said(at)


def test_years_that_the_data_lack_are_not_offered_to_be_refused(empty):
    at = typed(opened("training"), "evaluation_years", "13")
    assert at.button(key="start").disabled
    assert "Evaluation years is 13: the data have room for 12." in said(at)
    assert not typed(at, "evaluation_years", "12").button(key="start").disabled


@pytest.mark.parametrize(("preset", "follow"), [("desk", "conviction"), ("plan", "agents")])
def test_what_is_followed_is_the_presets_until_it_is_chosen(empty, preset, follow):
    at = opened("training", preset=preset)
    field = next(box for box in at.selectbox if box.label == "Follow")
    assert (field.value, field.options) == (follow, ["agents", "conviction"])
    assert f"Default: {follow}." in field.help
    assert at.text_input(key=f"sac_lstm-{preset}-trials").value == "1"


def test_what_was_chosen_is_what_is_asked_for_and_what_it_is_called(empty, jobs, monkeypatch):
    monkeypatch.setattr("app.queries.jobs.jobs", lambda: jobs)
    at = opened("training", preset="desk")
    next(box for box in at.selectbox if box.label == "Follow").set_value("agents")
    at.text_input(key="sac_lstm-desk-trials").set_value("24")
    at.text_input(key="run-name").set_value("bold")
    at.text_input(key="run-note").set_value("after the split")
    at.button(key="start").click().run()
    [job] = jobs.list()
    assert (job.request["follow"], job.request["trials"]) == ("agents", 24)
    assert "name" not in job.request, "an older release reads it too"
    at = opened("training")
    assert "bold" in said(at) or "bold" in at.dataframe[0].value["Name"].tolist()


def test_the_form_says_what_years_show_and_cost(empty, monkeypatch):
    at = opened("training")
    assert "2 years: only 11.2 points a year would show; 10 years: 5.0 points; time not measured" in said(at)
    monkeypatch.setattr(
        planning, "seconds_of", lambda variant, settings: 30.0 * (settings.evaluation_years + 1)
    )
    said_now = said(typed(at, "evaluation_years", "3"))
    assert "3 years: only 9.2 points a year would show, about 2 min 00 s; 10 years: 5.0 points" in said_now
    assert "about 3 min 30 s more." in said_now
    assert "11 years: only 4.8 points a year would show, about 6 min 00 s." in said(
        typed(at, "evaluation_years", "11")
    )


def test_a_champion_without_conviction_is_not_fine_tuned_unwarned(filled):
    champion = champion_of(filled.registry, "sac_lstm")
    judge(champion, 0.01)
    assert not opened("training").warning
    judge(champion, 0.0)
    [warning] = opened("training").warning
    assert f"{champion.name} has conviction 0 %" in warning.value
    assert "a full training measures anew" in warning.value
