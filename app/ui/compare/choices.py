"""Choices of the page: in its URL while it is open, in the session for who comes back to it.

A URL that names no choice means what was shown on arrival, so that arriving writes nothing into the browser's
history, and Back takes one choice back.
"""

import json
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

import streamlit as st

__all__ = ["addressed", "kept", "kept_one"]


def kept(parameter: str, default: list[str], *, recall: bool = True) -> tuple[list[str], Callable[[], None]]:
    """What the URL names, else what was chosen before, else the default; and what a choice does.

    The second is for the widget whose key is the parameter: it writes the widget's value into the URL. With
    recall=False an earlier visit's choice is forgotten, for a link says what to show.
    """
    arrival, chosen_before = f"{parameter}-on-arrival", f"{parameter}-chosen"
    named = st.query_params.get_all(parameter)
    if named or not recall:
        st.session_state[arrival] = None
    elif parameter not in st.session_state:  # no widget yet: somebody arrives
        st.session_state[arrival] = st.session_state.get(chosen_before)
    unnamed = st.session_state[arrival] or default

    def choose() -> None:
        value = st.session_state[parameter]
        chosen = list(value) if isinstance(value, (list, tuple)) else [str(value)]
        st.session_state[chosen_before] = chosen
        st.query_params[parameter] = [] if chosen == unnamed else chosen or [""]

    return named or unnamed, choose


def kept_one(parameter: str, options: Sequence[str], default: str) -> Callable[[], None]:
    """The same of one of several options; the widget's value is set, an unknown one is the default."""
    [wanted, *_], choose = kept(parameter, [default])
    st.session_state[parameter] = wanted if wanted in options else default
    return choose


def addressed(*parameters: str) -> None:
    """Put what was recalled on arrival into the address, so that a reload keeps it too.

    In place: `st.query_params` would add an entry to the browser's history.
    """
    found = {name: st.session_state.get(f"{name}-on-arrival") for name in parameters}
    recalled = {name: values for name, values in found.items() if values}
    if recalled:
        query = json.dumps(urlencode(recalled, doseq=True))
        st.html(
            f"<script>if (!location.search) history.replaceState(history.state, '', '?' + {query})</script>",
            unsafe_allow_javascript=True,
        )
