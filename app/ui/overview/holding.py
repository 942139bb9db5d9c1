"""What a champion holds today, since when, and on what grounds."""

import streamlit as st

from app.formats import percent, unbroken
from app.queries import promotion
from app.queries.versions import Shelf
from sac.registry import Version

__all__ = ["grounds", "holding"]


def holding(shelf: Shelf, champion: Version) -> None:
    """The answer first: what a champion's weights of today are, and since when it is champion."""
    since = promotion.champion_since(shelf)
    st.markdown(
        f"Holds **{_held(champion.conviction)}** today{f', champion since {since}' if since else ''}."
    )


def grounds(version: Version) -> None:
    """How far today's committee is to be believed, and why."""
    judged = version.metadata.production
    if judged is None:
        said = "No weeks were held out to measure a conviction: its agents are followed without reserve."
    else:
        reserve = "Followed without reserve. " if version.settings.follow == "agents" else ""
        said = unbroken(f"{reserve}Conviction {percent(judged.conviction, 0)}: {judged.evidence}")
    st.caption(f":material/balance: {said}")


def _held(conviction: float) -> str:
    if conviction in (0.0, 1.0):
        return "its agents' weights" if conviction else "equal weight"
    # Between the two it never reads as one of them, however close it is.
    return unbroken(f"equal weight, {percent(min(max(conviction, 0.01), 0.99), 0)} towards its agents")
