"""A tour of the desk in five steps: a line above each page, and the way to the next."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.ui.shared.navigation import PAGES, go_to

__all__ = ["begin", "step"]

STEPS = (  # page, what to look for there
    (
        "overview",
        "The sentence below the title says what is true now; the links below it, what there is to do.",
    ),
    ("training", "Start a model here and watch it learn. It goes on when you close the page."),
    ("compare", "Every model against equal weight, after costs, on weeks that it never saw. Luck is said."),
    ("promotion", "A new model trades only after you approve it, with a reason that is kept."),
    ("weights", "Each week: what to buy and sell to get there from what you hold."),
)


def begin() -> None:
    """The link that begins the tour."""
    go_to(STEPS[0][0], f"Take the tour: {len(STEPS)} steps", forward=True, tour="1")


def step(page: StreamlitPage) -> None:
    """The step of the tour that the URL names, above the page that it is about."""
    number = st.query_params.get("tour", "")
    if number not in {str(one) for one in range(1, len(STEPS) + 1)}:
        return
    at = int(number)
    about, text = STEPS[at - 1]
    if PAGES[about].title != page.title:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="tour"):
        st.markdown(f"**{at} of {len(STEPS)}** · {text}", width="stretch")
        if at > 1:
            go_to(STEPS[at - 2][0], "Back", tour=str(at - 1))
        if at < len(STEPS):
            go_to(STEPS[at][0], "Next", forward=True, tour=str(at + 1))
        go_to(STEPS[0][0], "End the tour")
