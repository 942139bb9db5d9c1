"""The weekly run: every step once, whatever cuts it off; what stops it, and what does not."""

import dataclasses
import shutil
from datetime import UTC, datetime

import pytest

from app.jobs.record import Job
from app.settings import Settings
from app.week import running, telling
from app.week.kept import digest_of_week, kept
from app.week.running import run
from app.week.schedule import Schedule, write_schedule
from app.week.steps import STEPS
from app.week.work import Stopped
from sac.errors import DataError, Locked
from sac.market import price_folder
from sac.progress import unwatched
from tests.support.small_trainings import CLOSES, FIRST
from tests.support.synthetic import random_closes, write_prices

pytestmark = pytest.mark.slow

WEEK = "2018-12-28"
LONGER = random_closes(stocks=6, first=FIRST, last="2019-01-04")


@pytest.fixture
def root(tmp_path, own_desk):
    shutil.copytree(own_desk, tmp_path / "data")
    return Settings(tmp_path / "data")


def job_of(week, job_id="0123456789ab"):
    now = datetime.now(UTC)
    return Job(
        job_id,
        *(week, "week", {}, "ada", "running", "", 0.0, None, "", None, None),
        *(now, now, None, None, 1),
    )


def counted(monkeypatch, cut_at=None):
    """Count the steps that begin; the one named breaks off when it is done, before that is written down."""
    begun = []

    def around(name, step):
        def counting(work, notes):
            begun.append(name)
            step(work, notes)
            if name == cut_at:
                raise KeyboardInterrupt

        return counting

    monkeypatch.setattr(running, "STEPS", {name: around(name, step) for name, step in STEPS.items()})
    return begun


def test_a_week_is_run_once_and_found_again(root, monkeypatch):
    begun = counted(monkeypatch)
    record = run(job_of(WEEK), root, unwatched)
    assert begun == list(STEPS)
    assert [step.name for step in record.steps] == begun
    assert record == kept(root, WEEK)
    assert record.finished is not None
    [row] = root.track_log.rows()
    assert (row.subject, row.decision, row.kind) == ("sac_lstm", WEEK, "late")
    assert "SAC + LSTM" in digest_of_week(root, WEEK, "txt")
    assert "<html" in digest_of_week(root, WEEK, "html")
    assert run(job_of(WEEK, "another0job0"), root, unwatched) == record
    assert begun == list(STEPS)
    assert len(root.track_log.rows()) == 1


@pytest.mark.parametrize("cut_at", list(STEPS))
def test_a_run_that_was_cut_off_goes_on_where_it_was(root, monkeypatch, cut_at):
    counted(monkeypatch, cut_at)
    with pytest.raises(KeyboardInterrupt):
        run(job_of(WEEK), root, unwatched)
    before = kept(root, WEEK)
    done = [step.name for step in before.steps]
    assert done == list(STEPS)[: list(STEPS).index(cut_at)]
    begun = counted(monkeypatch)
    record = run(job_of(WEEK, "another0job0"), root, unwatched)
    assert begun == list(STEPS)[len(done) :]
    assert record.steps[: len(done)] == before.steps
    assert (record.job, record.began) == ("another0job0", before.began)
    assert len(root.track_log.rows()) == 1


def test_a_kill_between_the_digest_and_its_end_sends_it_once(root, monkeypatch):
    ends = []

    def tell(work, record):
        telling.tell(work, record)
        ends.append(len(list(root.outbox.glob("*.json"))))
        if len(ends) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(running, "tell", tell)
    with pytest.raises(KeyboardInterrupt):
        run(job_of(WEEK), root, unwatched)
    assert kept(root, WEEK).finished is None
    assert run(job_of(WEEK), root, unwatched).finished
    assert ends == [1, 1]


def test_data_that_end_before_the_week_stop_it_with_the_reason_until_they_are_there(root, monkeypatch):
    begun = counted(monkeypatch)
    with pytest.raises(Stopped, match=r"decided on 2019-01-04 is not in them\. Bring newer files"):
        run(job_of("2019-01-04"), root, unwatched)
    record = kept(root, "2019-01-04")
    assert "The data end on 2018-12-28" in record.stopped
    assert "The data end on 2018-12-28" in digest_of_week(root, "2019-01-04", "txt")
    assert root.track_log.rows() == []
    write_prices(price_folder(root.data), LONGER)
    begun.clear()
    record = run(job_of("2019-01-04"), root, unwatched)
    assert begun == list(STEPS)  # its refresh and its checks, too
    assert (record.stopped, record.stops) == (None, 1)
    assert record.finished is not None
    assert "The data end on 2018-12-28" not in digest_of_week(root, "2019-01-04", "txt")
    assert root.track_log.rows()[-1].decision == "2019-01-04"


def test_data_that_are_refused_stop_it_with_the_finding(root):
    write_prices(
        price_folder(root.data), CLOSES.assign(S01=CLOSES["S01"].where(CLOSES.index < "2018-06-01", 1))
    )
    with pytest.raises(Stopped, match=r"The data are refused\. S01"):
        run(job_of(WEEK), root, unwatched)
    assert "S01" in digest_of_week(root, WEEK, "txt")
    assert root.track_log.rows() == []


def test_a_champion_that_is_damaged_is_named_and_the_week_goes_on(root):
    next((root.models / "sac_lstm").glob("*/actor.pt")).write_bytes(b"")
    record = run(job_of(WEEK), root, unwatched)
    assert record.finished is not None
    assert any("champion of SAC + LSTM cannot be read" in one for one in record.problems)


@pytest.mark.parametrize("promoted", [False, True])
def test_a_challenger_that_becomes_champion_at_once_decides_this_week_too(root, monkeypatch, promoted):
    sealed, asked = [], []
    gave = {
        "version": "v2018-12-28-0123456789ab",
        **{"data_window_start": "", "data_window_end": "", "metrics": {}, "verdict": "It passed."},
        "promoted": promoted,
    }

    def train(work, name, kind, variant, request, span, *, share):
        asked.append((name, kind.name, share))
        return dataclasses.replace(job_of(variant), status="succeeded", result=gave)

    def seal(*arguments, **options):
        sealed.append(len(asked))
        return []

    monkeypatch.setattr("app.week.steps.done_by", train)
    monkeypatch.setattr("sac.track.sealing.seal_missing", seal)
    write_prices(price_folder(root.data), LONGER)
    write_schedule(root.data, Schedule(every=1, challengers={"sac_lstm": "fine-tune"}))
    record = run(job_of("2019-01-04"), root, unwatched)
    assert asked == [("fine-tune sac_lstm", "finetune", False)]
    assert sealed == ([0, 1] if promoted else [0])
    end = "is the champion now" if promoted else "is stored"
    said = record.step("challengers").said[0]
    assert said == f"SAC + LSTM, fine-tune: v2018-12-28-0123456789ab {end}. It passed."


def test_what_one_champion_cannot_decide_stops_no_other(root, monkeypatch):
    def refuse(*arguments, **options):
        raise DataError("Another universe.")

    monkeypatch.setattr("sac.track.sealing.seal_missing", refuse)
    record = run(job_of(WEEK), root, unwatched)
    assert record.problems == ["SAC + LSTM decided nothing: Another universe."]
    assert record.finished is not None


def test_a_disk_that_fails_ends_the_run_and_the_next_start_makes_the_step(root, monkeypatch):
    def locked(*arguments, **options):
        raise Locked("decisions.sqlite is locked.")

    with monkeypatch.context() as patch:
        patch.setattr("sac.track.sealing.seal_missing", locked)
        with pytest.raises(Locked):
            run(job_of(WEEK), root, unwatched)
    record = kept(root, WEEK)
    assert record.step("decisions") is None
    assert record.stopped is None
    assert run(job_of(WEEK), root, unwatched).finished
    assert len(root.track_log.rows()) == 1


def test_a_record_that_nobody_can_read_is_begun_anew_and_seals_nothing_twice(root):
    run(job_of(WEEK), root, unwatched)
    (root.weeks / WEEK / "week.json").write_bytes(b"\xff{")
    assert run(job_of(WEEK), root, unwatched).finished
    assert len(root.track_log.rows()) == 1
