"""Fields for files, each with the size that its use may have."""

from math import ceil
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app.access import uploads
from app.access.uploads import Offer
from sac.errors import DeskError

__all__ = ["content", "file_field", "files_field"]


def file_field(label: str, largest: int, **options: Any) -> UploadedFile | None:
    """A field for one file of at most so many bytes; options as of `st.file_uploader`."""
    return next(iter(files_field(label, largest, 1, **options)), None)


def files_field(label: str, largest: int, most: int, **options: Any) -> list[UploadedFile]:
    """A field for so many files of at most so many bytes each; the server takes no more from this page."""
    takes = Offer(largest, most)
    uploads.offer(takes, [])  # first: a browser may send its file as soon as it has seen the field
    size = ceil(largest / 2**20)
    given = st.file_uploader(label, accept_multiple_files=most > 1, max_upload_size=size, **options)
    files = given if isinstance(given, list) else [given] if given else []
    uploads.offer(takes, files)
    return files


def content(file: UploadedFile, largest: int) -> bytes:
    """What is in a file. Raises DeskError where it has more bytes."""
    if file.size > largest:
        raise DeskError(f"{file.name} is too large: at most {largest // 1000:,} KB.")
    return file.getvalue()
