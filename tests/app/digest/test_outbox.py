"""The outbox: every message arrives once, or says why it did not, whatever is down, killed or full."""

import multiprocessing
import os
import signal
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import pytest
from filelock import FileLock

from app.digest import outbox
from app.digest.message import PATIENCE, message_of, trial_of
from app.digest.outbox import Delivered, deliver, enqueue, parcels, put
from app.digest.sending import Unsent
from sac import files
from sac.errors import DiskFull
from tests.support.digests import DIGEST, STOPPED
from tests.support.loopback_receivers import Post, WebhookServer, free_port, mail_server

SECRET = "xyzSecretxyz"


class Somebody:
    """A receiver that fails as often as it is told to; `got` has the keys that arrived."""

    def __init__(self, *failures):
        self.got, self.tries, self._failures = [], 0, list(failures)

    def send(self, message):
        self.tries += 1
        if self._failures:
            raise Unsent(self._failures.pop(0))
        self.got.append(message.key)


@pytest.fixture
def known(monkeypatch):
    """The receivers, for a test to fill."""
    there = {}
    monkeypatch.setattr(outbox, "receivers", lambda: dict(there))
    return there


@pytest.fixture
def clock(monkeypatch):
    """Seconds since 1970, for a test to move."""
    now = [1_800_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def states(root):
    [parcel] = parcels(root)[0]
    return {name: (row.state, row.tries, row.reason) for name, row in parcel.deliveries.items()}


def test_a_digest_reaches_everybody_once(root, known):
    known |= {"ann": Somebody(), "bob": Somebody()}
    assert enqueue(root, DIGEST)
    assert not enqueue(root, DIGEST)
    assert deliver(root) == Delivered(sent=2)
    assert deliver(root) == Delivered()
    assert not enqueue(root, DIGEST)
    assert [one.got for one in known.values()] == [["week-2026-11-20"]] * 2
    assert states(root) == {"ann": ("sent", 1, None), "bob": ("sent", 1, None)}


def test_a_run_that_stopped_and_then_ended_says_both(root, known):
    known["ann"] = Somebody()
    again = replace(STOPPED, stopped=("The data are refused.",))
    assert [enqueue(root, one) for one in (STOPPED, STOPPED, again, DIGEST)] == [True, False, True, True]
    deliver(root)
    assert len(set(known["ann"].got)) == 3


def test_who_is_down_is_tried_again_after_growing_pauses_and_the_others_only_once(root, known, clock):
    known |= {"ann": Somebody(), "bob": Somebody(*["It is down."] * 3)}
    enqueue(root, DIGEST)
    begun, tried = clock[0], []
    while known["bob"].tries < 4:
        before = known["bob"].tries
        deliver(root)
        if known["bob"].tries > before:
            tried.append(clock[0] - begun)
        clock[0] += 30
    assert tried == [0, 60, 180, 420]
    assert (known["ann"].tries, known["bob"].got) == (1, ["week-2026-11-20"])


def test_pauses_end_growing_and_tries_end_after_some_days(root, known, clock):
    known["ann"] = Somebody(*["It is down."] * 1000)
    enqueue(root, DIGEST)
    begun, tried = clock[0], []
    while states(root)["ann"][0] == "queued":
        deliver(root)
        tried.append(clock[0])
        clock[0] += parcels(root)[0][0].deliveries["ann"].wait(clock[0]) or 1
    assert max(after - before for before, after in pairwise(tried)) == outbox.LONGEST_WAIT
    assert PATIENCE < tried[-1] - begun < PATIENCE + outbox.LONGEST_WAIT + 1
    assert states(root)["ann"] == ("failed", len(tried), "It is down.")
    assert deliver(root) == Delivered()


def test_a_message_older_than_that_is_tried_once_more_by_a_server_that_was_off(root, known, clock):
    known["ann"] = Somebody()
    enqueue(root, DIGEST)
    clock[0] += 3 * PATIENCE
    assert deliver(root) == Delivered(sent=1)


def test_a_clock_that_was_set_back_does_not_stop_the_tries(root, known, clock):
    known["ann"] = Somebody("It is down.")
    enqueue(root, DIGEST)
    deliver(root)
    clock[0] -= 365 * 86400
    assert deliver(root) == Delivered(sent=1)


def test_a_fault_with_one_receiver_holds_up_nobody_and_tells_no_secret(root, known):
    class Broken:
        def send(self, message):
            raise KeyError(SECRET)

    known |= {"ann": Broken(), "bob": Somebody()}
    enqueue(root, DIGEST)
    assert deliver(root) == Delivered(sent=1, waiting=1)
    assert states(root)["ann"] == ("queued", 1, "An error that nobody foresaw.")


def test_a_test_message_is_tried_once(root, known, clock):
    known["ann"] = Somebody("It is down.")
    put(root, trial_of("test-1", "a\nb"))
    clock[0] += 1
    assert deliver(root) == Delivered(failed=1)
    assert states(root) == {"ann": ("failed", 1, "It is down.")}


def test_who_writes_need_not_know_the_receivers(root, known, clock):
    enqueue(root, DIGEST)
    assert deliver(root) == Delivered()
    known["ann"] = Somebody()
    assert deliver(root) == Delivered(sent=1)


def test_without_any_receiver_nothing_waits_for_ever(root, known, clock):
    enqueue(root, DIGEST)
    clock[0] += PATIENCE + 1
    deliver(root)
    known["ann"] = Somebody()
    assert deliver(root) == Delivered()
    assert known["ann"].got == []


def test_a_process_that_does_not_know_a_receiver_leaves_it_to_others(root, known, clock):
    known |= {"ann": Somebody(), "bob": Somebody()}
    enqueue(root, DIGEST)
    bob = known.pop("bob")
    assert deliver(root) == Delivered(sent=1, waiting=1)
    known["bob"] = bob
    assert deliver(root) == Delivered(sent=1)


def test_a_receiver_that_is_gone_is_given_up_in_the_end(root, known, clock):
    known["ann"] = Somebody()
    enqueue(root, DIGEST)
    known.clear()
    clock[0] += PATIENCE + 1
    assert deliver(root) == Delivered(failed=1)
    assert states(root)["ann"] == ("failed", 0, "It is not configured any more.")


def test_two_looks_at_once_send_once(root, known):
    known["ann"] = Somebody()
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: enqueue(root, DIGEST), range(16))) == 1
        assert sum(one.sent for one in pool.map(lambda _: deliver(root), range(16))) <= 1
    deliver(root)
    assert known["ann"].got == ["week-2026-11-20"]


def test_while_another_process_sends_nothing_is_tried(root, known):
    known["ann"] = Somebody()
    enqueue(root, DIGEST)
    with FileLock(root.outbox / ".sending.lock"):
        assert deliver(root) == Delivered()
    assert known["ann"].tries == 0


def test_a_disk_that_keeps_no_record_lets_nothing_out(root, known, monkeypatch):
    known["ann"] = Somebody()
    enqueue(root, DIGEST)

    def full(path, content):
        raise DiskFull(path)

    monkeypatch.setattr(outbox, "replace_file", full)
    with pytest.raises(DiskFull):
        deliver(root)
    assert known["ann"].tries == 0


def _deliver_and_die(root, url, after):
    """Deliver in a process that is killed before its write number `after`."""
    os.environ["SAC_DESK_WEBHOOK_JSON"] = url
    writes, write = [], files.replace_file

    def counted(path, content):
        writes.append(path)
        if len(writes) > after:
            os.kill(os.getpid(), signal.SIGKILL)
        write(path, content)

    setattr(outbox, "replace_file", counted)  # noqa: B010 - no monkeypatch outlives the fork
    deliver(root)


@pytest.mark.parametrize(("after", "posts"), [(0, 1), (1, 2), (2, 1)])
def test_after_a_kill_it_goes_on_where_it_was(root, monkeypatch, clock, after, posts):
    """Only between the receiver's yes and its record a kill leads to a second try, with the same key."""
    with WebhookServer() as server:
        monkeypatch.setenv("SAC_DESK_WEBHOOK_JSON", server.url)
        enqueue(root, DIGEST)
        process = multiprocessing.get_context("fork").Process(
            target=_deliver_and_die, args=(root, server.url, after)
        )
        process.start()
        process.join(20)
        assert process.exitcode == -signal.SIGKILL
        clock[0] += 3600
        deliver(root)
        clock[0] += 3600
        assert deliver(root) == Delivered()
    assert [body["key"] for _, body in server.posts] == ["week-2026-11-20"] * posts
    assert states(root)["JSON webhook"][0] == "sent"
    assert list(root.outbox.glob("*.json")) == []


def test_mail_and_webhook_get_it_together(root, trusted, monkeypatch):
    post = Post()
    with mail_server(post, starttls=trusted.context()) as port, WebhookServer(tls=trusted.context()) as hook:
        for name, value in {
            "SAC_DESK_SMTP_HOST": "127.0.0.1",
            "SAC_DESK_SMTP_PORT": str(port),
            "SAC_DESK_SMTP_FROM": "desk@example.com",
            "SAC_DESK_SMTP_TO": "ann@example.com",
            "SAC_DESK_WEBHOOK_TEAMS": hook.url,
        }.items():
            monkeypatch.setenv(name, value)
        enqueue(root, DIGEST)
        assert deliver(root) == Delivered(sent=2)
    assert (len(post.mails), len(hook.posts)) == (1, 1)


def test_neither_files_nor_reasons_hold_a_secret(root, monkeypatch, caplog):
    monkeypatch.setenv("SAC_DESK_WEBHOOK_SLACK", f"http://127.0.0.1:{free_port()}/{SECRET}")
    enqueue(root, DIGEST)
    deliver(root)
    assert states(root)["Slack"][0] == "queued"
    assert all(SECRET not in path.read_text() for path in root.outbox.rglob("*") if path.is_file())
    assert SECRET not in caplog.text


def test_files_are_their_owners_only(root, known):
    known["ann"] = Somebody()
    enqueue(root, DIGEST)
    [waiting] = root.outbox.glob("*.json")
    deliver(root)
    [done] = root.outbox.glob("done/*.json")
    assert stat.S_IMODE(done.stat().st_mode) == 0o600
    assert not waiting.exists()
    assert "<html" not in done.read_text()


def test_a_file_that_cannot_be_read_is_named_and_holds_up_nothing(root, known):
    known["ann"] = Somebody()
    enqueue(root, DIGEST)
    (root.outbox / "week-2020-01-03.json").write_text("{")
    assert deliver(root) == Delivered(sent=1)
    assert parcels(root)[1] == ["week-2020-01-03.json"]


def test_a_message_keeps_what_it_says_on_its_way(root, known):
    message = replace(message_of(DIGEST), subject="é ✓ <b>")
    put(root, message)
    assert parcels(root)[0][0].message == message
