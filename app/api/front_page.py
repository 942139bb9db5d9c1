"""The page that every address loads: Streamlit's own, with the few things that it lacks for this desk."""

from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["FrontPage"]

TOLD = Path(__file__).with_suffix(".html").read_bytes()  # each part says why it is there
_END = b"</head>"


class FrontPage:
    """Middleware around the pages that adds to their HTML, and leaves every other answer alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        page = bytearray()

        async def told(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _html(message):
                start = message
            elif start is None or message["type"] != "http.response.body":
                await send(message)
            else:
                page.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    body = bytes(page).replace(_END, TOLD + _END, 1)
                    headers = MutableHeaders(scope=start)
                    del headers["etag"], headers["last-modified"]  # they are the file's, which is less
                    if page:  # else somebody asked for the headers alone
                        headers["content-length"] = str(len(body))
                    await send(start)
                    await send({"type": "http.response.body", "body": body})

        await self._app(_plain(scope), receive, told)


def _html(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith("text/html")


def _plain(scope: Scope) -> Scope:
    """The same request for a whole page that is not compressed: what is added must find its place."""
    left_out = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
    return {**scope, "headers": [each for each in scope["headers"] if each[0] not in left_out]}
