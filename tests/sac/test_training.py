"""The story of a version on a small market: what it may know, what it writes, how it stops."""

import dataclasses

import numpy as np
import pytest

from sac import training
from sac.agent import evaluation_folds
from sac.config import Constraints, DirectSettings, PPOSettings
from sac.errors import ArtifactError, Cancelled, DataError
from sac.evidence import cagr
from sac.evidence.comparison import baselines
from sac.forecast import walk_forward
from sac.hub.trial import rehearse
from sac.inference import Holdings, target_weights
from sac.portfolio import account, all_cash, drift, equal_weights, validate
from sac.promotion import Ledger
from sac.promotion.deciding import decide, rollback
from sac.registry import Registry
from tests.support.small_trainings import CLOSES, TINY
from tests.support.synthetic import THEN, panel_of, perturbed, random_closes

pytestmark = pytest.mark.slow


def train(folder, closes=CLOSES, settings=TINY, variant="sac_lstm", **arguments):
    registry = Registry(folder / "models")
    return training.full(variant, panel_of(closes), settings, registry, folder / "cache", **arguments)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    return folder, train(folder)


def test_folds_are_whole_years_that_end_with_the_data_and_train_on_what_was_known():
    panel = panel_of(CLOSES)
    first, second, production = evaluation_folds(panel, 2)
    assert second.evaluation.stop == panel.complete_steps
    assert first.evaluation.stop == second.evaluation.start
    assert len(first.evaluation) == len(second.evaluation) == 52
    assert production.train_stop == panel.complete_steps
    for fold in (first, second):
        ends = panel.fills[1 : fold.train_stop + 1]
        assert (ends <= panel.decisions[fold.evaluation.start]).all()


def test_too_short_a_history_is_refused_before_any_work(tmp_path):
    with pytest.raises(DataError, match="allows 1"):
        train(tmp_path, random_closes(first="2015-01-02", last="2018-06-29"))
    assert not (tmp_path / "cache").exists()


def test_the_evaluation_covers_every_week_through_the_one_accounting(trained):
    _, outcome = trained
    result = outcome.version.evaluation()
    assert result.weights.shape == (104, 7)
    assert result.members.shape == (104, 2)
    assert result.folds.tolist() == [1] * 52 + [2] * 52
    held, wealth = all_cash(6), 1.0
    for row in range(104):
        wealth *= account(held, result.weights[row], result.growth[row], 0.001).net
        held = drift(result.weights[row], result.growth[row])
    assert abs(wealth - result.wealth[-1]) < 1e-12
    assert outcome.version.metadata.metrics["eval_cagr"] == pytest.approx(wealth**0.5 - 1)


def test_the_first_version_becomes_champion_and_the_same_request_returns_it(trained):
    folder, outcome = trained
    assert outcome.created
    assert outcome.settlement.promoted
    again = train(folder)
    assert not again.created
    assert again.version.name == outcome.version.name
    assert again.settlement.promoted


def test_every_training_is_in_the_ledger_once(trained, tmp_path):
    folder, outcome = trained
    (trial,) = Ledger(folder / "models").trials()
    assert (trial.version, trial.outcome) == (outcome.version.name, "succeeded")
    assert trial.metrics["eval_sharpe"] == outcome.version.metadata.metrics["eval_sharpe"]

    def impatient(progress):
        if progress.stage == "agents":
            raise Cancelled

    with pytest.raises(Cancelled):
        train(tmp_path, report=impatient)
    assert [trial.outcome for trial in Ledger(tmp_path / "models").trials()] == ["cancelled"]


PPO = PPOSettings(hidden_sizes=(8, 8), batch_size=16, n_envs=2, rollout_weeks=16, epochs=2, updates=12)
DIRECT = DirectSettings(hidden_sizes=(8, 8), batch_size=4, updates=12)


@pytest.mark.parametrize(
    ("variant", "agent"),
    [
        ("sac_lstm", TINY.agent),
        ("sac_lstm", dataclasses.replace(TINY.agent, network="per_stock")),
        ("ppo_lstm", PPO),
        ("ppo_lstm", dataclasses.replace(PPO, network="per_stock")),
        ("direct_lstm", DIRECT),
        ("direct_lstm", dataclasses.replace(DIRECT, network="per_stock")),
    ],
)
def test_the_same_seed_gives_the_same_bytes(tmp_path, variant, agent):
    settings = dataclasses.replace(TINY, agent=agent)
    first, again = (
        train(tmp_path / folder, settings=settings, variant=variant).version for folder in ("one", "two")
    )
    assert first.name == again.name
    different = {
        file.name
        for file in first.path.iterdir()
        if file.read_bytes() != (again.path / file.name).read_bytes()
    }
    assert different <= {"metadata.json", "manifest.json"}  # they hold the time of day


@pytest.fixture(scope="module")
def trained_direct(tmp_path_factory):
    folder = tmp_path_factory.mktemp("direct")
    return folder, train(folder, settings=dataclasses.replace(TINY, agent=DIRECT), variant="direct_lstm")


def test_a_direct_version_passes_its_trial_and_says_no_loss_that_it_has_not(trained_direct):
    folder, outcome = trained_direct
    version = outcome.version
    rehearse(folder / "models", "direct_lstm", version.name)
    assert {"actor_loss"} == version.metadata.metrics.keys() & {"actor_loss", "critic_loss"}
    assert version.tensors("critic") == version.tensors("critic_target") == version.tensors("log_alpha") == {}


def test_a_direct_version_steps_from_what_is_held_and_stays_within_the_limits(trained_direct):
    version, panel = trained_direct[1].version, panel_of(CLOSES)
    one_stock = Holdings(cash=0.0, positions={panel.symbols[0]: 100.0})
    targets = []
    for holdings in (None, one_stock):
        advice = target_weights(version, panel, holdings, today=THEN)
        target = np.array(list(advice.target_weights.values()))
        assert target[:-1].max() <= TINY.constraints.max_position + 1e-12
        assert target[-1] >= TINY.constraints.cash_buffer - 1e-12
        assert target.sum() == pytest.approx(1.0, abs=1e-12)
        targets.append(target)
    assert targets[1][0] > targets[0][0] + 0.01  # an untrained step goes about half the way


@pytest.mark.parametrize("learner", ["trained", "trained_direct"])
@pytest.mark.parametrize("week", [0, 30, 51, 52, 75, 103])
def test_no_weight_or_trade_knows_later_prices(request, tmp_path, learner, week):
    """Every price after a decision's close is multiplied by noise: nothing decided until then may change."""
    version = request.getfixturevalue(learner)[1].version
    original = version.evaluation()
    changed = perturbed(CLOSES, original.decisions[week])
    other = train(tmp_path, changed, version.settings, version.variant).version.evaluation()
    np.testing.assert_array_equal(original.weights[: week + 1], other.weights[: week + 1])
    np.testing.assert_array_equal(original.turnover[:week], other.turnover[:week])
    if week < 103:
        assert not np.array_equal(original.weights[week + 2], other.weights[week + 2])


@pytest.mark.parametrize("week", [0, 51, 75])
def test_no_weight_between_equal_weight_and_the_agents_knows_later_prices(tmp_path, monkeypatch, week):
    """As above with 0 < c < 1, where a committee that holds equal weight would hide every leak."""

    def doubted(*given, **named):
        return dataclasses.replace(validate(*given, **named), conviction=0.35)

    monkeypatch.setattr("sac.agent.ensemble.validate", doubted)
    settings = dataclasses.replace(TINY, validation_weeks=26)
    first = train(tmp_path / "one", settings=settings).version
    original = first.evaluation()
    changed = perturbed(CLOSES, original.decisions[week])
    other = train(tmp_path / "two", changed, settings=settings).version.evaluation()
    np.testing.assert_array_equal(original.weights[: week + 1], other.weights[: week + 1])
    assert not np.array_equal(original.weights[week + 2], other.weights[week + 2])
    agents, even = first.agents().weights, equal_weights(6, TINY.constraints)
    lean = abs(original.weights - even).sum() / abs(agents - even).sum()
    assert lean == pytest.approx(0.35, rel=0.05)


@pytest.mark.parametrize("row", [700, 1011, 1263])
def test_no_forecast_or_feature_knows_later_prices(tmp_path, row):
    session = CLOSES.index.to_numpy()[row]
    before, after = panel_of(CLOSES), panel_of(perturbed(CLOSES, session))
    known, changed = (
        panel.with_forecasts(walk_forward(panel, TINY.forecast, tmp_path).values) for panel in (before, after)
    )
    decided = known.decisions <= session
    assert np.isfinite(known.forecasts[decided]).any()
    np.testing.assert_array_equal(known.features[decided], changed.features[decided])
    assert not np.array_equal(known.forecasts, changed.forecasts, equal_nan=True)


def test_progress_rises_through_every_stage(tmp_path):
    seen = []
    train(tmp_path, report=seen.append)
    stages = list(dict.fromkeys(look.stage for look in seen))
    assert stages == ["forecasts", "agents", "evaluation", "saving"]
    fractions = [look.fraction for look in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] <= 1
    curve = [look.curve for look in seen if look.curve]
    assert curve[-1]["update"] == TINY.agent.updates
    assert {"actor_loss", "critic_loss", "alpha", "entropy"} <= curve[-1].keys()


@pytest.mark.parametrize("stage", ["forecasts", "agents", "evaluation", "saving"])
def test_a_cancelled_training_leaves_no_version(tmp_path, stage):
    def stop(look):
        if look.stage == stage:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(tmp_path, report=stop)
    registry = Registry(tmp_path / "models")
    assert registry.versions("sac_lstm") == []
    assert registry.damaged("sac_lstm") == {}
    assert registry.current("sac_lstm") is None


def test_too_few_stocks_for_the_cap_are_said_and_held_as_cash(tmp_path):
    outcome = train(tmp_path, random_closes(stocks=3, first="2013-01-02", last="2018-12-28"))
    assert any(
        "3 stocks with at most 20% each leave at least 40% in CASH" in x
        for x in outcome.version.metadata.notes
    )
    assert (outcome.version.evaluation().weights[:, -1] >= 0.4 - 1e-9).all()


def test_the_conviction_on_validation_weeks_is_stored_and_followed(tmp_path):
    version = train(
        tmp_path, settings=dataclasses.replace(TINY, evaluation_years=1, validation_weeks=52)
    ).version
    first, production = version.metadata.validations
    assert (first.fold, production.fold) == (1, 0)
    traded, agents = version.evaluation(), version.agents()
    even = equal_weights(6, TINY.constraints)
    assert (first.conviction == 0.0) == np.allclose(traded.weights, even)
    assert not np.allclose(agents.weights, even)
    target = target_weights(version, panel_of(CLOSES), today=THEN)
    wanted = np.array(list(target.agents_weights.values()))
    held = even + production.conviction * (wanted - even)
    np.testing.assert_allclose(list(target.target_weights.values()), held, atol=1e-12)
    assert (target.conviction, target.follow) == (production.conviction, "as trained")
    assert any("validation weeks" in note for note in target.notes)
    metrics = version.metadata.metrics
    assert metrics["agents_cagr"] == pytest.approx(cagr(agents.net))
    assert metrics["eval_cagr"] == pytest.approx(cagr(traded.net))
    assert len(version.metadata.learning) >= 1


def test_every_setting_of_cost_reaches_the_account(trained, tmp_path):
    _, outcome = trained
    dear = dataclasses.replace(TINY, constraints=Constraints(cost_rate=0.02))
    metrics = train(tmp_path, settings=dear).version.metadata.metrics
    assert metrics["eval_cost_drag"] > 5 * outcome.version.metadata.metrics["eval_cost_drag"]


def test_asking_again_for_a_damaged_version_says_so_before_any_work(tmp_path):
    version = train(tmp_path).version
    (version.path / "actor.pt").unlink()
    with pytest.raises(ArtifactError, match="trained before, but its folder is damaged"):
        train(tmp_path)


def test_asking_again_does_not_promote_what_was_rolled_back(tmp_path):
    registry, other = Registry(tmp_path / "models"), dataclasses.replace(TINY, seed=1)
    first = train(tmp_path).version
    outcome = train(tmp_path, settings=other)
    second, passed = outcome.version, outcome.settlement.gate.passed
    decide(
        registry, second, "approve" if passed else "override", actor="ada", reason="Try.", champion=first.name
    )
    rollback(registry, "sac_lstm", actor="ada", reason="No.", champion=second.name)
    again = train(tmp_path, settings=other, policy="manual")
    assert again.version.name == second.name
    assert not again.settlement.promoted
    assert registry.current("sac_lstm") == first.name


def test_every_baseline_is_stored_and_rebuilt_from_the_version(trained):
    version = trained[1].version
    evaluation = version.evaluation()
    everything = np.arange(len(evaluation.net))
    results = baselines(evaluation, everything, version.settings.constraints, version.baselines())
    assert [result.name for result in results] == list(version.metadata.baselines)
    assert {"Equal weight", "Inverse volatility", "HRP", "Minimum variance"} < set(version.metadata.baselines)
    for result in results:
        assert version.metadata.baselines[result.name]["eval_cagr"] == pytest.approx(cagr(result.net))
