"""How long a training will take, by what earlier ones took here."""

import dataclasses

import pytest

from sac.config import ENGINE_VERSION, preset_settings
from sac.registry import Registry
from sac.registry.folder import seal
from sac.registry.origin import Origin, note_origin
from sac.timing import Record, Work, expected_seconds, recorded
from tests.support.small_versions import small_artifacts
from tests.support.synthetic import random_panel


@pytest.fixture(scope="module")
def panel():
    return random_panel(stocks=15, first="2005-01-03", last="2018-12-31")


def work(panel, variant="sac_lstm", preset="desk", **settings):
    return Work.of(variant, preset_settings(variant, preset, **settings), panel)


def record(of, agents, engine=ENGINE_VERSION):
    return Record(of, engine, agents, 2.0)


def test_the_same_training_takes_as_long_again(panel):
    own = work(panel)
    known = [record(work(panel, "ppo_lstm"), 10.0), record(own, 77.0), record(work(panel, members=1), 5.0)]
    expected = expected_seconds(own, known)
    assert list(expected) == ["forecasts", "agents", "evaluation", "saving"]
    assert [expected["agents"], expected["evaluation"]] == pytest.approx([77.0, 2.0])


def test_another_size_takes_its_part(panel):
    known = [record(work(panel), 77.0)]
    assert expected_seconds(work(panel, updates=1_500), known)["agents"] == pytest.approx(77.0 / 2)
    longer = expected_seconds(work(panel, evaluation_years=10), known)
    assert 3.3 < longer["agents"] / 77.0 < 11 / 3, "eleven fits for three"
    assert longer["evaluation"] == pytest.approx(10.0)


def test_forecasters_of_many_stocks_take_as_long_as_their_epochs_have_room_for(panel):
    """Five years of 38 stocks are the most that an epoch draws."""
    wide = random_panel(stocks=150, first="2005-01-03", last="2018-12-31")
    seconds = [expected_seconds(work(each), [])["forecasts"] for each in (panel, wide)]
    assert 2.0 < seconds[1] / seconds[0] < 38 / 15 * 1.3, (
        "early years have fewer weeks, which fill an epoch too"
    )


def test_without_a_record_stages_have_their_measured_shares(panel):
    expected = expected_seconds(work(panel), [])
    assert all(seconds > 0.0 for seconds in expected.values())
    assert expected["agents"] > expected["evaluation"] > expected["saving"]


def test_an_older_engine_tells_less_than_this_one_and_more_than_none(panel):
    own = work(panel)
    older = record(own, 50.0, engine="4")
    assert expected_seconds(own, [older])["agents"] == pytest.approx(50.0)
    both = [older, record(work(panel, members=2), 100.0)]
    assert expected_seconds(own, both)["agents"] > 200.0


def test_what_ran_elsewhere_or_was_too_short_is_no_record(tmp_path):
    registry = Registry(tmp_path / "models")

    def saved(seed, agents):
        artifacts = small_artifacts(seed)
        seconds = {"forecasts": 1.0, "agents": agents, "evaluation": 1.0}
        metadata = dataclasses.replace(artifacts.metadata, seconds=seconds)
        return registry.save(dataclasses.replace(artifacts, metadata=metadata))

    own, _, pulled = saved(0, 30.0), saved(1, 0.02), saved(2, 40.0)
    note_origin(pulled.path, Origin("http://127.0.0.1", "a/b", "c", "2026-01-01", seal(pulled.path)))
    assert [one.agents for one in recorded(registry)] == [30.0]
    assert own.metadata.seconds["agents"] == 30.0
