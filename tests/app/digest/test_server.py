"""A running server sends what others left in the outbox."""

import time

import pytest

from app.digest import enqueue
from app.digest.outbox import parcels
from app.settings import Settings
from tests.support.digests import DIGEST
from tests.support.loopback_receivers import Post, WebhookServer, mail_server
from tests.support.serving import served

pytestmark = pytest.mark.slow


def test_a_server_sends_by_tls_what_a_process_without_receivers_wrote(tmp_path, authority):
    root, post = Settings(tmp_path / "data"), Post()
    enqueue(root, DIGEST)
    with (
        mail_server(post, starttls=authority.context()) as port,
        WebhookServer(tls=authority.context()) as hook,
        served(
            tmp_path,
            SSL_CERT_FILE=str(authority.path),
            SAC_DESK_SMTP_HOST="127.0.0.1",
            SAC_DESK_SMTP_PORT=str(port),
            SAC_DESK_SMTP_FROM="desk@example.com",
            SAC_DESK_SMTP_TO="ann@example.com",
            SAC_DESK_WEBHOOK_SLACK=f"{hook.url}/xyzSecretxyz",
        ) as desk,
    ):
        deadline = time.monotonic() + 60
        while list(root.outbox.glob("*.json")):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        log = desk.log.read_text()
    assert {row.state for row in parcels(root)[0][0].deliveries.values()} == {"sent"}
    assert (len(post.mails), len(hook.posts)) == (1, 1)
    assert "xyzSecretxyz" not in log


def test_a_server_does_not_start_with_receivers_that_cannot_be_meant(tmp_path):
    with (
        pytest.raises(AssertionError),
        served(tmp_path, SAC_DESK_WEBHOOK_SLACK="http://example.com/xyzSecretxyz"),
    ):
        pass
    log = (tmp_path / "server.log").read_text()
    assert "error: SAC_DESK_WEBHOOK_SLACK must be an address that begins with https://" in log
    assert "xyzSecretxyz" not in log
