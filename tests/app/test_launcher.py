import http.client
import json
import os
import shutil
import subprocess
import sys
import time
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


def started(folder, *command, **environment):
    """A start that must fail, in one line."""
    ended = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SAC_DESK_DATA": str(folder / "data"), **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return next(line for line in ended.stderr.splitlines() if line.startswith("error: "))


@pytest.mark.parametrize("secrets", ["", '[Auth]\nclient_id = "desk"\n'])
def test_it_does_not_start_where_strangers_could_reach_it_without_a_login(tmp_path, secrets):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(secrets)
    options = ("--server.port", str(free_port()), "--server.address", "0.0.0.0")
    assert "Other machines could reach this desk" in started(tmp_path, "app.cli", *options)


@pytest.mark.parametrize(
    "options", [("--host", "0.0.0.0"), ("--host", "::"), ("--uds", "desk.sock"), ("--fd", "0")]
)
def test_nor_does_another_command_open_it_to_them(tmp_path, options):
    (tmp_path / ".streamlit").mkdir()
    shutil.copy(ROOT / ".streamlit" / "config.toml", tmp_path / ".streamlit")
    command = ("uvicorn", "streamlit_app:streamlit_app", "--port", str(free_port()), *options)
    assert "Other machines could reach this desk" in started(tmp_path, *command)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SAC_DESK_PROMOTION", "x"),
        ("SAC_DESK_CORES", "0"),
        ("SAC_DESK_RAY", "127.0.0.1"),
        ("SAC_DESK_TRUST_NETWORK", "true"),
        ("SAC_DESK_API_TOKEN", "short"),
        ("FORWARDED_ALLOW_IPS", "*"),
        ("FORWARDED_ALLOW_IPS", "127.0.0.1,proxy"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_at_the_start(tmp_path, variable, value):
    said = started(tmp_path, "app.cli", "--server.port", str(free_port()), **{variable: value})
    assert variable in said


def test_rules_that_cannot_be_meant_are_refused_at_the_start(tmp_path):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text('[access]\napprovers = "ada@desk.test"\n')
    assert "must be a list" in started(tmp_path, "app.cli", "--server.port", str(free_port()))


@pytest.mark.parametrize(
    ("proxies", "address"), [("", "127.0.0.1"), ("192.0.2.0/24", "127.0.0.1"), ("127.0.0.0/8", "203.0.113.9")]
)
def test_only_proxies_that_were_named_are_believed_for_whom_they_ask(tmp_path, proxies, address):
    with served(tmp_path, FORWARDED_ALLOW_IPS=proxies) as desk:
        connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=5)
        headers = {"X-Forwarded-For": "127.0.0.1, 203.0.113.9", "X-Request-ID": "asked-for-another"}
        connection.request("GET", "/health", headers=headers)
        assert connection.getresponse().read()
        connection.close()
        deadline = time.monotonic() + 20  # the line follows the answer
        while "asked-for-another" not in desk.log.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert f"nobody at {address}, request asked-for-another" in desk.log.read_text()


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
