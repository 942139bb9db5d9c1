"""Which files the pages take, and how long they are kept."""

import asyncio
from typing import Any, cast

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from app.access import uploads as offers
from app.access.uploads import Offer
from app.api import uploads
from app.api.uploads import FRAMING, Uploads
from sac.market import LARGEST_UPLOAD, MOST_SYMBOLS

KB = 1_000


class Desk:
    """The part of Streamlit that keeps files: it takes whatever reaches it."""

    def __init__(self, monkeypatch):
        self.active, self.uploaded_file_mgr = set(), MemoryUploadedFileManager("/_stcore/upload_file")
        self.offered, self.slowly = {}, None
        monkeypatch.setattr(offers, "offered", lambda session: self.offered.get(session, Offer()))
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(Uploads(self._take, cast(Any, lambda: self))),
            base_url="http://localhost",
        )

    def is_active_session(self, session):
        return session in self.active

    def opens(self, session, largest, most=1):
        self.active.add(session)
        self.offered[session] = Offer(largest, most)

    async def _take(self, scope, receive, send):
        if scope["type"] == "websocket":
            return
        data = await Request(scope, receive).body()
        if self.slowly:
            await self.slowly.wait()
        *_, session, name = scope["path"].split("/")
        self.uploaded_file_mgr.add_file(session, UploadedFileRec(name, name, "text/csv", data))
        await Response(status_code=204)(scope, receive, send)

    async def put(self, session, name, size, *, chunked=False, path="/_stcore/upload_file"):
        content = bytes(size)
        answer = await self._http.put(
            f"{path}/{session}/{name}", content=pieces(content) if chunked else content
        )
        return answer.status_code

    def puts(self, *uploads):
        async def all_of_them():
            return [await self.put(*one) for one in uploads]

        return asyncio.run(all_of_them())

    @property
    def kept(self):
        files = self.uploaded_file_mgr.file_storage
        return {session: sorted(names) for session, names in files.items() if names}


async def pieces(content):
    for start in range(0, len(content), 10_000):
        yield content[start : start + 10_000]


@pytest.fixture
def desk(monkeypatch):
    return Desk(monkeypatch)


@pytest.mark.parametrize("path", ["/_stcore/upload_file", "/base/_stcore/upload_file"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_may_be_as_large_as_its_page_takes_it(desk, chunked, path):
    desk.opens("a", 64 * KB)
    for size, status in ((64 * KB + FRAMING, 204), (64 * KB + FRAMING + 1, 413)):
        assert asyncio.run(desk.put("a", str(size), size, chunked=chunked, path=path)) == status
    assert desk.kept == {"a": [str(64 * KB + FRAMING)]}


def test_a_session_without_a_field_for_files_uploads_nothing(desk):
    desk.active.add("signed-out")
    assert desk.puts(("signed-out", "x", 1), ("nobody", "x", 1)) == [403, 403]
    assert desk.kept == {}


def test_a_session_holds_so_many_files_and_bytes_and_no_more(desk, monkeypatch):
    monkeypatch.setattr(uploads, "BYTES_PER_SESSION", 250 * KB)
    desk.opens("few large", 100 * KB)
    assert desk.puts(*[("few large", str(i), 100 * KB) for i in range(4)]) == [204, 204, 429, 429]
    desk.opens("many small", KB)
    assert desk.puts(*[("many small", str(i), 1) for i in range(10)]) == [204] * 8 + [429] * 2
    desk.uploaded_file_mgr.remove_file("many small", "3")
    assert desk.puts(("many small", "new", 1)) == [204]
    desk.opens("a field for many", KB, 200)
    assert desk.puts(*[("a field for many", str(i), 1) for i in range(208)]) == [204] * 207 + [429]


def test_the_server_holds_so_many_files_and_bytes_whoever_sends_them(desk, monkeypatch):
    for session in range(20):
        desk.opens(str(session), 100 * KB)
    monkeypatch.setattr(uploads, "BYTES", 250 * KB)
    assert desk.puts(*[(str(i), "x", 100 * KB) for i in range(4)]) == [204, 204, 503, 503]
    monkeypatch.setattr(uploads, "FILES", 3)
    monkeypatch.setattr(uploads, "BYTES", 10_000 * KB)
    assert desk.puts(*[(str(i), "x", 1) for i in range(4, 6)]) == [204, 503]


@pytest.mark.parametrize(("size", "chunked"), [(100 * KB, False), (1, True)])
def test_what_is_under_way_counts_too_as_the_largest_where_it_does_not_say(desk, monkeypatch, size, chunked):
    monkeypatch.setattr(uploads, "BYTES_PER_SESSION", 250 * KB)
    desk.opens("a", 100 * KB)

    async def at_once():
        desk.slowly = asyncio.Event()
        started = [asyncio.ensure_future(desk.put("a", str(i), size, chunked=chunked)) for i in range(4)]
        await asyncio.sleep(0.05)
        desk.slowly.set()
        return sorted(await asyncio.gather(*started))

    assert asyncio.run(at_once()) == [204, 204, 429, 429]


def test_the_files_of_a_largest_universe_arrive_six_at_a_time(desk):
    desk.opens("a", LARGEST_UPLOAD, MOST_SYMBOLS)

    async def six_at_a_time():
        gate = asyncio.Semaphore(6)

        async def one(number):
            async with gate:
                return await desk.put("a", str(number), 10 * KB)

        return await asyncio.gather(*(one(number) for number in range(MOST_SYMBOLS)))

    desk.slowly = asyncio.Event()
    desk.slowly.set()
    assert asyncio.run(six_at_a_time()) == [204] * MOST_SYMBOLS


def test_files_go_with_their_session_also_one_that_arrives_too_late(desk):
    for session in ("stays", "goes"):
        desk.opens(session, KB)
    assert desk.puts(("stays", "x", 1), ("goes", "x", 1)) == [204, 204]
    desk.active.remove("goes")
    asyncio.run(Uploads(desk._take, cast(Any, lambda: desk))({"type": "websocket"}, None, None))
    assert desk.kept == {"stays": ["x"]}
    desk.puts(("goes", "late", 1))
    assert desk.kept == {"stays": ["x"]}
