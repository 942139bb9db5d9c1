"""Fields of a form that hold numbers: what is typed is read as it stands, or refused beside the button."""

import re
from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.ui.shared.action import Act, action
from sac.errors import SettingsError
from sac.text import code

__all__ = ["Form", "action_unless", "whole_number"]

_WHOLE = re.compile(r"[+-]?(\d{1,18}|\d{1,3}([,' ]\d{3}){1,5})")  # 3000 or 3,000; 2,5 is no 25


def whole_number(title: str, typed: str, least: int, most: int) -> int:
    """What somebody typed into a field, from least to most. Raises SettingsError with the range."""
    text = typed.strip()
    span = f"a whole number from {least:,} to {most:,}"
    if not text:
        raise SettingsError(f"{title} is empty: enter {span}.")
    digits = re.sub(r"[,' ]", "", text)
    if not _WHOLE.fullmatch(text) or not least <= int(digits) <= most:
        raise SettingsError(f"{title} is {code(text[:40])}: enter {span}.")
    return int(digits)


class Form:
    """The fields of a form, and what is wrong with them: its button is disabled with that beside it.

    A number input of Streamlit keeps a value out of its range to itself, and the last one counts; so numbers
    are typed as text, which is sent as it is typed.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._fields: dict[str, tuple[str, int, int]] = {}  # by key: title and range

    def whole(
        self,
        place: DeltaGenerator,
        title: str,
        least: float,
        most: float,
        default: int,
        *,
        key: str,
        help: str,
        **look: Any,
    ) -> int:
        """A field for a whole number; its default while none stands there. `look`: as of `st.text_input`."""
        self._fields[key] = title, int(least), int(most)
        typed = place.text_input(
            title,
            str(default),
            max_chars=40,
            key=key,
            live=True,
            autocomplete="off",
            help=f"{help} {int(least):,} to {int(most):,}; default {default:,}.",
            **look,
        )
        try:
            return whole_number(title, typed or "", int(least), int(most))
        except SettingsError as wrong:
            self.problems.append(str(wrong))
            return default

    def entered(self, key: str) -> int:
        """What a field holds when its button is pressed, as `whole` reads it. Raises SettingsError."""
        title, least, most = self._fields[key]
        return whole_number(title, st.session_state[key] or "", least, most)


def action_unless(problems: Sequence[str], label: str, act: Act, *, key: str, **look: Any) -> None:
    """A button that acts, disabled while there are problems, which stand beside it; look: of `action`."""
    with st.container(horizontal=True, vertical_alignment="center"):
        action(label, act, key=key, blocked=bool(problems), **look)
        for problem in problems:
            st.caption(f":material/block: {problem}")
