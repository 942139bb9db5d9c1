"""What variants, versions, sources and kinds of jobs are called."""

from sac.config import VARIANTS
from sac.registry import Version

__all__ = ["KIND_WORDS", "SOURCES", "label", "short_name"]


SOURCES = {
    "sample": "embedded sample (real S&P 500 closes)",
    "yahoo": "Yahoo",
    "files": "own files",
    "mixed": "own files and Yahoo",
}


def label(variant: str) -> str:
    """A variant as people call it."""
    return VARIANTS[variant].label if variant in VARIANTS else variant.capitalize()


def short_name(version: Version) -> str:
    """A version in a legend: its variant, and enough of its fingerprint to tell it apart."""
    return f"{label(version.variant)} {version.name.split('-', 3)[3][:6]}"


KIND_WORDS = {"full": "full", "finetune": "fine-tune", "refresh": "data refresh"}
