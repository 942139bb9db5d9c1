"""Which variants get a challenger in a week, and what is asked for."""

import pytest

from app.settings import Settings
from app.tasks.training import FULL, FullRequest, TrainingResult
from app.week.challengers import due_challengers, request_like
from app.week.schedule import Schedule
from sac.promotion.state import champion_of
from tests.support.quick_jobs import follow

TRAINED = "2018-12-28"  # last decision of the champion
QUARTER = "2019-03-29"  # 13 weeks later


@pytest.fixture
def root(own_desk):
    return Settings(own_desk)


@pytest.fixture
def champions(root):
    return {"sac_lstm": champion_of(root.registry, "sac_lstm")}


def due(root, champions, week, every=13, **choices):
    return due_challengers(root, Schedule(every=every, challengers=choices), champions, week)


@pytest.mark.parametrize("choice", ["fine-tune", "train"])
@pytest.mark.parametrize(
    ("week", "every", "wanted"),
    [
        (QUARTER, 13, True),
        (QUARTER, 14, False),
        ("2019-03-22", 13, False),
        (TRAINED, 1, False),
        ("2019-01-04", 1, True),
    ],
)
def test_a_variant_is_due_when_its_newest_version_learned_long_enough_ago(
    root, champions, week, every, wanted, choice
):
    [found] = due(root, champions, week, every, sac_lstm=choice)
    assert found.choice == (choice if wanted else "none")
    assert found.why.startswith("SAC + LSTM learned")


def test_without_a_choice_nothing_is_due(root, champions):
    assert due(root, champions, QUARTER) == []
    assert due(root, champions, QUARTER, sac_lstm="none") == []


def test_a_variant_without_a_champion_gets_none_for_its_first_version_would_be_promoted(root, champions):
    [found] = due(root, champions, QUARTER, ppo_lstm="train")
    assert (found.choice, found.variant) == ("none", "ppo_lstm")
    assert "has no champion" in found.why


def test_a_full_training_is_the_one_that_the_champion_comes_from(root, champions, jobs, monkeypatch):
    champion = champions["sac_lstm"]
    plain = request_like(champion, root.registry, jobs)
    assert (plain.preset, plain.members, plain.evaluation_years) == ("plan", 2, 2)
    job = jobs.submit(FULL, "sac_lstm", FullRequest(preset="desk", members=2, seed=7), "ada")
    follow(jobs, job.id)
    gave = TrainingResult(
        version=champion.name, data_window_start="", data_window_end="", metrics={}, promoted=True
    )
    monkeypatch.setattr(type(FULL), "result_of", lambda kind, job: gave)
    assert request_like(champion, root.registry, jobs) == FullRequest(preset="desk", members=2, seed=7)
