"""What pages of other origins reach of the desk: nothing, and least of all the pages' own websocket."""

import asyncio
import subprocess
import sys

import pytest
from streamlit import net_util
from streamlit.web.server.starlette import starlette_websocket

from app.access import login
from app.api.guard import Guard
from tests.support import api_client
from tests.support.api_client import VIEWER_TOKEN, bearer, problem
from tests.support.serving import ROOT


async def _nothing(*_):
    raise AssertionError("nobody is asked")


OURS = "localhost:8501"
FOREIGN = [
    None,
    "null",
    "",
    "http://evil.test",
    "http://localhost",
    "http://localhost:3000",
    "http://127.0.0.1:8501",
    "http://0.0.0.0:8501",
    "http://192.0.2.7:8501",
    "http://LOCALHOST:8501",
    "http://localhost:8501.evil.test",
    "http://localhost:8501@evil.test",
    "http://user@localhost:8501",
    "ws://localhost:8501",
    "chrome-extension://localhost:8501",
    "localhost:8501",
    "http://[",
]


def knocked(*origins, scheme="ws", host=OURS, **scope):
    """What a websocket with these headers `Origin` reaches, and what it is answered."""
    reached, sent = [], []

    async def app(scope, receive, send):
        reached.append(scope["type"])

    async def send(message):
        sent.append(message)

    headers = [(b"host", host.encode()), *((b"origin", origin.encode()) for origin in origins)]
    asked = {"type": "websocket", "path": "/_stcore/stream", "scheme": scheme, "headers": headers}
    guard = Guard(app, ["localhost", "127.0.0.1"], ["jobs"], api_client.OPEN)
    asyncio.run(guard({"server": ("127.0.0.1", 8501), **asked, **scope}, _nothing, send))
    return reached, sent


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_websocket_of_another_origin_is_closed_before_the_pages_see_it(origin):
    assert knocked(*[origin] if origin is not None else []) == (
        [],
        [{"type": "websocket.close", "code": 1008}],
    )


def test_a_websocket_of_our_own_pages_is_let_through():
    assert knocked(f"http://{OURS}")[0] == ["websocket"]
    assert knocked(f"https://{OURS}", scheme="wss")[0] == ["websocket"]
    assert knocked(f"https://{OURS}")[0] == ["websocket"]  # behind a proxy that does not say so


def test_a_page_without_tls_opens_no_socket_of_a_desk_that_has_it():
    assert knocked(f"http://{OURS}", scheme="wss")[0] == []


def test_a_websocket_with_two_origins_or_a_foreign_host_is_closed():
    assert knocked(f"http://{OURS}", "http://evil.test")[0] == []
    assert knocked("http://evil.test", host="evil.test")[0] == []


def test_a_server_that_can_say_why_it_closes_a_websocket_does():
    _, sent = knocked("http://evil.test", extensions={"websocket.http.response": {}})
    assert [message["type"] for message in sent] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]
    assert sent[0]["status"] == 403
    assert b"another origin" in sent[1]["body"]


@pytest.mark.parametrize("origin", [*FOREIGN, f"http://{OURS}"])
def test_what_is_let_through_never_has_streamlit_look_up_the_machine_s_address(origin, monkeypatch):
    for name in ("get_external_ip", "get_internal_ip"):
        monkeypatch.setattr(net_util, name, lambda: pytest.fail("the machine's address is looked up"))
    if knocked(*[origin] if origin is not None else [])[0]:
        assert starlette_websocket._is_origin_allowed(origin, OURS)


def test_the_start_does_not_look_it_up_either_wherever_the_desk_is_bound_to():
    script = """
from streamlit import config, net_util
from streamlit.web import bootstrap
def forbidden(): raise SystemExit("the machine's address is looked up")
net_util.get_external_ip = net_util.get_internal_ip = forbidden
config.get_config_options(force_reparse=True, options_from_flags={"server.address": "0.0.0.0"})
bootstrap._print_url(is_running_hello=False)
"""
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")
    assert "http://localhost:8501" in said.stdout


def test_what_is_no_request_passes():
    assert knocked(type="lifespan")[0] == ["lifespan"]


@pytest.mark.parametrize("origin", ["http://evil.test", "null", "http://localhost:3000"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE", "OPTIONS"])
def test_pages_of_other_origins_reach_no_route_of_the_pages(origin, method):
    answer = api_client.client().request(method, "/_stcore/upload_file/a/b", headers={"Origin": origin})
    assert answer.status_code == 403
    assert "another origin" in answer.text


@pytest.mark.parametrize("door", [("192.0.2.7", 8501), ("/run/desk.sock", None), None])
def test_a_door_that_other_machines_reach_is_closed_without_a_login_whatever_serves_it(door, monkeypatch):
    assert knocked(f"http://{OURS}", server=door)[0] == []
    monkeypatch.setattr(login, "secrets", lambda: {"auth": {"client_id": "desk"}})
    assert knocked(f"http://{OURS}", server=door)[0] == ["websocket"]


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "/desk/_stcore/metrics"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_the_counters_of_the_pages_need_the_token_where_one_is_set(path, method):
    guarded = api_client.client(api_client.GUARDED)
    assert guarded.request(method, path).status_code == 401
    assert guarded.request(method, path, headers=bearer(VIEWER_TOKEN)).status_code == 200
    assert api_client.client().request(method, path).status_code == 200
    problem(api_client.client(address="192.0.2.7").get(path), 401, "unauthenticated")
