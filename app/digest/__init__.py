"""The week's digest: what it says, as a page and as plain text, and how it reaches its receivers."""

from app.digest.as_html import html
from app.digest.as_text import text
from app.digest.content import Digest
from app.digest.outbox import deliver, enqueue

__all__ = ["Digest", "deliver", "enqueue", "html", "text"]
