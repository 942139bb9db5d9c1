"""Messages to webhooks: each kind's documented body, over https, with no way round by a redirect.

Slack: incoming webhooks with blocks (api.slack.com/messaging/webhooks, reference/block-kit/blocks).
Teams: a workflow "when a Teams webhook request is received", which takes a message with one Adaptive Card.
"""

import http.client
import json
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from app.digest.message import Message
from app.digest.sending import ANSWER_SECONDS, Unsent, deadline, why
from sac.text import printable

__all__ = ["BODIES", "Webhook"]

_HEADER, _SECTION, _BLOCKS = 150, 3000, 50  # Slack's limits: characters, characters, blocks
_CARD_BYTES = 24_000  # Teams takes messages of up to 28 kB
_CODE = re.compile(r"[a-z_]{2,40}")  # how Slack says what is wrong, such as no_service
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True)
class Webhook:
    """An address that takes messages; whoever knows it may post there."""

    kind: str
    url: str = field(repr=False)

    def send(self, message: Message) -> None:
        """Post the message. Raises Unsent."""
        body = json.dumps(BODIES[self.kind](message)).encode()
        with deadline() as watch:
            connection = watch.connection = self._connection()
            try:
                connection.request("POST", self._target(), body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                words = answer.read(200).decode(errors="replace").strip()
            except (OSError, http.client.HTTPException) as error:
                raise Unsent(f"The webhook: {why(error, watch)}") from None
            finally:
                connection.close()
        if 300 <= answer.status < 400:
            raise Unsent(f"The webhook redirects elsewhere ({answer.status}), which is not followed.")
        if not 200 <= answer.status < 300:
            code = f" {words}" if _CODE.fullmatch(words) and words not in self.url else ""
            raise Unsent(f"The webhook refuses it: {answer.status}{code}.")

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, parts.port, timeout=ANSWER_SECONDS)
        return http.client.HTTPSConnection(
            host, parts.port, timeout=ANSWER_SECONDS, context=ssl.create_default_context()
        )

    def _target(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"


def slack(message: Message) -> dict[str, Any]:
    """Blocks of plain text, so that nothing in them is a mention, a link or a format."""
    points = _shortened(message.points, _BLOCKS - 2)
    return {
        "text": _fitting(f"{message.subject}: {message.summary}", _SECTION),
        "blocks": [
            {"type": "header", "text": _plain(message.subject, _HEADER)},
            {"type": "section", "text": _plain(message.summary, _SECTION)},
            *({"type": "section", "text": _plain(point, _SECTION)} for point in points),
        ],
    }


def teams(message: Message) -> dict[str, Any]:
    """A message with one Adaptive Card, of runs of text, in which nothing is Markdown."""
    points = list(message.points)
    while len(json.dumps(body := _card(message, points))) > _CARD_BYTES and points:
        points = _shortened(points, len(points) - 2)
    return body


def plain_json(message: Message) -> dict[str, Any]:
    """Everything, for programs; described in docs/notifications.md."""
    return {
        "format": "sac-desk/1",
        "key": message.key,
        "subject": message.subject,
        "summary": message.summary,
        "points": list(message.points),
        "text": message.text,
        "digest": message.data or None,
    }


BODIES: dict[str, Callable[[Message], dict[str, Any]]] = {"slack": slack, "teams": teams, "json": plain_json}


def _card(message: Message, points: list[str]) -> dict[str, Any]:
    heading = {"weight": "Bolder", "size": "Large"}
    lines = [(message.subject, heading), (message.summary, {}), *((point, {}) for point in points)]
    return {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "msteams": {"width": "Full"},
                    "body": [
                        {
                            "type": "RichTextBlock",
                            "inlines": [{"type": "TextRun", "text": printable(line)[:_SECTION], **look}],
                        }
                        for line, look in lines
                    ],
                },
            }
        ],
    }


def _shortened(points: "list[str] | tuple[str, ...]", most: int) -> list[str]:
    """At most so many points; the last says how many are left out."""
    if len(points) <= most:
        return list(points)
    kept = max(most - 1, 0)
    return [*points[:kept], f"And {len(points) - kept} more: see the digest in the desk."]


def _plain(text: str, limit: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": _fitting(text, limit), "emoji": False}


def _fitting(text: str, limit: int) -> str:
    """A text escaped as Slack asks, cut between two characters of it."""
    return "".join(_within((_ENTITIES.get(char, char) for char in printable(text)), limit)) or " "


def _within(pieces: Iterator[str], limit: int) -> Iterator[str]:
    for piece in pieces:
        limit -= len(piece)
        if limit < 0:
            return
        yield piece
