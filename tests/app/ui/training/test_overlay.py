"""Runs over each other: curves that outlive their jobs, and only what differs between them."""

import dataclasses

import pandas as pd
import pytest

from app.jobs.notes import JobNotes, Note
from app.jobs.store import JobStore
from app.ui.training.differing import NONE, differing, in_effect
from app.ui.training.learning_curve import LEAD
from app.ui.training.overlay import overlay_chart
from sac.progress import Progress
from tests.support.desk_pages import opened, said

ONE, OTHER, TUNED = "aaaaaaaaaa01", "aaaaaaaaaa02", "aaaaaaaaaa03"


@pytest.fixture
def runs(empty):
    """Two finished trainings of one variant and a fine-tuning of another, with curves; nothing is stored of
    them but the table of jobs that every release has written."""
    store = JobStore(empty.jobs)
    for job, subject, kind, request in (
        (ONE, "sac_lstm", "full", {"preset": "desk", "members": 5}),
        (OTHER, "sac_lstm", "full", {"preset": "desk", "members": 9, "seed": 3}),
        (TUNED, "ppo_lstm", "finetune", {"updates": 100}),
    ):
        store.add(job, subject, kind, request, "Ada")
        store.start(job)
        for update in (100, 200):
            looks = {LEAD: update / 10_000 * len(request), "validation_low": 0.0, "validation_high": 0.1}
            point = {"update": update, "actor_loss": -1.0} | (looks if kind == "full" else {})
            store.advance(job, Progress("agents", 0.5, "Learning", None, point))
        store.finish(job, "cancelled")
    return empty


def tables(at):
    return [one.value for one in at.table]


def test_two_runs_are_one_chart_and_a_table_of_what_differs(runs):
    JobNotes(runs.jobs).keep(OTHER, Note("many *members*"))
    at = opened("training", job=[ONE, OTHER])
    assert "2 runs" in said(at)
    [chart] = at.get("plotly_chart")
    assert "SAC + LSTM many *members* ends at 6.0 % a year" in chart.proto.alt
    results, settings = tables(at)
    assert len(results) == 2
    assert list(settings.index) == ["members", "seed"]
    assert settings.iloc[0].tolist() == ["9", "5"], "newest first, as in the history"


def test_one_selected_run_shows_its_own_curve(runs):
    at = opened("training", job=ONE)
    assert not at.get("plotly_chart")
    assert len(at.get("echarts_chart")) == 1


def test_a_fine_tuning_has_blocks_and_no_evaluation_years(runs):
    at = opened("training", job=[ONE, TUNED])
    settings = tables(at)[1]
    assert settings.loc["evaluation"].tolist() == ["blocks of 26 weeks", NONE]
    assert settings.loc["evaluation years"].tolist() == [NONE, "2"]
    assert at.segmented_control(key="curve").value == LEAD
    at.segmented_control(key="curve").set_value("actor_loss").run()
    assert "PPO + LSTM fine-tune" in at.get("plotly_chart")[0].proto.alt


def test_the_same_run_twice_differs_in_nothing():
    settings = {"variant": "SAC + LSTM", "seed": "0"}
    assert differing({"a": settings, "b": settings}).empty


def test_what_was_in_effect_is_what_its_version_was_trained_with(filled):
    version = filled.registry.versions("sac_lstm")[0]
    job = dataclasses.replace(
        _job(filled, version), request={"preset": "desk", "members": 64}, subject="sac_lstm"
    )
    facts = in_effect(job, version)
    assert facts["members"] == str(version.settings.members)
    assert facts["forecaster: window"] == str(version.settings.forecast.window)
    assert in_effect(job, None)["members"] == "64"


def _job(root, version):
    store = JobStore(root.jobs)
    store.add(ONE, "sac_lstm", "full", {}, "Ada")
    return store.get(ONE)


def test_runs_are_told_apart_by_colour_and_dash():
    curve = pd.DataFrame({"update": [1, 2], LEAD: [0.01, 0.02]})
    bare = pd.DataFrame({"update": [1, 2]})
    figure = overlay_chart(
        {"SAC + LSTM a": curve, "SAC + LSTM b": curve, "PPO + LSTM": bare}, LEAD, "Lead"
    ).figure
    lines = [trace.line for trace in figure.data]
    assert len(lines) == 2
    assert len({line.color for line in lines}) == len({line.dash for line in lines}) == 2


def test_a_run_is_named_afterwards_too(runs):
    at = opened("training", job=ONE)
    at.text_input(key=f"name-{ONE}").set_value("first light")
    at.text_area(key=f"note-{ONE}").set_value("as it came")
    at.button(key=f"keep-{ONE}").click().run()
    assert JobNotes(runs.jobs).get(ONE) == Note("first light", "as it came")
    assert "SAC + LSTM first light" in said(opened("training", job=ONE))
