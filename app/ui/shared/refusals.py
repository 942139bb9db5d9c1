"""Refusals as messages, never as stack traces."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from app.settings import settings
from app.ui.shared.navigation import go_to
from sac.errors import DataError, DeskError, StorageError
from sac.files import free_bytes, refusal_of, writable
from sac.text import plain, said

__all__ = ["refusals_shown", "room_note", "show_refusal"]

LEAST_ROOM = 5_000_000  # bytes: a version and its record take one or two million


def show_refusal(problem: DeskError | OSError) -> None:
    """A message about what the desk refuses, with the way to fix it; raises again what is a fault."""
    if isinstance(problem, OSError):
        refusal = refusal_of(problem, settings().data)
        if refusal is None:
            raise problem
        problem = refusal
    icon = ":material/hard_disk:" if isinstance(problem, StorageError) else ":material/error:"
    st.error(said(str(problem)), icon=icon)
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
    """A warning while nothing can be written: trainings and decisions fail then, and not all can say so."""
    root = settings().data
    problem = "is full" if free_bytes(root) < LEAST_ROOM else "" if writable(root) else "cannot be written"
    if problem:
        st.error(
            f"The disk that holds {plain(str(root))} {problem}: trainings, decisions and refreshes fail, and "
            f"progress is not shown, until {'it can be' if 'written' in problem else 'there is room again'}.",
            icon=":material/hard_disk:",
        )
