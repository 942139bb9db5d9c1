"""Refusals as messages, never as stack traces."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from app.settings import settings
from app.ui.shared.navigation import page_path
from sac.errors import DataError, DeskError
from sac.files import disk_full, free_bytes

__all__ = ["refusals_shown", "room_note"]


LEAST_ROOM = 5_000_000  # bytes: a version and its record take one or two million


@contextmanager
def refusals_shown() -> Iterator[None]:
    """Show what the desk refuses as a message, never as a stack trace; data are mended on their page."""
    try:
        yield
    except DataError as refusal:
        st.error(str(refusal), icon=":material/error:")
        st.page_link(page_path("data"), label="Look at the data", icon=":material/database:")
    except DeskError as refusal:
        st.error(str(refusal), icon=":material/error:")
    except OSError as problem:
        full = disk_full(problem, settings().data)
        if full is None:
            raise
        st.error(str(full), icon=":material/hard_disk:")


def room_note() -> None:
    """A warning while the disk is so full that trainings and decisions fail: not all of them can say so."""
    home = settings().data
    if free_bytes(home) < LEAST_ROOM:
        st.error(
            f"The disk that holds {home} is full: trainings, decisions and refreshes fail, and progress is "
            "not shown, until there is room again.",
            icon=":material/hard_disk:",
        )
