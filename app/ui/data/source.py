"""Source and universe: the editor."""

import re

import streamlit as st

from app.queries import versions
from app.settings import settings
from app.ui.shared.action import action
from app.ui.shared.labels import SOURCES as LABELS
from sac.errors import DataError, DeskError
from sac.market import SOURCES, MarketChoice, write_choice
from sac.market.symbols import written

__all__ = ["editor"]


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
        trained = {v.symbols for shelf in versions.shelves().values() for v in shelf.versions}
        if trained and not fixed and set(_symbols(text)) not in [set(symbols) for symbols in trained]:
            st.warning(
                "No stored model was trained on this universe: it needs a full training first.",
                icon=":material/model_training:",
            )
        action("Save", _save, key="save", type="primary", icon=":material/save:")


def _symbols(text: str) -> tuple[str, ...]:
    return tuple(map(written, re.findall(r"[^\s,;]+", text)))


def _save(actor: str) -> str:
    """Write the choice of the form."""
    state = st.session_state
    try:
        choice = MarketChoice()
        if state.source != "sample":
            choice = MarketChoice(state.source, _symbols(state.symbols), state.start)
        write_choice(settings().data, choice)
    except DataError as wrong:
        raise DeskError(str(wrong)) from wrong  # whoever reads it is where data are fixed
    return f"Saved: {LABELS[choice.source]}, {len(choice.symbols)} symbols from {choice.start}."
