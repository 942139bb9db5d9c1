"""What the environment says of receivers: understood, or refused with the variable and without its secret."""

import pytest

from app.digest.mail import Mailbox
from app.digest.receivers import receivers
from app.digest.webhooks import Webhook
from app.settings import NOTIFY_SECRETS, Settings
from sac.errors import SettingsError

MAIL = {
    "SAC_DESK_SMTP_HOST": "mail.example.com",
    "SAC_DESK_SMTP_FROM": "desk@example.com",
    "SAC_DESK_SMTP_TO": "ann@example.com, bob@example.org,ann@example.com",
}
SECRET = "hunter2-hunter2"


def told(monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return receivers()


def test_nobody_is_named():
    assert receivers() == {}


def test_everybody_is_named(monkeypatch):
    hooks = {name: f"https://{kind}.example.com/x" for kind, name in NOTIFY_SECRETS.items() if kind}
    found = told(monkeypatch, **MAIL, **hooks)
    assert list(found) == [
        "e-mail to ann@example.com",
        "e-mail to bob@example.org",
        "Slack",
        "Teams",
        "JSON webhook",
    ]
    assert isinstance(found["Slack"], Webhook)
    mailbox = found["e-mail to ann@example.com"]
    assert isinstance(mailbox, Mailbox)
    assert (mailbox.server.port, mailbox.server.security) == (587, "starttls")


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465)])
def test_a_port_that_is_not_named_is_the_usual_one(monkeypatch, security, port):
    found = told(monkeypatch, **MAIL, SAC_DESK_SMTP_SECURITY=security)
    assert found["e-mail to bob@example.org"].server.port == port


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"SAC_DESK_SMTP_HOST": ""}, "SAC_DESK_SMTP_HOST"),
        ({"SAC_DESK_SMTP_HOST": "mail.example.com/x"}, "SAC_DESK_SMTP_HOST"),
        ({"SAC_DESK_SMTP_SECURITY": "none"}, "SAC_DESK_SMTP_SECURITY"),
        ({"SAC_DESK_SMTP_SECURITY": "ssl"}, "SAC_DESK_SMTP_SECURITY"),
        ({"SAC_DESK_SMTP_PORT": "0"}, "SAC_DESK_SMTP_PORT"),
        ({"SAC_DESK_SMTP_PORT": "65536"}, "SAC_DESK_SMTP_PORT"),
        ({"SAC_DESK_SMTP_PORT": "²"}, "SAC_DESK_SMTP_PORT"),
        ({"SAC_DESK_SMTP_FROM": ""}, "SAC_DESK_SMTP_FROM"),
        ({"SAC_DESK_SMTP_FROM": "desk@example.com\nBcc: x@y"}, "SAC_DESK_SMTP_FROM"),
        ({"SAC_DESK_SMTP_TO": ""}, "SAC_DESK_SMTP_TO"),
        ({"SAC_DESK_SMTP_TO": "ann"}, "SAC_DESK_SMTP_TO"),
        ({"SAC_DESK_SMTP_USER": "desk"}, "SAC_DESK_SMTP_PASSWORD"),
        ({"SAC_DESK_SMTP_PASSWORD": SECRET}, "SAC_DESK_SMTP_USER"),
        ({"SAC_DESK_SMTP_HOST": "", "SAC_DESK_SMTP_PASSWORD": SECRET}, "SAC_DESK_SMTP_HOST"),
        ({"SAC_DESK_WEBHOOK_SLACK": f"http://hooks.example.com/{SECRET}"}, "SAC_DESK_WEBHOOK_SLACK"),
        ({"SAC_DESK_WEBHOOK_TEAMS": f"ftp://hooks.example.com/{SECRET}"}, "SAC_DESK_WEBHOOK_TEAMS"),
        ({"SAC_DESK_WEBHOOK_JSON": f"https://user:{SECRET}@example.com"}, "SAC_DESK_WEBHOOK_JSON"),
        ({"SAC_DESK_WEBHOOK_JSON": f"https://example.com:99999/{SECRET}"}, "SAC_DESK_WEBHOOK_JSON"),
        ({"SAC_DESK_WEBHOOK_JSON": f"https://[::1/{SECRET}"}, "SAC_DESK_WEBHOOK_JSON"),
        ({"SAC_DESK_WEBHOOK_JSON": f"https:///{SECRET}"}, "SAC_DESK_WEBHOOK_JSON"),
        ({"SAC_DESK_WEBHOOK_JSON": f"https://example.com/{SECRET} x"}, "SAC_DESK_WEBHOOK_JSON"),
        ({"SAC_DESK_WEBHOOK_JSON": f"https://example.com/{SECRET}\x00"[:-1] + "é"}, "SAC_DESK_WEBHOOK_JSON"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name_and_without_the_secret(monkeypatch, variables, named):
    with pytest.raises(SettingsError, match=named) as refusal:
        told(monkeypatch, **{**MAIL, **variables})
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machine_may_be_spoken_to_in_the_open(monkeypatch, host):
    found = told(
        monkeypatch,
        **{**MAIL, "SAC_DESK_SMTP_HOST": host.strip("[]")},
        SAC_DESK_SMTP_SECURITY="none",
        SAC_DESK_WEBHOOK_JSON=f"http://{host}:8080/x",
    )
    assert len(found) == 3


def test_only_a_worker_that_sends_is_told_the_secrets(monkeypatch, tmp_path):
    for name in NOTIFY_SECRETS.values():
        monkeypatch.setenv(name, SECRET)
    root = Settings(tmp_path)
    assert SECRET not in root.child_environment().values()
    known = root.child_environment(tuple(NOTIFY_SECRETS.values()))
    assert [known[name] for name in NOTIFY_SECRETS.values()] == [SECRET] * 4
