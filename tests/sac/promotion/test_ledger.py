"""Every candidate counts, also those that nobody wants to remember."""

import math
import sqlite3

import pytest

from sac.config import TrainingSettings
from sac.errors import Cancelled, DataError
from sac.evidence import Search
from sac.promotion import Ledger
from sac.promotion.ledger import Candidate, weeks_of
from sac.promotion.record import RECORD

VARIANT, NAME, PRINT = "sac_lstm", "v2022-12-23-0123456789ab", "f" * 64


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path)


def entered(ledger, name=NAME, metrics=None, ending=None, kind="full", fingerprint=PRINT):
    with ledger.trial(
        VARIANT,
        name,
        kind=kind,
        parent=None,
        settings=TrainingSettings(seed=7),
        fingerprint=fingerprint,
        symbols=("A", "B"),
    ) as evaluated:
        if metrics:
            evaluated(metrics)
        if ending:
            raise ending


def test_a_training_is_entered_with_everything_that_determines_it(ledger):
    entered(ledger, metrics={"eval_sharpe": 0.8, "eval_calmar": math.nan})
    (trial,) = ledger.trials()
    assert (trial.variant, trial.version, trial.kind, trial.outcome) == (VARIANT, NAME, "full", "succeeded")
    assert trial.settings["seed"] == 7
    assert (trial.fingerprint, trial.symbols) == (PRINT, ["A", "B"])
    assert trial.metrics == {"eval_sharpe": 0.8}
    assert trial.finished_at >= trial.started_at


@pytest.mark.parametrize(
    ("ending", "outcome", "problem"),
    [(Cancelled(), "cancelled", None), (DataError("No closes."), "failed", "DataError: No closes.")],
)
def test_a_training_that_came_to_nothing_counts_too(ledger, ending, outcome, problem):
    with pytest.raises(type(ending)):
        entered(ledger, ending=ending)
    (trial,) = ledger.trials()
    assert (trial.outcome, trial.problem) == (outcome, problem)


def test_a_training_that_was_killed_stays_unfinished(ledger):
    with pytest.raises(SystemExit):
        entered(ledger, ending=SystemExit())  # no handler runs after a SIGKILL, and none does here
    (trial,) = ledger.trials()
    assert (trial.outcome, trial.finished_at) == ("unfinished", None)


def measured(ratio):
    return {"eval_sharpe": 1.0, "eval_information_ratio": ratio}


def test_each_candidate_gives_one_information_ratio(ledger):
    entered(ledger, metrics=measured(0.8))
    entered(ledger, metrics=measured(0.8))  # the same version, trained again after it was deleted
    entered(ledger, NAME.replace("0", "1"), metrics=measured(-0.1))
    entered(ledger, NAME.replace("0", "2"))
    assert ledger.search() == Search.among([-0.1, 0.8])
    assert len(ledger.trials()) == 4


def test_sweeps_and_trainings_are_not_measured_against_each_other(ledger):
    for digit, (kind, ratio) in enumerate([("full", 0.5), ("full", 0.7), ("sweep", 2.5), ("sweep", 2.7)]):
        name = "excess_sharpe" if kind == "sweep" else "eval_information_ratio"
        figures = {"eval_sharpe": 1.0, name: ratio}
        entered(ledger, NAME.replace("0", str(digit)), kind=kind, metrics=figures)
    found = ledger.search()
    assert found.candidates == 4
    assert found.spread == pytest.approx(0.1 * 2**0.5)  # that within each pair


def test_retrainings_of_equal_weight_count_and_have_no_spread(ledger):
    """Equal weight has no lead, whichever weeks it is measured on: 52 of it are no scatter of skill."""
    for week in range(52):
        entered(ledger, f"v2022-12-23-{week:012x}", metrics={"eval_sharpe": 0.5 + 0.02 * week})
    found = ledger.search()
    assert found.candidates == 52
    assert math.isnan(found.spread)


def test_retrainings_on_other_data_are_not_measured_against_each_other(ledger):
    for week in range(4):
        entered(ledger, f"v2022-12-23-{week:012x}", metrics=measured(0.3 * week), fingerprint=str(week))
    assert math.isnan(ledger.search().spread)


def test_reading_an_empty_ledger_makes_no_file(ledger, tmp_path):
    assert ledger.trials() == []
    assert not any(tmp_path.iterdir())


def test_no_trial_can_be_deleted(ledger, tmp_path):
    entered(ledger)
    with sqlite3.connect(tmp_path / RECORD) as db, pytest.raises(sqlite3.IntegrityError, match="only added"):
        db.execute("DELETE FROM trials")
    db.close()


def test_trials_are_listed_newest_first_and_each_as_it_was(ledger):
    entered(ledger, metrics={"eval_sharpe": 0.8, "eval_cagr": 0.1})
    with pytest.raises(DataError):
        entered(ledger, NAME.replace("0", "1"), {"eval_sharpe": 0.3}, DataError("No closes."), kind="sweep")
    newest, oldest = ledger.trials()
    assert (newest.version, newest.kind, newest.metrics) == (
        NAME.replace("0", "1"),
        "sweep",
        {"eval_sharpe": 0.3},
    )
    assert (oldest.version, oldest.parent, oldest.problem) == (NAME, None, None)
    assert newest.id > oldest.id
    assert newest.started_at.endswith("+00:00")
    assert newest.finished_at.endswith("+00:00")


def test_a_version_and_a_sweeps_trial_of_one_name_are_two_candidates(ledger):
    entered(ledger, metrics={"eval_sharpe": 0.8})
    entered(ledger, metrics={"eval_sharpe": 1.8}, kind="sweep")
    entered(
        ledger, metrics={"eval_sharpe": 0.9, "eval_cagr": 0.2}
    )  # of one tried twice the last figures count
    entered(ledger, NAME.replace("0", "1"), metrics={"eval_cagr": 0.1})  # not one that was evaluated
    assert ledger.candidates() == {
        Candidate(VARIANT, NAME, weeks_of("full", PRINT, 2)): {"eval_sharpe": 0.9, "eval_cagr": 0.2},
        Candidate(VARIANT, NAME, weeks_of("sweep", PRINT, 2)): {"eval_sharpe": 1.8},
    }


def test_an_empty_ledger_has_no_candidates_and_no_search(ledger, tmp_path):
    assert ledger.candidates() == {}
    assert ledger.search().candidates == 0
    assert not any(tmp_path.iterdir())


def test_a_running_training_is_in_the_ledger(ledger):
    with ledger.trial(
        VARIANT, NAME, kind="full", parent="p", settings=TrainingSettings(), fingerprint="f", symbols=("A",)
    ):
        (trial,) = ledger.trials()
        assert (trial.outcome, trial.finished_at, trial.problem) == ("unfinished", None, None)
        assert (trial.parent, trial.metrics) == ("p", {})
