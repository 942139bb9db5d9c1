"""What the desk's words mean: the glossary of the documentation, for every "?" on a page."""

import re
from functools import cache

from app.settings import CODE

__all__ = ["meaning", "terms"]

_ROW = re.compile(r"^\| \*\*(?P<term>.+?)\*\* \| (?P<meaning>.+) \|$", re.MULTILINE)
_LINK = re.compile(r" ?\(\[[^]]*\]\([^)]*\)\)|\[(?P<text>[^]]*)\]\([^)]*\)")  # they lead nowhere on a page


def meaning(term: str) -> str:
    """The glossary's sentence for a term, as help beside a figure. Raises KeyError for an unknown term."""
    return terms()[term]


@cache
def terms() -> dict[str, str]:
    """Every term of the glossary with its meaning, as a sentence."""
    installed = CODE / "app" / "_launch" / "glossary.md"
    file = installed if installed.exists() else CODE / "docs" / "glossary.md"
    rows = _ROW.finditer(file.read_text(encoding="utf-8"))
    return {row["term"]: _sentence(row["meaning"]) for row in rows}


def _sentence(text: str) -> str:
    plain = _LINK.sub(lambda link: link["text"] or "", text)
    return f"{plain[0].upper()}{plain[1:]}."
