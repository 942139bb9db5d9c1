"""Source and universe: the editor."""

import re

import streamlit as st

from app.access import visitors
from app.queries import versions
from app.settings import settings
from sac.errors import DeskError
from sac.market import SOURCES, MarketChoice, write_choice


def save() -> None:
    """Write the choice of the form; the message is kept for the next run of the page."""
    state, home = st.session_state, settings().data
    try:
        visitors.approver()
        choice = MarketChoice()
        if state.source != "sample":
            symbols = tuple(re.findall(r"[^\s,;]+", state.symbols.upper()))
            choice = MarketChoice(state.source, symbols, state.start)
        write_choice(home, choice)
    except DeskError as refusal:
        state.saved = (False, str(refusal))
        return
    state.saved = (True, f"Saved: {choice.source}, {len(choice.symbols)} symbols from {choice.start}.")


def editor(choice: MarketChoice) -> None:
    """Source, universe and first day."""
    with st.container(border=True):
        st.subheader("Source and universe")
        first = st.columns([2, 1])
        source = first[0].selectbox(
            "Source", list(SOURCES), list(SOURCES).index(choice.source), SOURCES.__getitem__, key="source"
        )
        fixed = source == "sample"
        first[1].date_input("First day", choice.start, key="start", disabled=fixed)
        text = st.text_area(
            "Symbols",
            " ".join(choice.symbols),
            key="symbols",
            disabled=fixed,
            help="2 to 200 symbols as Yahoo writes them, separated by spaces or commas: AAPL BRK-B MSFT.",
        )
        asked = set(re.findall(r"[^\s,;]+", text.upper()))
        trained = {v.symbols for shelf in versions.shelves().values() for v in shelf.versions}
        if trained and not fixed and asked not in [set(symbols) for symbols in trained]:
            st.warning(
                "No stored model knows this universe: it needs a full training before it gives weights.",
                icon=":material/model_training:",
            )
        why_not = visitors.refusal()
        st.button(
            "Save",
            on_click=save,
            type="primary",
            icon=":material/save:",
            disabled=why_not is not None,
            help=why_not,
            key="save",
        )
        if "saved" in st.session_state:
            good, message = st.session_state.pop("saved")
            (st.success if good else st.error)(message)
