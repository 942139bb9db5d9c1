"""The pages of the desk."""

from pathlib import Path

from app.settings import CODE

__all__ = ["page_path"]


def page_path(name: str) -> Path:
    """The script of a page, for links and switches."""
    return CODE / "pages" / f"{name}.py"
