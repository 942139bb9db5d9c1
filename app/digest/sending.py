"""What every way to a receiver has in common: why something was not sent, and an end to waiting."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from sac.text import printable

__all__ = ["ANSWER_SECONDS", "Unsent", "Watch", "deadline", "quoted", "why"]

ANSWER_SECONDS = 15.0  # for one answer of the other side
WHOLE_SECONDS = 60.0  # for one message, however slowly the other side goes on
_WORDS = 160  # characters of the other side's that a reason quotes at most


class Unsent(Exception):  # noqa: N818 - a state of the message
    """The message did not arrive, as far as can be told; the reason is for the user and holds no secret."""


class _Connection(Protocol):
    sock: socket.socket | None


class Watch:
    """A connection that is cut when its time is over."""

    def __init__(self) -> None:
        self.connection: _Connection | None = None
        self.over = False

    def cut(self) -> None:
        """End it, also for a thread that reads from it just now."""
        self.over = True
        if self.connection and self.connection.sock:
            with suppress(OSError):  # not by the method of TLS, which waits for the other side
                socket.socket.shutdown(self.connection.sock, socket.SHUT_RDWR)


@contextmanager
def deadline(seconds: float | None = None) -> Iterator[Watch]:
    """Cut the connection that is entered in the watch after so many seconds (WHOLE_SECONDS by default)."""
    watch = Watch()
    timer = threading.Timer(WHOLE_SECONDS if seconds is None else seconds, watch.cut)
    timer.daemon = True
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()


def why(error: Exception, watch: Watch) -> str:
    """A failure of the connection in words, without the address that was asked."""
    if watch.over:
        return f"It took longer than {WHOLE_SECONDS:.0f} s."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate is not trusted: {printable(error.verify_message)}."
    if isinstance(error, TimeoutError):
        return f"It did not answer within {ANSWER_SECONDS:.0f} s."
    if isinstance(error, socket.gaierror):
        return "Its name is not known: check the address, and this machine's name server."
    if isinstance(error, ssl.SSLError):
        return f"No secure connection: {printable(error.reason or 'it ended early')}."
    if isinstance(error, OSError) and error.strerror:
        return f"No connection: {printable(error.strerror)}."
    return "The connection broke off."


def quoted(words: str | bytes, *secrets: str) -> str:
    """What the other side said, on one line, shortened, and without the secrets that it may repeat."""
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    for secret in filter(None, secrets):
        said = said.replace(secret, "***")
    return printable(" ".join(said.split()))[:_WORDS]
