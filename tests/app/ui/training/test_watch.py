"""What runs stands on top, what waits below it, and the page says in a sentence what is true."""

import pytest
from filelock import FileLock

from app.jobs.notes import JobNotes, Note
from app.jobs.store import JobStore
from sac.progress import Progress
from tests.support.desk_pages import opened, said

RUNNING, WAITING, FINE_TUNING = "aaaaaaaaaa01", "aaaaaaaaaa02", "aaaaaaaaaa03"


@pytest.fixture
def busy(empty):
    """A training at work and two behind it, as far as anybody can tell: their locks are held."""
    store, locks = JobStore(empty.jobs), [FileLock(empty.jobs / f"{n}.lock") for n in (RUNNING, WAITING)]
    locks.append(FileLock(empty.jobs / f"{FINE_TUNING}.lock"))
    for lock in locks:
        lock.acquire()
    store.add(RUNNING, "sac_lstm", "full", {"preset": "desk"}, "Ada")
    store.add(WAITING, "ppo_lstm", "full", {"preset": "desk"}, "Ben")
    store.add(FINE_TUNING, "sac_patchtst", "finetune", {}, "Cleo")
    store.start(RUNNING)
    store.advance(RUNNING, Progress("agents", 0.34, "15 agents: update 900 of 3,000", 250.0))
    JobNotes(empty.jobs).keep(WAITING, Note("long one"))
    yield empty
    for lock in locks:
        lock.release()


def closed(at, label):
    return not next(one for one in at.expander if label in one.label).proto.expanded


def test_the_running_one_is_the_answer_and_the_queue_stands_below_in_its_order(busy):
    at = opened("training")
    answer = "### SAC + LSTM is training: 34 %, about 4 min 10 s left; 2 wait."
    assert next(one.value for one in at.markdown if one.value.startswith("###")) == answer
    headings = [one.value for one in at.subheader]
    assert headings[0].startswith("SAC + LSTM full, ")
    assert headings[1:] == ["Queue", "History"]
    table = at.table[0].value
    assert table["Turn"].tolist() == ["1", "2"]
    assert table["Run"].tolist() == ["PPO + LSTM long one", "SAC + PatchTST"]
    assert table["Kind"].tolist() == ["full", "fine-tune"]


def test_the_forms_close_while_something_runs_and_open_when_nothing_does(busy):
    at = opened("training")
    assert closed(at, "New full training")
    assert closed(at, "Fine-tune a champion")
    store = JobStore(busy.jobs)
    for job in (RUNNING, WAITING, FINE_TUNING):
        store.finish(job, "cancelled")
    at = opened("training")
    assert not closed(at, "New full training")
    assert "### Nothing is training. The last run, SAC + PatchTST, was cancelled." in said(at)


def test_one_that_waits_can_be_taken_out(busy):
    at = opened("training")
    at.button(key=f"cancel-{WAITING}").click().run()
    assert JobStore(busy.jobs).get(WAITING).status == "cancelling"


def test_a_failed_run_is_no_success(empty):
    store = JobStore(empty.jobs)
    store.add(RUNNING, "sac_lstm", "full", {}, "Ada")
    store.start(RUNNING)
    store.finish(RUNNING, "failed", error="The disk is full.")
    at = opened("training", job=RUNNING)
    assert "The last run, SAC + LSTM, failed: see why below." in said(at)
    assert [one.value for one in at.error] == ["The disk is full."]
    assert not at.success


def test_a_version_that_is_not_eligible_is_no_green_box(filled):
    result: dict[str, object] = {
        "version": "v2022-12-23-0123456789ab",
        "data_window_start": "a",
        "data_window_end": "b",
    }
    result |= {"metrics": {"eval_cagr": 0.1}, "promoted": False, "eligible": False, "verdict": "Below."}
    store = JobStore(filled.jobs)
    store.add(RUNNING, "sac_lstm", "full", {}, "Ada")
    store.start(RUNNING)
    store.finish(RUNNING, "succeeded", result=result)
    at = opened("training", job=RUNNING)
    assert not at.success
    assert "is stored. Below." in said(at)
