"""Files that browsers send to the pages: which are taken, how many, and how long they are kept.

Streamlit alone takes files of one size from every session, as many as it is sent, and keeps them until it
forgets the session, minutes after its browser has gone.
"""

import re
from collections.abc import Callable
from typing import cast

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from app.access import uploads

__all__ = ["Uploads"]

ROUTE = re.compile(r".*/_stcore/upload_file/(?P<session>[^/]+)/[^/]+", re.DOTALL)
FRAMING = 16_384  # bytes of a body around its file: name, type, boundaries
SPARE = 7  # files of a session beside those of a field: they are replaced before the page is drawn again
FILES = 1_300  # two largest universes, a file a stock
BYTES_PER_SESSION, BYTES = 204_000_000, 320_000_000  # the largest file there is, and the one that replaces it


class Uploads:
    """Middleware that takes a file from a session whose page has a field for it, within these bounds."""

    def __init__(self, app: ASGIApp, desk: Callable[[], runtime.Runtime] = runtime.get_instance) -> None:
        self._app, self._desk = app, desk
        self._coming: dict[object, tuple[str, int]] = {}  # session and size of what is under way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "PUT" and (found := ROUTE.fullmatch(scope["path"])):
            await self._take(found["session"], scope, receive, send)
        elif scope["type"] == "websocket":
            try:
                await self._app(scope, receive, send)
            finally:
                self._free()
        else:
            await self._app(scope, receive, send)

    async def _take(self, session: str, scope: Scope, receive: Receive, send: Send) -> None:
        offer = uploads.offered(session)
        size = _size(scope, offer.largest)
        if refusal := self._refusal(session, offer, size):
            await refusal(scope, receive, send)
            return
        ticket = object()
        self._coming[ticket] = session, size
        try:
            await RequestBodyLimitMiddleware(self._app, offer.largest + FRAMING)(scope, receive, send)
        finally:
            del self._coming[ticket]
            self._free()  # the session may have ended meanwhile

    def _refusal(self, session: str, offer: uploads.Offer, size: int) -> Response | None:
        if not offer.most:
            return PlainTextResponse(
                "This page has no field for a file: reload it, and log in where it asks.", 403
            )
        sizes = [*self._kept(), *self._coming.values(), (session, size)]
        own = [size for owner, size in sizes if owner == session]
        if len(own) > offer.most + SPARE or sum(own) > BYTES_PER_SESSION:
            return PlainTextResponse("This page holds as many files as it may: reload it.", 429)
        if len(sizes) > FILES or sum(size for _, size in sizes) > BYTES:
            return PlainTextResponse("The desk holds as many files as it may: try again later.", 503)
        return None

    def _kept(self) -> list[tuple[str, int]]:
        """Session and size of every file that is there; pages remove theirs meanwhile."""
        sessions = list(self._files().file_storage.items())
        return [(session, len(file.data)) for session, files in sessions for file in list(files.values())]

    def _files(self) -> MemoryUploadedFileManager:
        return cast(MemoryUploadedFileManager, self._desk().uploaded_file_mgr)

    def _free(self) -> None:
        """Drop what sessions without a browser have left."""
        desk = self._desk()
        for session in list(self._files().file_storage):
            if not desk.is_active_session(session):
                self._files().remove_session_files(session)
        uploads.keep_only(desk.is_active_session)


def _size(scope: Scope, largest: int) -> int:
    """Bytes that a request will bring: what it says, to which the server holds it, or the most it may.

    A browser sends a field's hundreds of files six at a time: each counted as the largest would be too much.
    """
    said = dict(scope["headers"]).get(b"content-length", b"")
    return min(int(said), largest) if said.isdigit() else largest
