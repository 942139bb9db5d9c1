"""Records that an earlier release wrote are read, and one that cannot be read breaks no listing."""

import json
import sqlite3

import pytest

from app.hub.pulling import PULL, PullRequest
from app.hub.sending import SEND, SendResult
from app.jobs.store import JobStore
from app.tasks.refresh import REFRESH
from app.tasks.sweep import SWEEP, SweepResult
from app.tasks.training import FULL, FullRequest, result_of
from sac.errors import DeskError

SCHEMA = """
CREATE TABLE jobs (
    id TEXT PRIMARY KEY, variant TEXT NOT NULL, kind TEXT NOT NULL, request TEXT NOT NULL,
    actor TEXT NOT NULL, status TEXT NOT NULL, stage TEXT NOT NULL DEFAULT '',
    fraction REAL NOT NULL DEFAULT 0, eta_seconds REAL, message TEXT NOT NULL, error TEXT, result TEXT,
    created_at TEXT NOT NULL, started_at TEXT, cancelled_at TEXT, finished_at TEXT, pid INTEGER
);
CREATE UNIQUE INDEX one_active_job_per_variant ON jobs (variant)
    WHERE status IN ('queued', 'running', 'cancelling');
CREATE TABLE points (
    job_id TEXT NOT NULL REFERENCES jobs (id), update_no INTEGER NOT NULL, figures TEXT NOT NULL,
    PRIMARY KEY (job_id, update_no)
);
PRAGMA user_version = 1;
"""
TRAINED = {
    "version": "v2022-12-23-0123456789ab",
    "data_window_start": "2005-01-03",
    "data_window_end": "2022-12-23",
    "metrics": {"eval_cagr": 0.07, "eval_sortino": float("nan")},
    "promoted": False,
    "eligible": True,
    "verdict": "CAGR 7.0000% is higher.",
    "prior_version": "v2022-12-16-ba9876543210",
    "symbols_used": ["AAPL"],
    "hf_repo": None,
    "hf_url": None,
}
SWEPT = {
    "sweep": {
        "variant": "sac_lstm",
        "preset": "desk",
        "members": 1,
        "seeds": [0, 1],
        "years": 2,
        "universes": [],
        "grid": {"gamma": [0.9, 0.99]},
        "trial": [],
    },
    "processes": 1,
}
FETCHED = {
    "skipped": {"news": "news need keys"},
    "prices": {
        "finished_at": "2026-01-02T10:00:00+00:00",
        "last_session": "2026-01-02",
        "fetched": ["AAPL"],
        "kept": [],
        "failed": {"NONE": "unknown"},
        "sha256": {"AAPL": "0" * 64},
    },
}


@pytest.fixture
def recorded(home):
    """Adds a row as the released desk wrote it; the job as it is read."""
    home.jobs.mkdir(parents=True)
    db = sqlite3.connect(home.jobs / "jobs.sqlite3")
    db.executescript(SCHEMA)

    def record(subject, kind, request, result):
        times = ["2026-01-02T10:00:00.000000+00:00"] * 3
        with db:
            db.execute(
                "INSERT INTO jobs (id, variant, kind, request, actor, status, message, result, created_at,"
                " started_at, finished_at) VALUES (?, ?, ?, ?, 'ada', 'succeeded', 'Finished', ?, ?, ?, ?)",
                (f"{kind}-{subject}", subject, kind, json.dumps(request), json.dumps(result), *times),
            )
        return JobStore(home.jobs).newest(1)[0]

    yield record
    db.close()


def test_every_kind_reads_what_an_earlier_release_wrote(recorded):
    job = recorded("sac_lstm", "full", {"preset": "plan", "members": 2, "action_scale": 8}, TRAINED)
    assert job.subject == "sac_lstm"
    assert FULL.request_of(job) == FullRequest(preset="plan", members=2, action_scale=8)
    assert json.dumps(result_of(job).model_dump()) == json.dumps(TRAINED)

    job = recorded("sweep", "sweep", SWEPT, {"trials": 8, "found": 3, "failed": 1})
    assert SWEEP.request_of(job).sweep.seeds == (0, 1)
    assert SWEEP.request_of(job).plain() | {"sweep": None} == SWEPT | {"sweep": None}
    assert SWEEP.result_of(job) == SweepResult(trials=8, found=3, failed=1)

    job = recorded("market", "refresh", {}, FETCHED)
    fetched = REFRESH.result_of(job).model_dump(exclude_none=True)
    assert fetched["prices"].pop("corrected") == {}  # nobody looked for it then
    assert fetched == FETCHED
    assert REFRESH.result_of(job).failed == [("NONE", "unknown")]

    job = recorded("The outbox", "send", {}, {"sent": 2, "failed": 0})
    assert SEND.result_of(job) == SendResult(sent=2, failed=0)

    arrived = {"version": "v", "commit": "0" * 40, "new": True}
    job = recorded("sac_lstm from the Hub", "pull", {"variant": "sac_lstm", "version": None}, arrived)
    assert PULL.request_of(job) == PullRequest(variant="sac_lstm")
    assert PULL.result_of(job).new


def test_keys_of_another_release_and_missing_ones_break_nothing(recorded):
    job = recorded("sac_lstm", "full", {"preset": "plan"}, TRAINED | {"mood": "good"})
    assert result_of(job).version == TRAINED["version"]
    early = {name: TRAINED[name] for name in TRAINED if name not in ("eligible", "verdict", "hf_repo")}
    job = recorded("ppo_lstm", "full", {}, early)
    assert (result_of(job).version, result_of(job).eligible) == (TRAINED["version"], False)
    assert result_of(recorded("sac_patchtst", "full", {}, {"answer": 42})) is None


def test_a_request_that_cannot_be_read_is_not_half_done(recorded, home):
    job = recorded("sac_lstm", "full", {"preset": "plan", "mood": "good"}, TRAINED)
    assert FULL.request_of(job) is None
    with pytest.raises(DeskError, match="Another release wrote this request"):
        FULL.perform(job, home, lambda progress: None)
    job = recorded("sweep", "sweep", {"sweep": {"variant": "sac_lstm", "mood": 1}}, None)
    assert SWEEP.request_of(job) is None
    assert SWEEP.result_of(job) is None
