"""Text of people on a page."""

import re

__all__ = ["plain"]


def plain(text: str) -> str:
    """A text in which whoever wrote a reason formats nothing."""
    return re.sub(r"([\\`*_\[\]<>#|~$:&!])", r"\\\1", " ".join(text.split()))
