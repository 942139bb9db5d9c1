"""Sending in true processes: a Hub that is slow, one that is down, and a job that is killed."""

import os
import signal
import socket
import time

import pytest

from app.hub.outbox import enqueue_champion, enqueue_version, resume
from app.hub.sending import SEND
from app.hub.uploads import CHAMPION, UploadStore
from app.jobs.queue import Jobs, jobs_of
from tests.support.loopback_hub import REPO, LoopbackHub
from tests.support.quick_jobs import follow
from tests.support.small_versions import VARIANT


@pytest.fixture(autouse=True)
def ended(sharing):
    """True jobs of a test are over when it is."""
    yield
    for child in tuple(jobs_of(sharing)._children.values()):
        child.kill()
        child.wait()
    jobs_of.cache_clear()


@pytest.fixture
def silent(monkeypatch):
    """Somebody listens and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{listener.getsockname()[1]}")
        yield


def wait_for(condition):
    deadline = time.monotonic() + 40
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_queueing_does_not_wait_for_a_hub_that_never_answers(sharing, version, silent):
    began = time.monotonic()
    enqueue_version(VARIANT, version.name)
    enqueue_champion(VARIANT)
    assert time.monotonic() - began < 1.0
    tasks = UploadStore(sharing.hub).of(REPO, VARIANT)
    assert {name: task.state for name, task in tasks.items()} == {
        version.name: "queued",
        CHAMPION: "queued",
    }


@pytest.mark.slow
def test_a_killed_job_loses_nothing_and_the_outbox_delivers_when_the_hub_returns(
    sharing, hub_server, version
):
    jobs, store = Jobs(sharing), UploadStore(sharing.hub)
    hub_server.__exit__()
    enqueue_version(VARIANT, version.name)
    wait_for(lambda: store.get(REPO, VARIANT, version.name).tries == 1)
    assert "cannot be reached" in store.get(REPO, VARIANT, version.name).reason
    [job] = jobs.list(kinds=(SEND,))
    wait_for(lambda: "again in" in jobs.get(job.id).message)
    os.kill(jobs.get(job.id).pid, signal.SIGKILL)
    assert follow(jobs, job.id).status == "failed"

    with LoopbackHub(hub_server.port) as back:
        assert store.get(REPO, VARIANT, version.name).state == "queued"
        resume(sharing)  # a server starts,
        store.ask(REPO, VARIANT, version.name)  # and somebody does not want to wait
        wait_for(lambda: store.get(REPO, VARIANT, version.name).state == "sent")
        assert set(back.repositories[REPO].tags) == {version.name}
        assert follow(jobs, jobs.list(kinds=(SEND,))[0].id).result == {"sent": 1, "failed": 0}
