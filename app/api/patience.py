"""How long a client may take to ask: half a request must not keep a place in the server."""

import asyncio
import resource
from collections.abc import Callable

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["ImpatientProtocol"]

SECONDS = 10.0  # for a whole request, and more for a body:
BYTES_PER_SECOND = 10_000  # so much has to arrive each second, or the client is not there any more
MOST = 256  # connections that may be on the way at once, at most a quarter of the files that may be open


class ImpatientProtocol(H11Protocol):
    """uvicorn's own reading of HTTP/1.1, which waits for the rest of a request as long as it takes.

    Here a connection that has not asked in time is closed; so is the one that has been asking for longest, as
    soon as too many are. Between two requests uvicorn's own time limit counts.
    """

    _asking: dict["ImpatientProtocol", None] = {}  # noqa: RUF012 - of the whole process, the oldest first
    _timer: asyncio.TimerHandle | None = None
    _since: float
    _received: int

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The clock runs before the first byte: who connects and says nothing takes a place, too."""
        super().connection_made(transport)
        self._begin()

    def data_received(self, data: bytes) -> None:
        """Stop the clock with the last byte of a request, start it with the first of the next one."""
        self._received += len(data)
        super().data_received(data)
        if not self._unfinished():
            self._end()
        elif self not in self._asking:
            self._begin()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """A websocket has asked; from now on its pings tell whether anybody is there."""
        self._end()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Free the place."""
        self._end()
        super().connection_lost(exc)

    def _unfinished(self) -> bool:
        ours = self.transport.get_protocol() is self and not self.transport.is_closing()
        return ours and self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def _begin(self) -> None:
        self._since, self._received = self.loop.time(), 0
        self._asking[self] = None
        self._timer = self.loop.call_later(SECONDS, self._look)
        if len(self._asking) > most_asking():
            next(iter(self._asking))._give_up()

    def _end(self) -> None:
        self._asking.pop(self, None)
        if self._timer:
            self._timer.cancel()

    def _look(self) -> None:
        left = self._since + SECONDS + self._received / BYTES_PER_SECOND - self.loop.time()
        if left > 0:
            self._timer = self.loop.call_later(left, self._look)
        else:
            self._give_up()

    def _give_up(self) -> None:
        self._end()
        self.transport.close()


def most_asking(limit: Callable[[int], tuple[int, int]] = resource.getrlimit) -> int:
    """How many connections may be asking at once."""
    files = limit(resource.RLIMIT_NOFILE)[0]
    return MOST if files == resource.RLIM_INFINITY else min(MOST, files // 4)
