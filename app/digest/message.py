"""A message as its receivers get it, whichever way it goes."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from app.digest.as_html import html, page, paragraph
from app.digest.as_text import text
from app.digest.content import Digest
from sac.text import printable, some_of

__all__ = ["PATIENCE", "Message", "message_of", "trial_of"]

_ORDERS = 20  # that a chat lists
PATIENCE = 4 * 86400.0  # seconds for which a digest that cannot be sent is tried again


@dataclass(frozen=True)
class Message:
    """What is sent. Everything in it is text that may be shown to all receivers."""

    key: str  # names it for good: a message is sent once to a receiver
    subject: str
    summary: str  # one sentence
    points: tuple[str, ...]  # what chats show below it, a sentence each
    text: str
    html: str
    data: dict[str, Any]  # for programs
    patience: float = PATIENCE  # seconds after which a try that fails is the last


def message_of(digest: Digest) -> Message:
    """A week's digest. A run that stopped says so in a message of its own, once for each reason."""
    stopped = hashlib.sha256(repr(digest.stopped).encode()).hexdigest()[:8] if digest.stopped else ""
    return Message(
        key=f"week-{digest.decision}{f'-stopped-{stopped}' if stopped else ''}",
        subject=printable(f"SAC Desk: week of {digest.fill}{', the run stopped' if stopped else ''}"),
        summary=digest.state,
        points=tuple(_points(digest)),
        text=text(digest),
        html=html(digest),
        data=json.loads(json.dumps(asdict(digest), default=str)),
    )


def trial_of(key: str, actor: str) -> Message:
    """What a person sends to see that messages arrive; it is tried once."""
    title, said, asked = (
        "SAC Desk: test message",
        "This is a test message: digests of this desk arrive here.",
        f"Asked for by {printable(actor)}.",
    )
    shown = page(title, paragraph(said) + paragraph(asked))
    return Message(key, title, said, (asked,), f"{said}\n{asked}\n", shown, {}, patience=0.0)


def _points(digest: Digest) -> Iterator[str]:
    """What a chat shows below the sentence."""
    for reason in digest.stopped:
        yield f"Stopped: {reason}"
    for champion in digest.champions:
        trades = ""
        if champion.ticket:
            orders = champion.ticket.orders
            listed = some_of([f"{order.side} {order.shares:,} {order.symbol}" for order in orders], _ORDERS)
            trades = f" Orders: {listed or 'none'}."
        yield f"{champion.label}: {champion.record}{trades}"
    for waiting in digest.waiting:
        yield f"{waiting.label} {waiting.version} waits for a review: {waiting.verdict}."
    yield from digest.findings
    yield f"Next decision at the close of {digest.next_decision}, traded at the close of {digest.next_fill}."
