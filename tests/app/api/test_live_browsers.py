"""A running desk and its browsers: whose socket is opened, and whose file is taken."""

import socket
import time

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.support.page_session import AUTH, opened, page_session
from tests.support.serving import ROOT, free_port, served

pytestmark = pytest.mark.slow

# Whatever would leave this machine is noted, and fails.
WATCH = """
import os, sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        host = arguments[1][0] if event == "socket.connect" else arguments[0]
        if isinstance(arguments[1], tuple) or event == "socket.getaddrinfo":
            if host not in (None, "localhost", "127.0.0.1", "::1", ""):
                with open(os.environ["LOOKED_UP"], "a") as file:
                    file.write(f"{event} {host}\\n")
                raise OSError("this machine may ask nobody")
sys.addaudithook(watch)
"""


def own_address():
    """An address of this machine beside the loopback ones; a documented one where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
            return probe.getsockname()[0]
        except OSError:
            return "192.0.2.7"


def with_login(folder, port):
    (folder / ".streamlit").mkdir()
    access = '[access]\napprovers = ["ada@desk.test"]\n'
    (folder / ".streamlit" / "secrets.toml").write_text(AUTH.replace("PORT", str(port)) + access)


@pytest.fixture(scope="module", params=["open", "login"])
def desk(tmp_path_factory, request):
    """A desk that notes what it asks of the network, without and with a login."""
    folder, port = tmp_path_factory.mktemp(request.param), free_port()
    if request.param == "login":
        with_login(folder, port)
    (folder / "sitecustomize.py").write_text(WATCH)
    with served(folder, port, PYTHONPATH=f"{folder}:{ROOT}", LOOKED_UP=str(folder / "looked_up")) as running:
        yield running


@pytest.fixture
def private_desk(tmp_path):
    port = free_port()
    with_login(tmp_path, port)
    with served(tmp_path, port) as running:
        yield running


def origins(port):
    return [
        *(
            None,
            "null",
            "http://evil.test",
            f"http://evil.test:{port}",
            "http://localhost",
            "https://localhost",
        ),
        *(f"http://{host}:{port + 1}" for host in ("localhost", "127.0.0.1", "0.0.0.0")),
        *(f"http://{host}:{port}" for host in ("127.0.0.1", "0.0.0.0", "LOCALHOST", own_address(), "[::1]")),
    ]


def test_only_the_desk_s_own_pages_open_its_socket_and_nobody_has_it_look_anything_up(desk):
    for origin in origins(desk.port):
        with pytest.raises(InvalidStatus) as refused:
            opened(desk, origin).close()
        assert refused.value.response.status_code == 403, origin
        assert refused.value.response.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    with page_session(desk, "overview") as own:
        assert own.texts
    assert not (desk.log.parent / "looked_up").exists()


@pytest.mark.parametrize(
    "path", ["/", "/_stcore/health", "/_stcore/host-config", "/static/none.js", "/media/none"]
)
def test_pages_and_files_may_not_be_framed_or_guessed_at(desk, path):
    headers = httpx.get(f"{desk.url}{path}").headers
    assert headers["content-security-policy"] == "frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_a_file_is_taken_where_the_page_has_a_field_for_it_and_dropped_with_the_session(tmp_path):
    with served(tmp_path) as desk:
        with page_session(desk, "overview") as session:
            assert session.put("a.csv", b"x").status_code == 403
            session.turn_to("experiments")
            assert session.put("a.toml", b"x" * 65_536).status_code == 204
            assert session.put("b.toml", b"x" * 100_000).status_code == 413
            assert [session.put(f"{i}.toml", b"x").status_code for i in range(9)] == [204] * 7 + [429] * 2
            assert stored(desk) > 65_536
        deadline = time.monotonic() + 20
        while stored(desk):
            assert time.monotonic() < deadline, "files are kept after their browser has gone"
            time.sleep(0.1)


def stored(desk):
    """Bytes of uploaded files that the server holds, as its own counters say."""
    lines = httpx.get(f"{desk.url}/_stcore/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if "UploadedFileManager" in line)


def test_who_is_signed_out_uploads_nothing(private_desk):
    with page_session(private_desk, "experiments") as stranger:
        assert "Log in" in stranger.texts
        assert {stranger.put(f"{i}.toml", b"x").status_code for i in range(3)} == {403}
    with page_session(private_desk, "experiments", email="eve@desk.test") as viewer:
        assert viewer.put("a.toml", b"x").status_code == 204
