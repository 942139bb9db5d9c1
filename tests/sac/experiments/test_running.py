"""A sweep from its plan to its leaderboard, stopped and gone on with."""

import numpy as np
import pytest

from sac.errors import Cancelled, DataError
from sac.evidence import Search, deflated_sharpe
from sac.experiments import TrialResults, leaderboard, read_plan, trials_of
from sac.promotion import Ledger
from tests.support.small_sweeps import files, panel, run, sweep
from tests.support.synthetic import random_panel

pytestmark = pytest.mark.slow


def test_every_trial_is_kept_planned_and_counted(finished_sweep):
    folder, outcome = finished_sweep
    assert (outcome.trials, outcome.found, outcome.failed) == (24, 0, 0)
    plan = read_plan(folder / "sweeps", "job")
    assert {f"{key}.json" for key in plan.keys} == set(files(folder))
    trials = Ledger(folder / "models").trials()
    assert {trial.version for trial in trials} == set(plan.keys)
    assert {(trial.kind, trial.outcome) for trial in trials} == {("sweep", "succeeded")}
    assert Ledger(folder / "models").search().candidates == 24


def test_too_short_a_history_is_refused_before_any_work(tmp_path):
    def never(progress):
        raise AssertionError("work was done")

    with pytest.raises(DataError, match="208 weeks of history before the 4 evaluation years"):
        run(tmp_path, sweep(years=4), report=never)


def test_a_finished_sweep_repeats_nothing(finished_sweep):
    folder, _ = finished_sweep
    before = files(folder)

    def never(packs, panels, tell):
        raise AssertionError("a trial was repeated")

    assert run(folder, execute=never).found == 24
    assert files(folder) == before
    assert len(Ledger(folder / "models").trials()) == 24


def test_a_stopped_sweep_goes_on_where_it_was_and_comes_to_the_same_bytes(finished_sweep, tmp_path):
    def impatient(progress):
        if "12 of 24 trials finished" in progress.message and progress.fraction > 0.8:
            raise Cancelled

    with pytest.raises(Cancelled):
        run(tmp_path, report=impatient)
    kept = files(tmp_path)
    assert len(kept) == 12
    assert run(tmp_path).found == 12
    assert files(tmp_path) == files(finished_sweep[0])
    assert len(Ledger(tmp_path / "models").trials()) == 24


def test_a_damaged_result_is_done_again(finished_sweep, tmp_path):
    run(tmp_path, sweep(seeds=[0]))
    victim = next((tmp_path / "sweeps" / "trials").iterdir())
    whole = victim.read_bytes()
    victim.write_bytes(whole[:100])
    assert run(tmp_path, sweep(seeds=[0])).found == 7
    assert victim.read_bytes() == whole


def test_an_agent_that_diverges_fails_alone_and_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "sac.agent.Committee.finite", property(lambda agents: np.arange(agents.size) % 2 == 0)
    )
    asked = sweep(seeds=[0])
    assert run(tmp_path, asked).failed == 4
    results = [
        TrialResults(tmp_path / "sweeps" / "trials").get(trial.key) for trial in trials_of(asked, panel())
    ]
    rows = leaderboard(results, Ledger(tmp_path / "models"))
    assert [row.result.problem is None for row in rows] == [True] * 4 + [False] * 4
    assert (
        sorted(trial.outcome for trial in Ledger(tmp_path / "models").trials())
        == ["failed"] * 4 + ["succeeded"] * 4
    )


def test_the_leaderboard_orders_by_the_lead_and_counts_every_candidate(finished_sweep):
    folder, _ = finished_sweep
    plan, results = read_plan(folder / "sweeps", "job"), TrialResults(folder / "sweeps" / "trials")
    rows = leaderboard([results.get(key) for key in plan.keys], Ledger(folder / "models"))
    leads = [row.result.over_equal_weight for row in rows]
    assert leads == sorted(leads, reverse=True)
    few = leaderboard([rows[0].result, rows[1].result], Ledger(folder / "nothing"))
    assert rows[0].deflated < few[0].deflated  # the same trial, picked from more of them


@pytest.mark.parametrize("seed", range(3))
def test_the_best_of_24_trials_without_skill_is_not_significant(tmp_path, seed):
    market = random_panel(stocks=8, first="2012-01-03", last="2018-12-28", seed=100 + seed)
    run(tmp_path, market=market)
    results = TrialResults(tmp_path / "sweeps" / "trials")
    rows = leaderboard(
        [results.get(trial.key) for trial in trials_of(sweep(), market)], Ledger(tmp_path / "models")
    )
    assert max(row.deflated for row in rows) < 0.95


def test_candidates_whose_ratio_is_not_known_count_too(finished_sweep):
    folder, _ = finished_sweep
    results = TrialResults(folder / "sweeps" / "trials")
    net = np.array(results.get(read_plan(folder / "sweeps", "job").keys[0]).net)
    few, many = Search.among([0.1, 0.9]), Search.among([0.1, 0.9], others=40)
    assert deflated_sharpe(net, many) < deflated_sharpe(net, few)
