"""Who reaches the HTTP interface: tokens, hosts, origins, limits, and what the log says."""

import logging

import pytest
import streamlit as st
from starlette.testclient import TestClient

from app.access import exposure, login, visitors
from app.access.roles import LOCAL, Forbidden
from app.api import dependencies
from app.settings import Network, Settings, network
from sac.errors import SettingsError
from tests.support import api_client
from tests.support.api_client import TOKEN, bearer, problem


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    return Settings(tmp_path)


@pytest.fixture(autouse=True)
def empty_desk(jobs, monkeypatch):
    monkeypatch.setattr(dependencies, "queue", lambda: jobs)


@pytest.fixture
def with_login(monkeypatch):
    monkeypatch.setattr(login, "secrets", lambda: {"auth": {"client_id": "desk"}})


def test_without_a_token_only_this_machine_gets_in():
    assert api_client.client().get("/jobs").status_code == 200
    assert api_client.client(address="::1").get("/jobs").status_code == 200
    for address in ("192.168.1.9", "203.0.113.5", "testclient"):
        answer = api_client.client(address=address).get("/jobs")
        assert "SAC_DESK_API_TOKEN" in problem(answer, 401, "unauthenticated")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"])
def test_a_proxy_on_this_machine_does_not_make_its_clients_local(header):
    problem(api_client.client().get("/jobs", headers={header: "127.0.0.1"}), 401, "unauthenticated")


def test_with_a_login_programs_need_a_token_on_this_machine_too(with_login):
    problem(api_client.client().get("/jobs"), 401, "unauthenticated")
    guarded = api_client.client(api_client.GUARDED)
    assert guarded.get("/jobs", headers=bearer(TOKEN)).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        TOKEN,
        f"Basic {TOKEN}",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        "Bearer é",
    ],
)
def test_a_missing_or_wrong_token_is_refused(header):
    guarded = api_client.client(api_client.GUARDED)
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    for answer in (
        guarded.get("/jobs", headers=headers),
        guarded.post("/train/sac_lstm/full", headers=headers),
    ):
        problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_opens_the_door_from_anywhere():
    guarded = api_client.client(api_client.GUARDED, address="203.0.113.5")
    assert guarded.get("/jobs", headers=bearer(TOKEN)).status_code == 200
    assert guarded.get("/jobs", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200


def test_health_and_documentation_need_no_token_and_say_where_one_is_needed():
    guarded = api_client.client(api_client.GUARDED, address="203.0.113.5")
    for path in ("/health", "/docs", "/openapi.json"):
        assert guarded.get(path).status_code == 200
    paths = guarded.get("/openapi.json").json()["paths"]
    assert "security" not in paths["/health"]["get"]
    assert paths["/jobs"]["get"]["security"] == [{"HTTPBearer": []}]
    assert "security" not in api_client.client().get("/openapi.json").json()["paths"]["/jobs"]["get"]


@pytest.mark.parametrize(
    "host", ["desk.example.com", "localhost.evil.test", "localhost@evil.test", "evil.test:8501"]
)
def test_a_name_that_was_pointed_here_is_refused_for_interface_and_pages(host):
    desk = api_client.client()
    problem(desk.get("/jobs", headers={"Host": host}), 400, "foreign_host")
    problem(desk.get("/health", headers={"Host": host}), 400, "foreign_host")
    page = desk.get("/", headers={"Host": host})
    assert (page.status_code, page.text) == (400, "Invalid host header")


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.test",
        "null",
        "http://localhost",
        "http://localhost:3000",
        "http://localhost:8501.evil.test",
        "http://[",
    ],
)
def test_pages_of_other_sites_are_refused(origin, jobs):
    answer = api_client.client().post("/train/sac_lstm/full", headers={"Origin": origin})
    problem(answer, 403, "foreign_origin")
    assert not jobs.list()


def test_our_own_pages_may_call():
    assert api_client.client().get("/jobs", headers={"Origin": "http://localhost:8501"}).status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_ten_megabytes_are_too_many(chunked):
    block = b" " * 100_000
    content = (block for _ in range(100)) if chunked else block * 100
    answer = api_client.client().post(
        "/inference/sac_lstm", content=content, headers={"Content-Type": "application/json"}
    )
    problem(answer, 413, "too_large")


def test_a_client_that_asks_too_often_is_asked_to_wait():
    desk = api_client.client(Network(None, None, 3, trusted=False))
    assert [desk.get("/health").status_code for _ in range(3)] == [200] * 3
    answer = desk.get("/jobs")
    problem(answer, 429, "too_many_requests")
    assert answer.headers["retry-after"] == "60"
    assert desk.get("/").text == "a page"


def test_every_request_has_an_id_and_a_line_in_the_log(caplog):
    caplog.set_level(logging.INFO, "app.api.request_log")
    desk = api_client.client()
    assert desk.get("/jobs", headers={"X-Request-ID": "week-51.a"}).headers["x-request-id"] == "week-51.a"
    assert caplog.messages[-1].startswith("GET /jobs 200 ")
    assert caplog.messages[-1].endswith("api at 127.0.0.1, request week-51.a")
    forged = desk.get("/jobs/x%0aPOST", headers={"X-Request-ID": "a b\tc"})
    assert forged.headers["x-request-id"] not in ("", "a b\tc")
    assert "/jobs/x%0APOST 404" in caplog.messages[-1]
    refused = desk.get("/jobs", headers={"Host": "evil.test"})
    assert f"nobody at 127.0.0.1, request {refused.headers['x-request-id']}" in caplog.messages[-1]


def test_a_fault_of_ours_is_an_answer_without_its_details(monkeypatch, caplog):
    def broken():
        raise RuntimeError("secret detail")

    monkeypatch.setattr(dependencies, "queue", broken)
    answer = api_client.client().get("/jobs")
    assert "secret" not in problem(answer, 500, "internal")
    assert answer.headers["x-request-id"] in caplog.text
    assert "secret detail" in caplog.text


@pytest.mark.parametrize("token", ["", "short", "has a space in the middle", "ünïcödé-0123456789"])
def test_a_token_that_cannot_be_meant_is_refused_at_the_start(monkeypatch, token):
    monkeypatch.setenv("SAC_DESK_API_TOKEN", token)
    with pytest.raises(SettingsError, match="openssl rand"):
        network()


@pytest.mark.parametrize("rate", ["0", "-1", "many", "1e3", "²"])
def test_a_rate_that_cannot_be_meant_is_refused_at_the_start(monkeypatch, rate):
    monkeypatch.setenv("SAC_DESK_API_REQUESTS_PER_MINUTE", rate)
    with pytest.raises(SettingsError, match="REQUESTS_PER_MINUTE"):
        network()


EXPOSED = [
    {"server.address": "0.0.0.0", "server.allowedHosts": ["localhost"]},
    {"server.address": None, "server.allowedHosts": []},
    {"server.address": "127.0.0.1", "server.allowedHosts": ["localhost", "desk.example.com"]},
]


@pytest.mark.parametrize("options", EXPOSED)
def test_other_machines_reach_no_desk_without_a_login(monkeypatch, options):
    monkeypatch.setattr(st, "get_option", options.get)
    for secrets in ({}, {"Auth": {"client_id": "desk"}}, {"oauth": {}}):
        monkeypatch.setattr(login, "secrets", lambda secrets=secrets: secrets)
        with pytest.raises(Forbidden, match=r"no section \[auth\]"):
            exposure.check_exposure()
        with pytest.raises(Forbidden, match=r"no section \[auth\]"):
            visitors.visitor()
    monkeypatch.setenv("SAC_DESK_TRUST_NETWORK", "yes")
    assert visitors.visitor() == LOCAL
    monkeypatch.delenv("SAC_DESK_TRUST_NETWORK")
    monkeypatch.setattr(login, "secrets", lambda: {"auth": {"client_id": "desk"}})
    exposure.check_exposure()


@pytest.mark.parametrize("host", ["LOCALHOST:8501", "LocalHost", "localhost.:8501", "127.0.0.1:80"])
def test_a_host_is_known_in_capitals_and_with_a_closing_dot(host):
    desk = api_client.client()
    assert desk.get("/jobs", headers={"Host": host}).status_code == 200
    assert desk.get("/", headers={"Host": host}).text == "a page"
    origin = {"Host": host, "Origin": f"HTTP://{host}"}
    assert desk.get("/jobs", headers=origin).status_code == 200


def test_allowed_hosts_may_be_written_in_capitals_and_as_patterns():
    desk = TestClient(api_client.application(hosts=("Desk.Example.COM", "*.lan")), base_url="http://desk.lan")
    for host, status in (("desk.example.com", 200), ("a.b.lan", 200), ("example.com", 400), ("lan", 400)):
        assert desk.get("/health", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("host", ["", "localhost:", "localhost:123456", "localhost:80:80", "local host"])
def test_what_is_no_host_is_refused(host):
    problem(api_client.client().get("/health", headers={"Host": host}), 400, "foreign_host")


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("size", "status"), [(1_000_000, 422), (1_000_001, 413)])
def test_a_body_of_exactly_the_limit_is_read(size, status, chunked):
    body = b'{"nothing": "' + b"x" * (size - 15) + b'"}'
    assert len(body) == size
    content = iter([body[:70_000], body[70_000:]]) if chunked else body
    answer = api_client.client().post(
        "/inference/sac_lstm", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == status


def test_a_body_that_is_announced_as_too_large_is_not_waited_for():
    desk = api_client.client()
    assert desk.get("/health", headers={"Content-Length": "1000000"}).status_code == 200
    answer = desk.get("/health", headers={"Content-Length": "1000001"})
    problem(answer, 413, "too_large")
    assert answer.headers["connection"] == "close"


def test_this_machine_by_another_name_needs_a_token():
    local = TestClient(
        api_client.application(hosts=("localhost", "desk.lan")),
        base_url="http://desk.lan",
        client=("127.0.0.1", 50_000),
    )
    problem(local.get("/jobs"), 401, "unauthenticated")
    assert local.get("/jobs", headers={"Host": "localhost"}).status_code == 200


def test_a_clock_that_is_set_back_turns_nobody_away(monkeypatch):
    now = [1_000_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    desk = api_client.client(Network(None, None, 2, trusted=False))
    assert [desk.get("/health").status_code for _ in range(3)] == [200, 200, 429]
    now[0] -= 3_600
    assert [desk.get("/health").status_code for _ in range(3)] == [200, 200, 429]
    now[0] += 61
    assert desk.get("/health").status_code == 200
