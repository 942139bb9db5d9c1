"""`sac-desk notify`: receivers, the outbox, and a test message that says how it went."""

import json

import pytest

from app.cli import main
from app.digest import deliver, enqueue
from app.settings import settings
from tests.support.digests import DIGEST
from tests.support.loopback_receivers import Post, WebhookServer, free_port, mail_server

SECRET = "xyzSecretxyz"


@pytest.fixture(autouse=True)
def root(empty):
    return empty


def test_nobody_is_named(capsys):
    assert main(["notify"]) == 0
    assert capsys.readouterr().out.startswith("Nobody gets digests: ")
    assert main(["notify", "--test"]) == 1
    assert "Nobody gets digests: " in capsys.readouterr().err


def test_a_test_message_arrives(monkeypatch, capsys):
    post = Post()
    with mail_server(post) as port, WebhookServer() as server:
        for name, value in {
            "SAC_DESK_SMTP_HOST": "127.0.0.1",
            "SAC_DESK_SMTP_PORT": str(port),
            "SAC_DESK_SMTP_SECURITY": "none",
            "SAC_DESK_SMTP_FROM": "desk@example.com",
            "SAC_DESK_SMTP_TO": "ann@example.com",
            "SAC_DESK_WEBHOOK_TEAMS": server.url,
        }.items():
            monkeypatch.setenv(name, value)
        assert main(["notify", "--test"]) == 0
        assert main(["notify", "--test", "--json"]) == 0
    out = capsys.readouterr().out
    assert "e-mail to ann@example.com: sent " in out
    assert "Teams: sent " in out
    assert json.loads(out[out.index("{") :])["receivers"]["Teams"]["state"] == "sent"
    assert (len(post.mails), len(server.posts)) == (2, 2)


def test_a_test_message_that_does_not_arrive_says_why(monkeypatch, capsys):
    monkeypatch.setenv("SAC_DESK_WEBHOOK_SLACK", f"http://127.0.0.1:{free_port()}/{SECRET}")
    assert main(["notify", "--test"]) == 1
    said = capsys.readouterr()
    assert "Slack: given up after 1 try, " in said.out
    assert "Connection refused" in said.out
    assert said.err == "error: Not sent: Slack.\n"
    assert SECRET not in said.out + said.err


def test_the_outbox_is_listed(monkeypatch, capsys):
    monkeypatch.setenv("SAC_DESK_WEBHOOK_SLACK", f"http://127.0.0.1:{free_port()}/{SECRET}")
    enqueue(settings(), DIGEST)
    deliver(settings())
    (settings().outbox / "torn.json").write_text("{")
    assert main(["notify"]) == 0
    out = capsys.readouterr().out
    assert "SAC Desk: week of 2026-11-23 (" in out
    assert "  Slack: waits, tried again " in out
    assert "torn.json in the outbox cannot be read" in out
    assert main(["notify", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["receivers"], listed["damaged"]) == (["Slack"], ["torn.json"])
    assert listed["outbox"][0]["receivers"]["Slack"]["state"] == "queued"


def test_what_cannot_be_meant_is_one_line(monkeypatch, capsys):
    monkeypatch.setenv("SAC_DESK_SMTP_PORT", "x")
    monkeypatch.setenv("SAC_DESK_SMTP_HOST", "mail.example.com")
    assert main(["notify"]) == 1
    assert "SAC_DESK_SMTP_PORT must be" in capsys.readouterr().err
