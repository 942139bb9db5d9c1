"""An id and a line in the log for every request of the interface."""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Collection
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.addresses import section
from app.api.errors import FRAMEWORK, refused

__all__ = ["RequestLog"]


REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


log = logging.getLogger(__name__)


class RequestLog:
    """Middleware that gives every request of the interface an id, a line in the log, and always an answer."""

    def __init__(self, app: ASGIApp, sections: Collection[str]) -> None:
        self._app = app
        self._sections = frozenset(sections)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or section(scope) not in self._sections:
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        began, status = time.perf_counter(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except asyncio.CancelledError:  # the server stops
            if not status:
                await refused(503, *FRAMEWORK[503])(scope, receive, noting)
            raise
        except Exception:
            log.exception("request %s failed", request_id)
            if status:  # too late for another answer: the connection breaks
                raise
            await refused(500, *FRAMEWORK[500])(scope, receive, noting)
        finally:
            _log(scope, status, 1000 * (time.perf_counter() - began), request_id)


def _log(scope: Scope, status: int, milliseconds: float, request_id: str) -> None:
    caller = scope.get("state", {}).get("caller")
    log.info(
        "%s %s %s %.0f ms, %s at %s, request %s",
        scope["method"],
        quote(scope["path"])[:200],  # quoted: a line break in a path must not forge a line of the log
        status or "unanswered",
        milliseconds,
        caller.name if caller else "nobody",
        scope["client"][0] if scope["client"] else "unknown",
        request_id,
    )
