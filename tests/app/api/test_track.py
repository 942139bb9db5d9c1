"""Sealed decisions and track records over HTTP."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from sac.track.record import reigns, track_record
from tests.support import api_client
from tests.support.sealed_weeks import panel_after
from tests.support.small_versions import VARIANT, small_artifacts

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(tracked):
    return api_client.client()


def test_a_track_record_is_the_engines(desk, tracked):
    body = desk.get(f"/track/{VARIANT}").json()
    [reign] = reigns(tracked.registry, VARIANT)
    record = track_record(tracked.registry, tracked.track_log, panel_after(24), reign)
    assert (body["version"], body["champion"], body["until"]) == (reign.version, True, None)
    assert body["live_weeks"] == 23
    assert [week["lead"] for week in body["weeks"]] == pytest.approx(list(record.scored.leads), abs=1e-3)
    assert body["growth"] == pytest.approx(np.prod([1 + week["net"] for week in body["weeks"]]))
    assert body["standing"]["weeks"] == len(body["weeks"]) == 21
    assert body["cone"][0]["low90"] == pytest.approx(record.cone.bands[0, 0])
    assert [week["week"] for week in body["cone"]] == list(range(1, 53))
    assert (body["problems"], body["unsealed"]) == ([], {})


def test_sealed_decisions_come_newest_first(desk, tracked):
    body = desk.get("/decisions/sealed", params={"limit": 3}).json()
    rows = tracked.track_log.rows()
    assert [row["seq"] for row in body["decisions"]] == [26, 25, 24]
    assert body["decisions"][0]["hash"] == rows[-1].hash
    assert body["decisions"][0]["kind"] == "restated"
    assert body["decisions"][1]["weights"] == rows[-2].weights
    assert body["problems"] == []
    assert desk.get("/decisions/sealed", params={"variant": "ppo_lstm"}).json()["decisions"] == []


@pytest.mark.parametrize(
    "column", ["weights", "kind", "decision", "fill", "sealed_at", "closes", "constraints"]
)
def test_a_row_that_somebody_changed_is_named_and_everything_else_is_answered(desk, tracked, column):
    with closing(sqlite3.connect(tracked.track_log.path)) as db, db:
        db.execute("DROP TRIGGER weeks_stand")
        db.execute(f"UPDATE weeks SET {column} = 'x' WHERE seq = 3")
    body = desk.get("/decisions/sealed").json()
    assert body["problems"] == ["Sealed week 3 was changed after it was written."]
    assert [row["seq"] for row in body["decisions"] if not row["intact"]] == [3]
    track = desk.get(f"/track/{VARIANT}").json()
    assert track["problems"] == body["problems"]
    assert len(track["weeks"]) == 20


def test_whom_the_desk_does_not_know_has_no_record(desk, empty):
    assert "no champion yet" in api_client.problem(desk.get("/track/ppo_lstm"), 404, "no_model")
    asked = desk.get(f"/track/{VARIANT}", params={"version": "v1"})
    assert "v1 was never champion" in api_client.problem(asked, 404, "no_model")
    api_client.problem(desk.get("/track/unknown"), 404, "not_found", "variant")
    api_client.problem(desk.get("/decisions/sealed", params={"limit": 0}), 422, "invalid", "limit")


def test_an_earlier_champion_is_asked_by_its_name(desk, tracked, small_version):
    other = tracked.registry.save(small_artifacts())
    tracked.registry.set_current(VARIANT, other.name)
    body = desk.get(f"/track/{VARIANT}", params={"version": small_version.name}).json()
    assert (body["version"], len(body["weeks"])) == (small_version.name, 21)
    assert desk.get(f"/track/{VARIANT}").json()["version"] == other.name
