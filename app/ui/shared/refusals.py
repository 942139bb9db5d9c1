"""Refusals as messages, never as stack traces."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from app.settings import settings
from app.ui.shared.navigation import go_to
from sac.errors import DataError, DeskError
from sac.files import disk_full, free_bytes

__all__ = ["refusals_shown", "room_note", "show_refusal"]

LEAST_ROOM = 5_000_000  # bytes: a version and its record take one or two million


def show_refusal(problem: DeskError | OSError) -> None:
    """A message about what the desk refuses, with the way to fix it; raises again what is a fault."""
    if isinstance(problem, OSError):
        full = disk_full(problem, settings().data)
        if full is None:
            raise problem
        st.error(str(full), icon=":material/hard_disk:")
        return
    st.error(str(problem), icon=":material/error:")
    if isinstance(problem, DataError):
        go_to("data", "Look at the data")


@contextmanager
def refusals_shown() -> Iterator[None]:
    """Show what the desk refuses while a part of a page is drawn."""
    try:
        yield
    except (DeskError, OSError) as problem:
        show_refusal(problem)


def room_note() -> None:
    """A warning while the disk is so full that trainings and decisions fail: not all of them can say so."""
    root = settings().data
    if free_bytes(root) < LEAST_ROOM:
        st.error(
            f"The disk that holds {root} is full: trainings, decisions and refreshes fail, and progress is "
            "not shown, until there is room again.",
            icon=":material/hard_disk:",
        )
