"""What needs a person's attention now."""

import streamlit as st

from app.queries import promotion
from app.queries.versions import Shelf
from app.ui.shared.labels import label
from app.ui.shared.navigation import page_path
from sac.config import DEMO_VARIANTS, STALE_WEEKS
from sac.market import Provenance, weeks_behind


def to_do(icon: str, text: str, page: str, link: str, query: dict[str, str] | None = None) -> None:
    """One line of what there is to do, with the way there."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f":material/{icon}: {text}", width="content")
        st.page_link(
            page_path(page),
            label=link,
            icon=":material/arrow_forward:",
            icon_position="right",
            query_params=query,
        )


def agenda(shelves: dict[str, Shelf], market: Provenance, busy: set[str]) -> None:
    """Decisions that wait, data that age, the week's trades, and contenders that nobody has trained yet."""
    with st.container(border=True):
        st.subheader("What to do now")
        for variant in shelves:
            challengers = promotion.docket(variant).waiting
            if challengers:
                count = f"{len(challengers)} challenger{'s wait' if len(challengers) > 1 else ' waits'}"
                to_do(
                    "how_to_reg",
                    f"**{label(variant)}**: {count} for your decision.",
                    "promotion",
                    "Decide",
                    {"version": challengers[0]},
                )
        stale = market.source != "sample" and weeks_behind(market.window_end) > STALE_WEEKS
        if stale:
            to_do("update", "The data are too old to trade on.", "data", "Refresh them")
        elif any(shelf.champion for shelf in shelves.values()):
            to_do(
                "balance",
                f"Target weights as of the close of **{market.window_end}** are ready.",
                "weights",
                "Review the trades",
            )
        untrained = [name for name in DEMO_VARIANTS if not shelves[name].versions and name not in busy]
        if untrained:
            names = " and ".join(f"**{label(name)}**" for name in untrained)
            to_do(
                "model_training",
                f"To compare with, train {names}.",
                "training",
                "Train",
                {"variant": untrained[0]},
            )
        if market.source == "sample":
            to_do("database", "You look at demo data: set up your own universe.", "data", "Choose data")
