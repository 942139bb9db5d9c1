"""README and docs as the tests read them: blocks, links and anchors."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "data/*.md", "examples/**/*.md")
    for path in ROOT.glob(pattern)
)
PLACES = (ROOT, ROOT / "data", ROOT / "docs", ROOT / "docs" / "decisions")
READERS = [
    path for path in DOCUMENTS if path.parent in PLACES and (path.parent != ROOT or path.name == "README.md")
]

# Why a block is not run. The reader does not see it: it stands in a comment above the block.
REASONS = {
    "network": "it needs another machine",
    "serves": "it starts a server, which stays",
    "long": "it takes minutes or hours",
    "cluster": "it needs a Ray cluster",
    "secret": "it needs a token of the reader",
}

_BLOCK = re.compile(
    r"(?:^<!-- not run: ([^\n]*) -->\n)?^```(\w*) ?(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    language: str
    needs: str  # a package without which it cannot run; "" for none
    reason: str | None  # why it is not run
    text: str


@cache
def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def blocks(document: Path) -> list[Block]:
    """Its fenced blocks, in order."""
    return [
        Block(language, needs, reason or None, text)
        for reason, language, needs, text in _BLOCK.findall(text_of(document))
    ]


def prose(document: Path) -> str:
    """The document without its fenced blocks."""
    return _BLOCK.sub("", text_of(document))


def links(document: Path) -> list[str]:
    """Targets of its links and pictures."""
    return _LINK.findall(prose(document))


def anchors(document: Path) -> set[str]:
    """Anchors of its headings, as GitHub makes them."""
    titles = [
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        for title in _HEADING.findall(prose(document))
    ]
    assert len(titles) == len(set(titles)), f"{document.name} has a heading twice"
    return set(titles)


def name(document: Path) -> str:
    """Its path from the root."""
    return str(document.relative_to(ROOT))
