"""A record of decisions that shows when somebody rewrote it."""

import datetime as dt
import sqlite3
from contextlib import closing

import pytest

from sac.track import TrackLog, WeekDecision

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def decided(week: int, fingerprint: str = "f" * 64) -> WeekDecision:
    day = dt.date(2026, 11, 20) + dt.timedelta(weeks=week)
    return WeekDecision(
        subject="sac_lstm",
        version="v2026-11-13-0123456789ab",
        decision=str(day),
        fill=str(day + dt.timedelta(days=3)),
        weights={"A": 0.6, "CASH": 0.4},
        agents={"A": 0.98, "CASH": 0.02},
        conviction=0.5,
        follow="as trained",
        forecasts={"A": None},
        closes={"A": 101.25},
        constraints={"cost_rate": 0.001},
        source="files",
        fingerprint=fingerprint,
        note="",
    )


@pytest.fixture
def log(tmp_path):
    log = TrackLog(tmp_path / "track")
    for week in range(4):
        log.append(decided(week), lambda at: None, NOW + dt.timedelta(weeks=week))
    return log


def tampered(log, *statements):
    """What somebody with the file in hand can do: the triggers that say no are gone first."""
    with closing(sqlite3.connect(log.path)) as db, db:
        for trigger in ("weeks_stay", "weeks_stand"):
            db.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            db.execute(statement)


def test_rows_come_back_as_they_were_written_oldest_first(log):
    rows = log.rows()
    assert [row.seq for row in rows] == [1, 2, 3, 4]
    assert rows[0].weights == {"A": 0.6, "CASH": 0.4}
    assert rows[0].forecasts == {"A": None}
    assert rows[1].previous == rows[0].hash
    assert log.rows(decision="2026-12-04") == [rows[2]]
    assert log.rows("ppo_lstm") == log.rows(version="v1") == []
    assert log.problems() == []


def test_a_look_writes_nothing(tmp_path):
    log = TrackLog(tmp_path / "track")
    assert (log.rows(), log.problems()) == ([], [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("statement", ["DELETE FROM weeks", "UPDATE weeks SET kind = 'prospective'"])
def test_rows_are_only_added(log, statement):
    with (
        closing(sqlite3.connect(log.path)) as db,
        pytest.raises(sqlite3.IntegrityError, match="only added"),
    ):
        db.execute(statement)


@pytest.mark.parametrize("column", ["weights", "sealed_at", "kind", "closes", "note", "previous", "hash"])
def test_a_changed_row_is_named_and_the_others_are_still_shown(log, column):
    tampered(log, f"UPDATE weeks SET {column} = 'x' WHERE seq = 2")
    assert "2" in log.problems()[0]
    rows = log.rows()
    assert [row.intact for row in rows] == [True, False, True, True]
    assert (rows[1].weights, rows[1].closes, rows[2].weights) == ({}, {}, {"A": 0.6, "CASH": 0.4})


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        (["DELETE FROM weeks WHERE seq = 1"], "Before sealed week 2 a row was changed, added or removed."),
        (["DELETE FROM weeks WHERE seq = 4"], "The log ends with sealed week 3, but 4 were written."),
        (
            [
                "UPDATE weeks SET seq = 9 WHERE seq = 2",
                "UPDATE weeks SET seq = 2 WHERE seq = 3",
                "UPDATE weeks SET seq = 3 WHERE seq = 9",
            ],
            "Sealed week 2 was changed after it was written.",
        ),
    ],
)
def test_a_removed_or_reordered_row_is_named(log, statements, problem):
    tampered(log, *statements)
    assert log.problems()[0] == problem


def test_a_row_of_late_is_late_and_says_why(tmp_path):
    row = TrackLog(tmp_path).append(decided(0), lambda at: "Too late.", NOW)
    assert (row.kind, row.note) == ("late", "Too late.")


def test_a_restated_row_needs_no_reason_and_one_data_state_is_one_row(log):
    again = log.append(decided(0, "e" * 64), lambda at: "Too late.", NOW + dt.timedelta(weeks=9))
    assert (again.kind, again.note) == ("restated", "")
    assert log.append(decided(0, "e" * 64), lambda at: None, NOW) == again
    assert len(log.rows(decision="2026-11-20")) == 2
