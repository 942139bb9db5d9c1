"""Fine-tuning on a small market: what goes on, what is judged, what is refused."""

import dataclasses
import shutil
from typing import Any

import numpy as np
import pytest
import torch

from sac import training
from sac.agent import DirectLearner, PPOLearner, SACLearner, fine_tuning_blocks, train_ensemble
from sac.agent.environment import PortfolioEnvironment, flat_features
from sac.agent.fine_tuning import fine_tune_ensemble
from sac.agent.folds import evaluation_folds
from sac.agent.learner_group import LEARNERS
from sac.agent.states import joined
from sac.assembly import restored
from sac.config import DirectSettings, FineTuneSettings, PPOSettings, SACSettings
from sac.errors import ArtifactError, DataError, SettingsError
from sac.inference import target_weights
from sac.registry import Registry
from tests.support.small_trainings import CLOSES, TINY
from tests.support.synthetic import THEN, panel_of, perturbed, random_closes

pytestmark = pytest.mark.slow

AGENTS = {
    "sac_lstm": TINY.agent,
    "ppo_lstm": PPOSettings(hidden_sizes=(8, 8), batch_size=8, n_envs=2, epochs=1, updates=12),
    "direct_lstm": DirectSettings(hidden_sizes=(8, 8), batch_size=4, updates=12),
}
QUICK = FineTuneSettings(updates=6)
LONG = random_closes(stocks=6, first="2011-01-03", last="2018-12-28")


def tune(folder, variant="sac_lstm", closes=CLOSES, tuning=QUICK):
    registry = Registry(folder / "models")
    return training.finetune(variant, panel_of(closes), registry, folder / "cache", tuning=tuning).version


def train(folder, variant, closes=CLOSES):
    settings = dataclasses.replace(TINY, agent=AGENTS[variant])
    registry = Registry(folder / "models")
    return training.full(variant, panel_of(closes), settings, registry, folder / "cache").version


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Every learner trained in full."""
    folder = tmp_path_factory.mktemp("desk")
    for variant in AGENTS:
        train(folder, variant)
    return folder


def champion(folder, variant="sac_lstm"):
    return Registry(folder / "models").champion(variant)


def leaves(state):
    if isinstance(state, dict):
        state = [state[name] for name in sorted(state)]
    if isinstance(state, list):
        return [leaf for part in state for leaf in leaves(part)]
    return [state]


@pytest.mark.parametrize("variant", AGENTS)
def test_networks_temperature_moments_and_steps_are_restored_bit_for_bit(desk, variant):
    panel, version = panel_of(CLOSES), champion(desk, variant)
    parent = restored(version, panel)
    features = np.stack([flat_features(s.transform(panel.features)) for s in parent.scalers])
    environment = PortfolioEnvironment.over(
        panel, features, [0, 0, 1, 1, 2, 2], [150] * 6, parent.settings.agent, parent.settings.constraints
    )
    kinds: dict[str, Any] = {"sac_lstm": SACLearner, "ppo_lstm": PPOLearner, "direct_lstm": DirectLearner}
    learner = kinds[variant](environment, list(range(6)), parent.settings.agent)
    learner.restore(parent.state)
    then, now = leaves(parent.state), leaves(learner.state())
    assert len(then) == len(now)
    assert all(torch.equal(a, b) for a, b in zip(then, now, strict=True))
    steps = [m["step"] for moments in parent.state["optimizers"].values() for m in moments]
    assert set(map(float, steps)) == {12.0}
    torch.testing.assert_close(parent.state["actor"], learner.state()["actor"], rtol=0, atol=0)


@pytest.mark.parametrize("variant", AGENTS)
def test_a_fine_tuned_version_goes_on_from_its_parent_with_the_same_bytes_each_time(desk, variant, tmp_path):
    parent = champion(desk, variant)
    first = tune(desk, variant)
    train(tmp_path, variant)
    again = tune(tmp_path, variant)
    assert first.name.endswith("-ft")
    assert (first.metadata.kind, first.metadata.parent) == ("finetune", parent.name)
    assert float(first.tensors("optimizers")[next(iter(first.tensors("optimizers")))][0]["step"]) == 18.0
    differing = {f.name for f in first.path.iterdir() if f.read_bytes() != (again.path / f.name).read_bytes()}
    assert differing <= {"metadata.json", "manifest.json"}  # they hold the time of day
    parents = {f.name for f in parent.path.iterdir()}
    assert parents == {f.name for f in first.path.iterdir()}
    assert any(
        "Fine-tuned from" in note for note in target_weights(first, panel_of(CLOSES), today=THEN).notes
    )


def test_each_evaluation_year_is_walked_in_blocks_of_26_weeks_by_agents_of_earlier_weeks():
    panel = panel_of(CLOSES)
    end = panel.complete_steps
    blocks = fine_tuning_blocks(panel, [end - 104, end - 52], len(panel.decisions) - 1)
    assert [block.origin for block in blocks] == [0, 0, 1, 1, 2]
    assert [len(block.fold.evaluation) for block in blocks] == [26, 26, 26, 26, 0]
    for fold in (block.fold for block in blocks[:-1]):
        assert fold.train_stop - fold.train_start == 26
        assert (panel.fills[1 : fold.train_stop + 1] <= panel.decisions[fold.evaluation.start]).all()
    assert blocks[-1].fold.train_stop == end


@pytest.mark.parametrize("rest", range(26))
def test_a_rest_of_13_weeks_is_a_block_of_its_own_and_a_shorter_one_joins_the_last(rest):
    panel = panel_of(CLOSES)
    end = panel.complete_steps
    blocks = fine_tuning_blocks(panel, [end - 26 - rest], len(panel.decisions) - 1)
    lengths = [len(block.fold.evaluation) for block in blocks]
    assert lengths == ([26, rest, 0] if rest >= 13 else [26 + rest, 0])
    judged = [step for block in blocks for step in block.fold.evaluation]
    assert judged == list(range(end - 26 - rest, end))  # every week once
    assert [block.fold.number for block in blocks] == [*range(1, len(blocks)), 0]


@pytest.mark.parametrize("weeks", [1, 12, 13, 25])
def test_few_weeks_are_one_block(weeks):
    panel = panel_of(CLOSES)
    first = panel.complete_steps - weeks
    blocks = fine_tuning_blocks(panel, [first], len(panel.decisions) - 1)
    assert [len(block.fold.evaluation) for block in blocks] == [weeks, 0]


def test_weeks_after_the_parents_last_decision_are_its_production_agents():
    panel = panel_of(CLOSES)
    end = panel.complete_steps
    blocks = fine_tuning_blocks(panel, [end - 80], end - 30)
    assert [(block.origin, len(block.fold.evaluation)) for block in blocks] == [
        (0, 26),
        (0, 24),
        (1, 30),
        (1, 0),
    ]
    none_newer = fine_tuning_blocks(panel, [end - 30], end)
    assert [(block.origin, len(block.fold.evaluation)) for block in none_newer] == [(0, 30), (1, 0)]


def test_a_block_needs_26_weeks_that_are_complete_before_it():
    panel = panel_of(CLOSES)
    first = next(step for step in range(60) if panel.steps_known_at(step) == 26)
    block = fine_tuning_blocks(panel, [first], len(panel.decisions) - 1)[0]
    assert (block.fold.train_start, block.fold.train_stop) == (0, 26)
    with pytest.raises(DataError, match=f"hold 25 before {panel.decisions[first - 1]}"):
        fine_tuning_blocks(panel, [first - 1], len(panel.decisions) - 1)


def test_no_agent_draws_what_another_one_or_the_full_training_drew(tmp_path, monkeypatch):
    drawn = []

    class Recording(SACLearner):
        def __init__(self, environment, seeds, settings):
            drawn.append(seeds)
            super().__init__(environment, seeds, settings)

    monkeypatch.setitem(LEARNERS, "sac", Recording)
    train(tmp_path, "sac_lstm")
    tune(tmp_path)
    full, tuned = drawn
    assert (len(full), len(tuned)) == (3 * 2, 5 * 2)  # two members of each fold and of each block
    assert len({*full, *tuned}) == 16
    first = (1_554_199_118_406_742_183, 6_978_463_619_812_916_415)
    assert (full[0], tuned[0]) == first, "the agents of released versions drew by these"


def test_validations_are_the_parents_under_the_blocks_numbers_while_they_are_young():
    panel = panel_of(CLOSES)
    end = panel.complete_steps
    settings = dataclasses.replace(TINY, validation_weeks=26)
    parent = train_ensemble(panel, evaluation_folds(panel, 2, 26), settings, lambda done, values: None)
    blocks = fine_tuning_blocks(panel, [end - 104, end - 52], len(panel.decisions) - 1)
    tuned = fine_tune_ensemble(panel, parent, blocks, settings, lambda done, values: None)
    assert [one.fold for one in tuned.validations] == [1, 2, 3, 4, 0]
    for block, one in zip(blocks, tuned.validations, strict=True):
        assert dataclasses.replace(one, fold=0) == dataclasses.replace(
            parent.validations[block.origin], fold=0, source="parent"
        )
        assert tuned.scalers[blocks.index(block)] is parent.scalers[block.origin]


def test_a_validation_of_53_weeks_gives_way_to_the_own_record_of_the_blocks_before():
    panel = panel_of(LONG)
    early, end = panel_of(LONG.loc[:"2017-06-30"]), panel.complete_steps
    settings = dataclasses.replace(TINY, validation_weeks=26)
    parent = train_ensemble(early, evaluation_folds(early, 2, 26), settings, lambda done, values: None)
    starts, fitted = [early.complete_steps - 104, early.complete_steps - 52], len(early.decisions) - 1
    blocks = fine_tuning_blocks(panel, starts, fitted)
    tuned = fine_tune_ensemble(panel, parent, blocks, settings, lambda done, values: None)
    sources = [one.source for one in tuned.validations]
    assert sources[:5] == ["parent"] * 5
    assert sources[-1] == "blocks"
    own, record = tuned.validations[-1], tuned.evaluate(panel, "test").agents
    assert (own.fold, own.start) == (0, str(record.decisions[0]))
    assert own.weeks == panel.steps_known_at(len(panel.decisions) - 1) - starts[0]
    assert own.end <= str(panel.decisions[-1])
    for block, one in zip(blocks, tuned.validations, strict=True):
        if one.source == "blocks" and block.fold.evaluation:
            assert np.datetime64(one.end) < panel.decisions[block.fold.evaluation.start]
    assert end == blocks[-2].fold.evaluation.stop


def test_what_a_fine_tuning_is_believed_by_knows_no_later_price():
    closes = panel_of(LONG)
    settings = dataclasses.replace(TINY, validation_weeks=26)
    early = panel_of(LONG.loc[:"2016-12-30"])
    parent = train_ensemble(early, evaluation_folds(early, 2, 26), settings, lambda done, values: None)
    starts, fitted = [early.complete_steps - 104, early.complete_steps - 52], len(early.decisions) - 1
    blocks = fine_tuning_blocks(closes, starts, fitted)
    own = [i for i, block in enumerate(blocks[:-1]) if block.origin == 2][2:]
    changed = panel_of(perturbed(LONG, closes.decisions[blocks[own[0]].fold.evaluation.start]))
    judged = [
        fine_tune_ensemble(panel, parent, blocks, settings, lambda done, values: None).validations
        for panel in (closes, changed)
    ]
    assert judged[0][own[0]].source == "blocks"
    assert judged[0][own[0]] == judged[1][own[0]]
    assert judged[0][-1] != judged[1][-1]


def test_agents_that_stopped_at_different_steps_cannot_be_joined():
    one, other = ({"moments": [{"step": 3, "mean": torch.full((2, 1), value)}]} for value in (1.0, 2.0))
    together = joined([one, other])
    assert together["moments"][0]["step"] == 3
    assert together["moments"][0]["mean"].flatten().tolist() == [1.0, 1.0, 2.0, 2.0]
    other["moments"][0]["step"] = 4
    with pytest.raises(ValueError, match="stopped at 3 and 4"):
        joined([one, other])
    for early, late in ((3.0, 4.0), (4.0, 3.0)):
        with pytest.raises(ValueError, match=f"stopped at {early} and {late}"):
            joined([torch.tensor(early), torch.tensor(late)])


@pytest.mark.parametrize("week", [0, 25, 26, 60, 103])
def test_no_week_is_judged_by_agents_that_knew_it(desk, tmp_path, week):
    """Every price after a decision's close is multiplied by noise; the parent is the same."""
    parent = Registry(desk / "models").versions("sac_lstm")[-1]
    Registry(desk / "models").set_current("sac_lstm", parent.name)
    original = tune(desk).evaluation()
    shutil.copytree(parent.path, tmp_path / "models" / "sac_lstm" / parent.name)
    Registry(tmp_path / "models").set_current("sac_lstm", parent.name)
    other = tune(tmp_path, closes=perturbed(CLOSES, original.decisions[week])).evaluation()
    np.testing.assert_array_equal(original.weights[: week + 1], other.weights[: week + 1])
    if week < 102:
        assert not np.array_equal(original.weights[week + 2], other.weights[week + 2])


def test_newer_weeks_are_judged_from_the_parents_production_agents_and_tuning_can_go_on(tmp_path):
    closes = random_closes(stocks=6, first="2013-01-02", last="2019-08-30")
    parent = train(tmp_path, "sac_lstm", closes.loc[:"2018-12-31"])
    first = tune(tmp_path, closes=closes)
    result, before = first.evaluation(), parent.evaluation()
    assert result.decisions[0] == before.decisions[0]
    assert len(result.decisions) == 104 + 1 + 34  # one week was not complete then
    assert result.folds.tolist() == [1] * 26 + [2] * 26 + [3] * 26 + [4] * 27 + [5] * 34
    assert result.decisions[105] == np.datetime64(parent.metadata.last_decision)
    Registry(tmp_path / "models").set_current("sac_lstm", first.name)
    second = tune(tmp_path, closes=closes)
    assert second.metadata.parent == first.name
    np.testing.assert_array_equal(second.evaluation().decisions, result.decisions)


def test_what_cannot_be_fine_tuned_is_refused_before_any_work(desk, tmp_path):
    with pytest.raises(SettingsError, match="no champion to start from"):
        tune(tmp_path)
    with pytest.raises(DataError, match="the universe"):
        tune(desk, closes=CLOSES.rename(columns={"S00": "OTHER"}))
    with pytest.raises(DataError, match="is not a decision of the data"):
        tune(desk, closes=CLOSES.loc["2017-06-01":])
    with pytest.raises(DataError, match="is not a decision of the data"):
        tune(desk, closes=CLOSES.loc[:"2018-06-01"])
    with pytest.raises(DataError, match="26 complete weeks"):
        tune(desk, closes=CLOSES.loc["2016-10-03":])
    with pytest.raises(SettingsError, match="updates is 0"):
        tune(desk, tuning=FineTuneSettings(updates=0))
    assert not (tmp_path / "cache").exists()


def test_other_channels_and_a_damaged_parent_are_refused(tmp_path):
    parent = train(tmp_path, "sac_lstm")
    panel = panel_of(CLOSES)
    other = dataclasses.replace(
        panel, provenance=dataclasses.replace(panel.provenance, fields=("close", "volume"))
    )
    registry = Registry(tmp_path / "models")
    with pytest.raises(DataError, match="the channels close"):
        training.finetune("sac_lstm", other, registry, tmp_path / "cache")
    (parent.path / "folds.pt").write_bytes(b"")
    with pytest.raises(ArtifactError, match=r"folds\.pt"):
        tune(tmp_path)


def test_the_rates_and_updates_are_the_fine_tunings_and_part_of_the_name(desk):
    settings = FineTuneSettings().applied(TINY).agent
    assert isinstance(settings, SACSettings)
    assert (settings.actor_lr, settings.critic_lr, settings.alpha_lr, settings.updates) == (
        *(1e-4,) * 3,
        2_000,
    )
    tuned = FineTuneSettings().applied(dataclasses.replace(TINY, agent=PPOSettings()))
    assert isinstance(tuned.agent, PPOSettings)
    assert tuned.agent.learning_rate == 1e-4


def test_what_a_fine_tuning_is_judged_in_is_called_blocks(desk, tmp_path):
    shutil.copytree(desk / "models", tmp_path / "models")
    looks = []
    training.finetune(
        "sac_lstm",
        panel_of(CLOSES),
        Registry(tmp_path / "models"),
        desk / "cache",
        looks.append,
        tuning=FineTuneSettings(updates=7),
    )
    [judged] = {look.message for look in looks if look.stage == "evaluation"}
    assert judged == "Backtesting the blocks of 26 weeks week by week"
