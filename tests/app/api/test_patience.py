"""Half requests: they are closed, and do not keep others from being answered."""

import asyncio
import resource
import socket
from contextlib import ExitStack, asynccontextmanager

import httpx
import pytest
import uvicorn
from uvicorn.server import ServerState

from app.api import patience
from app.api.patience import ImpatientProtocol, most_asking
from tests.support.serving import ROOT, served

pytestmark = pytest.mark.slow

HEAD = b"GET /x HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /inference/sac_lstm HTTP/1.1\r\nHost: localhost\r\n"
HALVES = {
    "nothing": b"",
    "a word": b"GET /x HT",
    "no end of the head": HEAD,
    "no end of the body": POST + b"Content-Length: 100\r\n\r\nhalf",
    "no end of the chunks": POST + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf",
    "a second one": HEAD + b"\r\n" + HEAD,
}


async def counting(scope, receive, send):
    """An application that answers with the size of what it was sent."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    length = [(b"content-length", b"%d" % len(str(size)))]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    await send({"type": "http.response.body", "body": str(size).encode()})


@asynccontextmanager
async def server():
    """Opens connections to a server with that patience."""
    config, loop = uvicorn.Config(counting, log_level="error"), asyncio.get_running_loop()
    config.load()

    def protocol():
        return ImpatientProtocol(config=config, server_state=ServerState(), app_state={}, _loop=loop)

    running, opened = await loop.create_server(protocol, "127.0.0.1", 0), []

    async def connection(content):
        reader, writer = await asyncio.open_connection(*running.sockets[0].getsockname())
        opened.append(writer)
        writer.write(content)
        await writer.drain()
        return reader, writer

    try:
        yield connection
    finally:
        for writer in opened:
            writer.close()
        running.close()


def run(scenario, seconds=10):
    """Let a scenario end in time: a connection that stays open would have it wait for ever."""

    async def timed():
        async with asyncio.timeout(seconds), server() as connection:
            await scenario(connection)

    asyncio.run(timed())


@pytest.mark.parametrize("half", HALVES)
def test_half_a_request_is_closed(half, monkeypatch):
    monkeypatch.setattr(patience, "SECONDS", 0.3)

    async def scenario(connection):
        reader, _ = await connection(HALVES[half])
        assert (await reader.read()).count(b"200 OK") == (half == "a second one")

    run(scenario)


@pytest.mark.parametrize("half", ["a word", "no end of the head", "no end of the body"])
def test_a_byte_now_and_then_is_not_enough(half, monkeypatch):
    monkeypatch.setattr(patience, "SECONDS", 0.5)

    async def scenario(connection):
        reader, writer = await connection(HALVES[half])
        closed = asyncio.ensure_future(reader.read())
        for _ in range(20):
            writer.write(b"x")
            await asyncio.sleep(0.1)
        assert closed.done()
        closed.exception()  # bytes that came after the end

    run(scenario)


def test_a_body_that_keeps_coming_may_take_longer(monkeypatch):
    monkeypatch.setattr(patience, "SECONDS", 0.3)
    monkeypatch.setattr(patience, "BYTES_PER_SECOND", 1_000)

    async def scenario(connection):
        reader, writer = await connection(POST + b"Content-Length: 5000\r\n\r\n")
        for _ in range(10):
            writer.write(bytes(500))
            await asyncio.sleep(0.1)
        assert (await reader.readuntil(b"5000")).startswith(b"HTTP/1.1 200 OK")

    run(scenario)


def test_who_asks_in_time_may_ask_again_on_the_same_connection(monkeypatch):
    monkeypatch.setattr(patience, "SECONDS", 0.3)

    async def scenario(connection):
        reader, writer = await connection(b"")
        for _ in range(4):
            writer.write(HEAD + b"\r\n")
            assert await reader.readuntil(b"\r\n\r\n0")
            await asyncio.sleep(0.15)

    run(scenario)


def test_among_too_many_the_one_that_has_asked_for_longest_is_closed(monkeypatch):
    monkeypatch.setattr(patience, "most_asking", lambda: 3)

    async def scenario(connection):
        (first, _), (second, writer), *_ = [await connection(HEAD) for _ in range(4)]
        assert await first.read() == b""
        writer.write(b"\r\n")
        assert await second.readuntil(b"\r\n\r\n0")

    run(scenario, patience.SECONDS / 2)


@pytest.mark.parametrize(
    ("files", "most"), [(256, 64), (1024, 256), (20_000, 256), (resource.RLIM_INFINITY, 256)]
)
def test_most_files_are_left_for_those_who_have_asked(files, most):
    assert most_asking(lambda _: (files, files)) == most


@pytest.mark.parametrize("half", ["nothing", "no end of the head", "no end of the body"])
def test_four_hundred_halves_do_not_stop_a_desk_that_may_open_three_hundred_files(half, tmp_path):
    limit = "import resource as r\nr.setrlimit(r.RLIMIT_NOFILE, (300, r.getrlimit(r.RLIMIT_NOFILE)[1]))\n"
    (tmp_path / "sitecustomize.py").write_text(limit)
    with served(tmp_path, PYTHONPATH=f"{tmp_path}:{ROOT}") as desk, ExitStack() as stack:
        for _ in range(400):
            asking = stack.enter_context(socket.create_connection(("127.0.0.1", desk.port), timeout=10))
            asking.sendall(HALVES[half])
        assert httpx.get(f"{desk.url}/health", timeout=8).status_code == 200
