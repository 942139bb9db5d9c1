"""What every request passes before its route: who may reach it, from where, and how often."""

import logging
import re
import time
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.access import exposure, programs
from app.access.hosts import loopback
from app.api.addresses import metrics, section
from app.api.errors import FRAMEWORK, refused
from app.settings import Network

__all__ = ["Guard"]

LARGEST_BODY = 1_000_000  # bytes; a portfolio of a thousand positions has 50,000
PUBLIC = frozenset(["health", "openapi.json", "docs"])  # they say nothing about anybody's portfolio
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")  # set by proxies
HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?", re.IGNORECASE)


log = logging.getLogger(__name__)


class Guard:
    """Middleware that turns away whoever may not reach a route or a page, and notes who calls.

    Foreign hosts (DNS rebinding) and other origins are turned away from the pages and their websocket too;
    tokens, rates and sizes are for the interface's own sections.
    """

    def __init__(
        self, app: ASGIApp, hosts: Sequence[str], sections: Collection[str], network: Network
    ) -> None:
        """`hosts`: as in server.allowedHosts; `sections`: first parts of the interface's paths."""
        self._app = app
        self._limited = RequestBodyLimitMiddleware(app, max_body_size=LARGEST_BODY)
        self._hosts = [host.lower() for host in hosts]
        self._sections = frozenset(sections)
        self._network = network
        self._pace = RateLimitItemPerMinute(network.requests_per_minute)
        self._hits, self._last_hit = MemoryStorage(), 0.0
        self._limiter = MovingWindowRateLimiter(self._hits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp = self._app
        if scope["type"] == "http" and (section(scope) in self._sections or metrics(scope)):
            answer = self._refusal(scope, Headers(scope=scope)) or self._limited
        elif scope["type"] != "lifespan":
            answer = self._page_refusal(scope, Headers(scope=scope)) or self._app
        await answer(scope, receive, send)

    def _page_refusal(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        """Why a request does not reach the pages, or their websocket; None when it does.

        A browser names the origin of every websocket, and programs have the interface: one without an origin
        is refused, so that nothing on the way can open the desk to other sites by dropping the header.
        """
        door = scope["server"][0] if scope.get("server") else None
        socket, origin = scope["type"] == "websocket", headers.get("origin")
        if not _name(headers, self._hosts):
            return _turned_away(scope, 400, "Invalid host header")
        if not loopback(door) and not exposure.held_back(self._network):
            return _turned_away(scope, 403, "Other machines reach this desk, and it has no login.")
        if (socket or origin is not None) and not _own_origin(scope, headers):
            log.warning("turned away a page of another origin, %s", ascii(origin)[:200])
            return _turned_away(scope, 403, "A page of another origin may not use this desk.")
        return None

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Why a request does not reach its route; None when it does, with its caller in its state."""
        name = _name(headers, self._hosts)
        if not name:
            return refused(400, "foreign_host", "Host header not allowed: see server.allowedHosts.")
        if "origin" in headers and not _own_origin(scope, headers):
            return refused(403, "foreign_origin", "A page of another site may not call this desk.")
        client = scope["client"][0] if scope["client"] else ""
        if not self._admits(client):
            return refused(429, *FRAMEWORK[429], headers={"Retry-After": "60"})
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > LARGEST_BODY:
            return refused(413, *FRAMEWORK[413], headers={"Connection": "close"})
        if section(scope) in PUBLIC:
            return None
        direct = loopback(client) and loopback(name) and not any(h in headers for h in FORWARDED)
        try:
            caller = programs.program(headers.get("authorization"), direct, self._network)
        except programs.Unknown as unknown:
            return refused(401, "unauthenticated", str(unknown), headers={"WWW-Authenticate": "Bearer"})
        scope.setdefault("state", {})["caller"] = caller
        return None

    def _admits(self, client: str) -> bool:
        """Whether a client may ask once more this minute."""
        now = time.time()  # by which the library counts: what lies ahead of a clock that was set back
        if now < self._last_hit:  # would count until the clock is there again, and turn everybody away
            self._hits.reset()
        self._last_hit = now
        return self._limiter.hit(self._pace, client)


def _turned_away(scope: Scope, status: int, reason: str) -> ASGIApp:
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        return _closed
    return PlainTextResponse(reason, status)


async def _closed(scope: Scope, receive: Receive, send: Send) -> None:
    """How a websocket is refused where the server has no way to say why."""
    await send({"type": "websocket.close", "code": 1008})


def _name(headers: Headers, hosts: Sequence[str]) -> str | None:
    """The name that a request was sent to, if it is one of the hosts."""
    host = HOST.fullmatch(headers.get("host", ""))
    name = host["name"].lower().strip("[]").rstrip(".") if host else ""
    return name if any(fnmatchcase(name, pattern) for pattern in hosts) else None


def _own_origin(scope: Scope, headers: Headers) -> bool:
    """Whether a request comes from a page of the very host and port that it asks.

    Letter by letter, as Streamlit compares them: what differs in a capital would send it looking for the
    machine's addresses. A page that came without TLS is not one of a desk that has it.
    """
    try:
        (given,) = headers.getlist("origin")
        origin = urlsplit(given)
    except ValueError:  # none, two, or no address
        return False
    schemes = ("https",) if scope["scheme"] in ("https", "wss") else ("https", "http")
    return origin.scheme in schemes and origin.netloc == headers["host"]
