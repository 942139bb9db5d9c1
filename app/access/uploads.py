"""Which sessions may upload a file now, and how large it may be: what their page has a field for.

A session whose person is shown no such field, as before a login, may upload nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

__all__ = ["Offer", "begin", "finish", "keep_only", "offer", "offered"]


@dataclass(frozen=True)
class Offer:
    """What a page takes; nothing, unless it says so."""

    largest: int = 0  # bytes of a file
    most: int = 0  # files in one field

    def __or__(self, other: "Offer") -> "Offer":
        return Offer(max(self.largest, other.largest), max(self.most, other.most))


class _Page:
    """What one session's page takes, and the files in its fields; and the same of the run in progress."""

    def __init__(self) -> None:
        self.takes, self.files = Offer(), set[str]()
        self.takes_now, self.files_now = Offer(), set[str]()


_pages: dict[str, _Page] = {}  # by session


def offered(session: str) -> Offer:
    """What this session may upload."""
    return _pages[session].takes if session in _pages else Offer()


def begin() -> None:
    """A page begins to be drawn."""
    if context := get_script_run_ctx():
        page = _pages.setdefault(context.session_id, _Page())
        page.takes_now, page.files_now = Offer(), set()


def offer(taken: Offer, files: Iterable[UploadedFile]) -> None:
    """The page has a field that takes so much, and these files are in it."""
    if context := get_script_run_ctx():
        page, names = _pages.setdefault(context.session_id, _Page()), {file.file_id for file in files}
        page.takes, page.takes_now = page.takes | taken, page.takes_now | taken
        page.files, page.files_now = page.files | names, page.files_now | names


def finish() -> None:
    """The page is drawn: what it has no field for any more is neither taken nor kept."""
    if (context := get_script_run_ctx()) and (page := _pages.get(context.session_id)):
        manager = cast(MemoryUploadedFileManager, context.uploaded_file_mgr)
        for file in page.files - page.files_now:
            manager.remove_file(context.session_id, file)
        page.takes, page.files = page.takes_now, page.files_now


def keep_only(active: Callable[[str], bool]) -> None:
    """Forget the sessions that have ended."""
    for session in list(_pages):
        if not active(session):
            _pages.pop(session, None)
