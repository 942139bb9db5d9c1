import http.client
import json
import os
import subprocess
import sys
import tomllib

import pytest

from tests.support.serving import ROOT, free_port, served

pytestmark = pytest.mark.slow


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
    """The port of a dashboard that was started in some folder."""
    with served(tmp_path_factory.mktemp("elsewhere")) as running:
        yield running.port


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


@pytest.mark.parametrize("secrets", ["", '[Auth]\nclient_id = "desk"\n'])
def test_it_does_not_start_where_strangers_could_reach_it_without_a_login(tmp_path, secrets):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(secrets)
    ended = subprocess.run(
        [sys.executable, "-m", "app.cli", "--server.port", str(free_port()), "--server.address", "0.0.0.0"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SAC_DESK_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "error: Other machines could reach this desk" in ended.stderr
    assert "Traceback" not in ended.stderr


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
