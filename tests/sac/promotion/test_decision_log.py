"""A log that shows when somebody rewrote it."""

import hashlib
import json
import sqlite3
from contextlib import closing

import pytest

from sac.promotion import DecisionLog, Gate
from sac.promotion.record import RECORD

PASSED = Gate(True, 0.12, 0.10, "CAGR 12 % is higher than the champion's 10 %.")


@pytest.fixture
def log(tmp_path):
    log = DecisionLog(tmp_path)
    for number in range(4):
        log.append(
            "approve",
            "sac_lstm",
            f"v2022-12-23-{number:012x}",
            actor="ada",
            champion=None,
            gate=PASSED,
            reason=f"Reason {number}",
            evidence='{"weeks": 104}',
        )
    return log


def tampered(tmp_path, *statements):
    """What somebody with the file in hand can do: the triggers that say no are gone first."""
    with closing(sqlite3.connect(tmp_path / RECORD)) as db, db:
        for trigger in ("decisions_stay", "decisions_stand"):
            db.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            db.execute(statement)


def test_rows_come_back_as_they_were_written_newest_first(log):
    rows = log.sealed("sac_lstm")
    assert [row.seq for row in rows] == [4, 3, 2, 1]
    newest = rows[0]
    assert (newest.actor, newest.reason, newest.verdict) == ("ada", "Reason 3", PASSED.reason)
    assert (newest.passed, newest.eval_cagr, newest.prior_cagr) == (1, 0.12, 0.10)
    assert newest.previous == rows[1].hash
    assert len(newest.evidence_hash) == 64
    assert log.decisions("ppo_lstm") == []
    assert log.problems() == []


@pytest.mark.parametrize("statement", ["DELETE FROM decisions", "UPDATE decisions SET reason = 'nicer'"])
def test_rows_are_only_added(log, tmp_path, statement):
    with (
        closing(sqlite3.connect(tmp_path / RECORD)) as db,
        pytest.raises(sqlite3.IntegrityError, match="only added"),
    ):
        db.execute(statement)


@pytest.mark.parametrize(
    "column", ["actor", "at", "reason", "evidence", "version", "verdict", "variant", "previous", "hash"]
)
def test_a_changed_row_is_named(log, tmp_path, column):
    tampered(tmp_path, f"UPDATE decisions SET {column} = 'x' WHERE seq = 2")
    assert "2" in log.problems()[0]


def test_a_changed_figure_is_noticed(log, tmp_path):
    tampered(tmp_path, "UPDATE decisions SET eval_cagr = 0.13 WHERE seq = 3")
    assert log.problems() == ["Decision 3 was changed after it was written."]


@pytest.mark.parametrize(
    ("seq", "problem"),
    [
        (1, "Before decision 2 a row was changed, added or removed."),
        (2, "Before decision 3 a row was changed, added or removed."),
        (4, "The log ends with decision 3, but 4 were written."),
    ],
)
def test_a_deleted_row_is_noticed_the_last_one_too(log, tmp_path, seq, problem):
    tampered(tmp_path, f"DELETE FROM decisions WHERE seq = {seq}")
    assert log.problems() == [problem]


def test_all_rows_deleted_is_noticed(log, tmp_path):
    tampered(tmp_path, "DELETE FROM decisions")
    assert log.problems() == ["The log ends with decision 0, but 4 were written."]


def test_the_chain_goes_on_after_a_deletion_and_still_shows_it(log, tmp_path):
    tampered(tmp_path, "DELETE FROM decisions WHERE seq = 4")
    log.append(
        "reject",
        "sac_lstm",
        "v2022-12-23-00000000000f",
        actor="eve",
        champion=None,
        gate=PASSED,
        reason="r",
        evidence="",
    )
    assert log.problems() == ["Decision 4 is missing."]


def test_reading_an_empty_log_makes_no_file(tmp_path):
    log = DecisionLog(tmp_path)
    assert (log.decisions(), log.problems()) == ([], [])
    assert not any(tmp_path.iterdir())


def test_the_last_move_is_that_of_the_variant_and_no_rejection(log):
    facts = {"actor": "eve", "champion": "v2022-12-23-000000000003", "gate": PASSED, "reason": "r"}
    log.append("reject", "sac_lstm", "v2022-12-23-00000000000e", evidence="", **facts)
    log.append("rollback", "ppo_lstm", "v2022-12-23-00000000000f", evidence="", **facts)
    move = log.last_move("sac_lstm")
    assert (move.seq, move.action, move.moved) == (4, "approve", True)
    assert log.last_move("ppo_lstm").seq == 6
    assert log.last_move("third") is None
    assert [row.seq for row in log.decisions()] == [6, 5, 4, 3, 2, 1]
    assert [row.moved for row in log.decisions()[:2]] == [True, False]
    assert log.decisions()[0].champion == "v2022-12-23-000000000003"
    assert log.problems() == []


@pytest.mark.parametrize("unknown", [None, float("nan"), float("inf")])
def test_figures_that_are_none_are_none(tmp_path, unknown):
    log = DecisionLog(tmp_path)
    bare = Gate(False, float("nan") if unknown is None else unknown, unknown, "No CAGR.")
    row = log.append(
        "override", "sac_lstm", "v", actor="ada", champion=None, gate=bare, reason="r", evidence=""
    )
    assert (row.passed, row.eval_cagr, row.prior_cagr) == (0, None, None)
    assert log.sealed() == [row]
    assert (row.seq, row.previous, len(row.hash)) == (1, "0" * 64, 64)
    assert row.at.endswith("+00:00")
    assert len(row.at) == len("2022-12-23T10:00:00.000+00:00")


def test_a_row_that_was_slipped_in_or_moved_is_noticed(log, tmp_path):
    tampered(tmp_path, "UPDATE decisions SET seq = 9 WHERE seq = 4")
    assert log.problems()[0] == "Decision 9 was changed after it was written."
    assert "The log ends with decision 9, but 4 were written." in log.problems()


def test_the_evidence_has_the_hash_of_its_own_text(log):
    assert log.sealed()[0].evidence_hash == hashlib.sha256(b'{"weeks": 104}').hexdigest()


def test_a_row_removed_in_the_middle_breaks_the_chain_where_it_was(log, tmp_path):
    tampered(tmp_path, "DELETE FROM decisions WHERE seq = 2")
    assert log.problems()[0] == "Before decision 3 a row was changed, added or removed."


def test_the_seal_is_that_of_all_other_columns_in_alphabetical_order(log, tmp_path):
    """By which logs of earlier releases are checked too, and anybody can check one without this code."""
    with closing(sqlite3.connect(tmp_path / RECORD)) as db:
        db.row_factory = sqlite3.Row
        row = dict(db.execute("SELECT * FROM decisions WHERE seq = 2").fetchone())
    seal = row.pop("hash")
    assert seal == hashlib.sha256(json.dumps(dict(sorted(row.items()))).encode()).hexdigest()


def test_every_removed_row_is_told_by_the_one_after_it(log, tmp_path):
    for _ in range(16):
        log.append(
            "reject", "sac_lstm", "v", actor="ada", champion=None, gate=PASSED, reason="r", evidence=""
        )
    tampered(tmp_path, "DELETE FROM decisions WHERE seq % 2 = 0")
    for seq in range(3, 20, 2):
        assert f"Before decision {seq} a row was changed, added or removed." in log.problems()
