import http.client
import json
import os
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def ask(port, path, host=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": host or f"localhost:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The dashboard, started as a user does from some folder; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("elsewhere")
    environment = {**os.environ, "SAC_DESK_DATA": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "--server.port", str(port)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                ask(port, "/health")
                break
            except OSError:
                assert server.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=10)


def test_health_and_pages_share_a_port(desk):
    status, body = ask(desk, "/health")
    assert status == 200
    assert json.loads(body)["status"] == "ok"
    assert json.loads(body)["version"]

    status, body = ask(desk, "/")
    assert status == 200
    assert "<title>Streamlit</title>" in body

    status, body = ask(desk, "/openapi.json")
    assert "/health" in json.loads(body)["paths"]


def test_a_foreign_host_is_refused(desk):
    for path in ("/health", "/", "/_stcore/health"):
        assert ask(desk, path, host="desk.example.com")[0] == 400


def test_it_listens_on_this_machine_only():
    server = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["server"]
    assert server["address"] == "127.0.0.1"
    assert set(server["allowedHosts"]) == {"localhost", "127.0.0.1"}


def test_colour_scales_have_the_ten_steps_that_streamlit_needs():
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
    assert config["browser"]["gatherUsageStats"] is False
    theme = config["theme"]
    for scale in (
        theme["chartDivergingColors"],
        theme["light"]["chartSequentialColors"],
        theme["dark"]["chartSequentialColors"],
    ):
        assert len(set(scale)) == 10
    assert len(theme["light"]["chartCategoricalColors"]) == len(theme["dark"]["chartCategoricalColors"])
