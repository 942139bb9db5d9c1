"""The pages of the desk: what they are called, and every link to them."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.settings import CODE

__all__ = ["PAGES", "Place", "go_to", "page_path", "pages"]


@dataclass(frozen=True)
class Place:
    """How a page stands in the navigation and in links to it."""

    title: str
    icon: str
    help: str
    url: str | None = None  # by default the script's name


PAGES = {  # by the name of the script; the first is the front page
    "overview": Place(
        "Overview",
        ":material/dashboard:",
        "What needs your attention: champions, running trainings, age of the data.",
    ),
    "training": Place(
        "Training", ":material/model_training:", "Start, watch or cancel a training, and read its result."
    ),
    "experiments": Place(
        "Experiments", ":material/science:", "Many settings at once, judged before the evaluation years."
    ),
    "compare": Place(
        "Compare",
        ":material/stacked_line_chart:",
        "Versions and benchmarks on the same weeks, out of sample, net.",
    ),
    "promotion": Place(
        "Promotion", ":material/how_to_reg:", "Challengers: the gate, the evidence, approve or reject."
    ),
    "track": Place(
        "Track record",
        ":material/fact_check:",
        "What champions decided before prices existed, and what became of it.",
        url="track-record",  # /track/... is the HTTP interface's
    ),
    "weights": Place(
        "Weights", ":material/balance:", "The champion's target weights, and the trades to get there."
    ),
    "data": Place(
        "Data", ":material/database:", "Source and universe, coverage of each stock, and the refresh."
    ),
}


def page_path(name: str) -> Path:
    """The script of a page, for switches."""
    return CODE / "pages" / f"{name}.py"


def pages() -> list[StreamlitPage]:
    """The navigation's entries."""
    front = next(iter(PAGES))
    return [
        st.Page(
            page_path(name),
            title=place.title,
            icon=place.icon,
            help=place.help,
            url_path=place.url,
            default=name == front,
        )
        for name, place in PAGES.items()
    ]


def go_to(name: str, label: str = "", *, forward: bool = False, **query: str) -> None:
    """A link to a page, which opens it with the query's parameters; `forward` has an arrow for its icon."""
    place = PAGES[name]
    st.page_link(
        page_path(name),
        label=label or f"Go to {place.title}",
        icon=":material/arrow_forward:" if forward else place.icon,
        icon_position="right" if forward else "left",
        query_params=query or None,
    )
