"""Webhooks: each kind's documented shape, whatever is written in a digest, and posts that go nowhere else."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.digest import sending, webhooks
from app.digest.message import message_of
from app.digest.sending import Unsent
from app.digest.webhooks import BODIES, Webhook, plain_json, slack, teams
from tests.support.digests import DIGEST
from tests.support.loopback_receivers import (
    WebhookServer,
    dripping,
    free_port,
    leaving,
    raw_server,
    silent,
)

MESSAGE = message_of(DIGEST)
SECRET = "/services/T0/B0/xyzSecretxyz"
TEXTS = st.text(max_size=60) | st.sampled_from(["<!channel>", "&" * 4000, "<" * 900, "a" * 5000, ""])


def reason(hook):
    with pytest.raises(Unsent) as refusal:
        hook.send(MESSAGE)
    assert SECRET not in str(refusal.value)
    return str(refusal.value)


@pytest.mark.parametrize("kind", BODIES)
def test_a_digest_arrives_over_tls(trusted, kind):
    with WebhookServer(tls=trusted.context()) as server:
        Webhook(kind, server.url + SECRET + "?a=b").send(MESSAGE)
    assert server.posts == [(SECRET + "?a=b", BODIES[kind](MESSAGE))]


@given(subject=TEXTS, summary=TEXTS, points=st.lists(TEXTS, max_size=80))
def test_slack_takes_any_digest(subject, summary, points):
    """Block Kit: at most 50 blocks, a header of 1 to 150 characters, sections of 1 to 3,000."""
    body = slack(replace(MESSAGE, subject=subject, summary=summary, points=tuple(points)))
    assert set(body) == {"text", "blocks"}
    assert len(body["blocks"]) <= 50
    assert body["blocks"][0]["type"] == "header"
    for block in body["blocks"]:
        assert set(block) == {"type", "text"}
        assert set(block["text"]) == {"type", "text", "emoji"}
        assert block["text"]["type"] == "plain_text"
        assert 1 <= len(block["text"]["text"]) <= {"header": 150, "section": 3000}[block["type"]]
    for text in (body["text"], *(block["text"]["text"] for block in body["blocks"])):
        bare = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
        assert not set(bare) & set("<>&")


def test_slack_is_told_how_much_is_left_out():
    body = slack(replace(MESSAGE, points=tuple(map(str, range(60)))))
    assert [block["text"]["text"] for block in body["blocks"][-2:]] == [
        "46",
        "And 13 more: see the digest in the desk.",
    ]


@given(subject=TEXTS, summary=TEXTS, points=st.lists(TEXTS, max_size=80))
def test_teams_takes_any_digest(subject, summary, points):
    """A workflow takes {type: message, attachments: [one Adaptive Card]}, of 28 kB at most."""
    body = teams(replace(MESSAGE, subject=subject, summary=summary, points=tuple(points)))
    assert len(json.dumps(body)) <= 28_000
    assert (body["type"], len(body["attachments"])) == ("message", 1)
    card = body["attachments"][0]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert (card["content"]["type"], card["content"]["version"]) == ("AdaptiveCard", "1.4")
    for block in card["content"]["body"]:
        assert block["type"] == "RichTextBlock"  # a TextBlock would read Markdown
        assert [run["type"] for run in block["inlines"]] == ["TextRun"]


def test_programs_get_the_whole_digest():
    body = json.loads(json.dumps(plain_json(MESSAGE)))
    assert body["format"] == "sac-desk/1"
    assert body["key"] == "week-2026-11-20"
    assert body["digest"]["champions"][0]["ticket"]["orders"][0]["symbol"] == "AAPL"
    assert body["text"] == MESSAGE.text


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status):
    with (
        WebhookServer() as elsewhere,
        WebhookServer(status=status, location=elsewhere.url + "/steal") as server,
    ):
        assert f"redirects elsewhere ({status})" in reason(Webhook("json", server.url + SECRET))
    assert (len(server.posts), elsewhere.posts) == (1, [])


def test_slacks_own_word_is_the_reason():
    with WebhookServer(404, "no_service") as server:
        assert reason(Webhook("slack", server.url + SECRET)) == "The webhook refuses it: 404 no_service."


def test_a_page_that_repeats_the_address_is_not_quoted():
    with WebhookServer(404, f"nothing at {SECRET}") as server:
        assert reason(Webhook("slack", server.url + SECRET)) == "The webhook refuses it: 404."


def test_a_word_of_the_address_is_not_quoted_either():
    with WebhookServer(403, "open_sesame") as server:
        assert reason(Webhook("json", server.url + "/open_sesame")) == "The webhook refuses it: 403."


def test_a_certificate_that_nobody_vouches_for_gets_nothing(authority):
    with WebhookServer(tls=authority.context()) as server:
        assert "certificate is not trusted" in reason(Webhook("json", server.url + SECRET))
    assert server.posts == []


def test_nobody_listens():
    why = reason(Webhook("json", f"http://127.0.0.1:{free_port()}{SECRET}"))
    assert why == "The webhook: No connection: Connection refused."


def test_a_server_that_says_nothing_is_left(monkeypatch):
    monkeypatch.setattr(webhooks, "ANSWER_SECONDS", 0.2)
    with raw_server(silent) as port:
        assert "did not answer within" in reason(Webhook("json", f"http://127.0.0.1:{port}{SECRET}"))


def test_a_server_that_never_ends_its_answer_is_left(monkeypatch):
    monkeypatch.setattr(sending, "WHOLE_SECONDS", 0.4)
    with raw_server(dripping) as port:
        assert "It took longer than" in reason(Webhook("json", f"http://127.0.0.1:{port}{SECRET}"))


def test_a_server_that_hangs_up():
    with raw_server(leaving) as port:
        assert reason(Webhook("json", f"http://127.0.0.1:{port}{SECRET}")).startswith("The webhook: ")


def test_a_webhook_does_not_show_its_address():
    assert SECRET not in repr(Webhook("slack", "https://hooks.example.com" + SECRET))
