"""Notifications on the Data page: who gets digests, a test message, what waits, and the digests."""

import pytest

from app.digest import deliver, enqueue, html, text
from app.digest.outbox import parcels
from app.settings import settings
from app.week.kept import WeekRecord, keep, keep_digest
from tests.support.desk_pages import opened, said
from tests.support.digests import DIGEST, NOON
from tests.support.loopback_receivers import WebhookServer, free_port

pytestmark = pytest.mark.slow
SECRET = "xyzSecretxyz"


def outbox(at):
    """What the table says of the newest message."""
    return next(frame.value for frame in at.dataframe if "Tries" in frame.value).iloc[0].to_dict()


def button(at, label):
    return next(one for one in at.button if one.label == label)


def test_without_a_receiver_there_is_nothing_to_send(empty):
    at = opened("data")
    assert not at.exception
    assert "Nobody gets digests yet" in said(at)
    assert button(at, "Send a test message").disabled


def test_a_test_message_arrives_by_the_servers_next_look(empty, monkeypatch):
    with WebhookServer() as server:
        monkeypatch.setenv("SAC_DESK_WEBHOOK_JSON", f"{server.url}/{SECRET}")
        at = opened("data")
        assert "Digests go to JSON webhook." in said(at)
        at = button(at, "Send a test message").click().run()
        assert outbox(at)["Details"] == "waits, not tried yet"
        deliver(settings())
        at.run()
    assert [body["summary"] for _, body in server.posts] == [
        "This is a test message: digests of this desk arrive here."
    ]
    assert "Asked for by local user." in server.posts[0][1]["text"]
    assert (outbox(at)["State"], outbox(at)["To"]) == ("sent", "JSON webhook")


def test_what_waits_says_why(empty, monkeypatch):
    monkeypatch.setenv("SAC_DESK_WEBHOOK_SLACK", f"http://127.0.0.1:{free_port()}/{SECRET}")
    enqueue(settings(), DIGEST)
    deliver(settings())
    at = opened("data")
    row = outbox(at)
    assert (row["Message"], row["To"], row["State"]) == ("SAC Desk: week of 2026-11-23", "Slack", "queued")
    assert "Connection refused" in row["Details"]
    assert SECRET not in str(row) + said(at)


def test_a_message_that_was_given_up_is_said_aloud(empty, monkeypatch):
    monkeypatch.setenv("SAC_DESK_WEBHOOK_SLACK", f"http://127.0.0.1:{free_port()}/{SECRET}")
    at = button(opened("data"), "Send a test message").click().run()
    deliver(settings())
    at.run()
    assert [error.value for error in at.error] == ["Slack: The webhook: No connection: Connection refused."]
    assert [row.state for row in parcels(settings())[0][0].deliveries.values()] == ["failed"]


def test_once_the_receiver_is_back_what_it_missed_is_no_alarm_any_more(empty, monkeypatch):
    with WebhookServer(500) as server:
        monkeypatch.setenv("SAC_DESK_WEBHOOK_SLACK", server.url)
        at = opened("data")
        for status in (500, 200):
            server.status = status
            at = button(at, "Send a test message").click().run()
            deliver(settings())
            at.run()
            assert bool(at.error) is (status == 500)


def test_receivers_that_cannot_be_meant_are_said_by_variable(empty, monkeypatch):
    monkeypatch.setenv("SAC_DESK_WEBHOOK_SLACK", f"http://example.com/{SECRET}")
    at = opened("data")
    assert any("SAC_DESK_WEBHOOK_SLACK" in error.value for error in at.error)
    assert SECRET not in said(at)


def test_a_viewer_sends_nothing(empty, monkeypatch):
    monkeypatch.setenv("SAC_DESK_WEBHOOK_JSON", "https://example.com/x")
    monkeypatch.setattr("app.access.visitors.refusal", lambda: "eve has the role viewer.")
    assert button(opened("data"), "Send a test message").disabled


def test_the_weeks_digest_is_read_in_the_desk(empty):
    root = settings()
    keep(root, WeekRecord(week=DIGEST.decision, job="a" * 12, began=NOON, finished=NOON))
    keep_digest(root, DIGEST.decision, html(DIGEST), text(DIGEST))
    at = opened("data")
    assert not at.exception
    assert "Digests" in [expander.label for expander in at.expander]
