"""What every answer of the HTTP interface carries, and what the log says of it."""

import asyncio
import logging
import time
from types import SimpleNamespace

import pytest

from app.api import dependencies
from app.api.request_log import RequestLog
from tests.support import api_client


@pytest.fixture(autouse=True)
def empty_desk(jobs, monkeypatch):
    monkeypatch.setattr(dependencies, "queue", lambda: jobs)


def test_answers_are_not_kept_or_guessed_at_and_ids_have_a_length():
    desk = api_client.client()
    for path in ("/jobs", "/jobs/none"):
        answer = desk.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert len(answer.headers["x-request-id"]) == 16
    assert desk.get("/jobs").headers["x-request-id"] != answer.headers["x-request-id"]
    for length, kept in ((1, True), (64, True), (65, False)):
        given = "a" * length
        assert (desk.get("/jobs", headers={"X-Request-ID": given}).headers["x-request-id"] == given) is kept
    assert "x-request-id" not in desk.get("/").headers


def test_a_long_path_is_cut_in_the_log_and_the_time_is_in_milliseconds(caplog, monkeypatch):
    caplog.set_level(logging.INFO, "app.api.request_log")
    clock = iter([10.0, 12.5])
    told = SimpleNamespace(time=time.time, perf_counter=lambda: next(clock))
    monkeypatch.setattr("app.api.request_log.time", told)
    api_client.client().get("/jobs/" + "x" * 300)
    assert f"GET /jobs/{'x' * 194} 404 2500 ms, " in caplog.messages[-1]


async def _nothing(*_):
    raise AssertionError("nobody is asked")


def test_a_request_that_the_end_of_the_server_cuts_off_is_answered(caplog):
    caplog.set_level(logging.INFO, "app.api.request_log")
    sent = []

    async def app(scope, receive, send):
        raise asyncio.CancelledError

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/jobs", "headers": [], "client": None}
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(RequestLog(app, ["jobs"])(scope, _nothing, send))
    assert sent[0]["status"] == 503
    assert "nobody at unknown" in caplog.messages[-1]


def test_an_answer_that_breaks_off_stays_broken(caplog):
    caplog.set_level(logging.INFO, "app.api.request_log")
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("half-way")

    async def send(message):
        sent.append(message["type"])

    scope = {"type": "http", "method": "GET", "path": "/jobs", "headers": [], "client": ("::1", 5)}
    with pytest.raises(RuntimeError, match="half-way"):
        asyncio.run(RequestLog(app, ["jobs"])(scope, _nothing, send))
    assert sent == ["http.response.start"]
    assert "GET /jobs 200 " in caplog.messages[-1]
