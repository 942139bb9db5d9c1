"""What a training has learned: the lead over equal weight first, the networks behind a fold."""

import numpy as np
import pandas as pd
import pytest

from app.jobs.store import JobStore
from app.ui.training.learning_curve import lead_curve, learning_curve
from sac.progress import Progress
from tests.support.desk_pages import opened, said

LOSSES = {"actor_loss": -2.0, "critic_loss": 8.0, "entropy": 10.9, "alpha": 0.2}


@pytest.fixture
def training(empty):
    """Records a finished job with points of its curve; the page that shows it."""

    def shown(*points, kind="full", subject="sac_lstm"):
        store = JobStore(empty.jobs)
        store.add("0123456789ab", subject, kind, {}, "Ada")
        store.start("0123456789ab")
        for point in points:
            store.advance("0123456789ab", Progress("agents", 0.5, "Learning", None, point))
        store.finish("0123456789ab", "cancelled")
        return opened("training", job="0123456789ab")

    return shown


def look(update, lead, low, high):
    return {"update": update, "validation": lead, "validation_low": low, "validation_high": high}


def charts(at):
    return {chart.key.rsplit("-", 1)[0]: chart.proto for chart in at.get("echarts_chart")}


def test_the_lead_over_equal_weight_comes_first_and_the_losses_behind_a_fold(training):
    at = training(look(100, -0.01, -0.03, 0.02), {"update": 130, **LOSSES}, look(200, 0.031, -0.01, 0.052))
    sentence = "+3.1 pp a year over equal weight on the validation weeks after 200 updates, members from"
    assert f"**{sentence} -1.0 pp to +5.2 pp**" in said(at)
    assert charts(at)["lead"].alt == f"{sentence} -1.0 pp to +5.2 pp"
    assert list(charts(at)) == ["lead"], "the fold is closed, and nothing in it is drawn"
    assert "Losses, entropy and temperature" in [panel.label for panel in at.expander]


def test_a_fine_tuning_has_no_validation_weeks_and_shows_its_networks(training):
    at = training({"update": 20, **LOSSES}, kind="finetune")
    assert list(charts(at)) == ["Losses", "Entropy (nats)", "Temperature"]
    assert "Actor loss falls mostly by the entropy bonus" in said(at)
    assert "entropy 10.6 of at most 11.1" in said(at)


def test_what_is_said_of_the_temperature_is_said_of_sac_alone(training):
    at = training({"update": 20, "actor_loss": 1.0}, kind="finetune", subject="ppo_lstm")
    assert list(charts(at)) == ["Losses"]
    assert "entropy bonus" not in said(at)


def test_a_direct_training_shows_how_far_it_steps(training):
    at = training({"update": 20, "actor_loss": -0.1, "step": 0.7}, kind="finetune", subject="direct_lstm")
    assert list(charts(at)) == ["Losses", "Step towards the target"]


def test_before_its_first_point_a_training_shows_no_curve(training):
    at = training()
    assert not at.get("echarts_chart")
    assert "Losses, entropy and temperature" not in [panel.label for panel in at.expander]


def test_the_band_spans_the_members_around_the_committee_in_points_a_year():
    looks = pd.DataFrame([look(100, -0.01, -0.03, 0.02), look(200, 0.031, -0.01, 0.052)])
    option = lead_curve(looks)
    table = option["dataset"]["source"]
    assert table["committee"].tolist() == pytest.approx([-1.0, 3.1])
    assert (table["lowest member"] + table["band"]).tolist() == pytest.approx([2.0, 5.2])
    low, band, committee = option["series"]
    # A band that begins below zero is stacked on it all the same.
    assert {low["stackStrategy"], band["stackStrategy"]} == {"all"}
    assert (low["encode"]["y"], band["encode"]["y"]) == ("lowest member", "band")
    assert (band["encode"]["tooltip"], committee["encode"]["y"]) == (["highest member"], "committee")
    assert committee["markLine"]["data"] == [{"yAxis": 0}]


def test_points_that_lack_a_figure_are_left_out_of_its_curve():
    curve = pd.DataFrame([look(75, 0.1, 0.0, 0.2), {"update": 100, **LOSSES}, {"update": 110, **LOSSES}])
    assert np.isnan(curve["actor_loss"][0])
    source = learning_curve(curve, ("actor_loss", "critic_loss"), "Losses")["dataset"]["source"]
    assert source["update"].tolist() == [100, 110]
    assert source.notna().all(axis=None)
