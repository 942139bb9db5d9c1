"""What a champion holds today, since when, and on what grounds."""

from contextlib import suppress

import streamlit as st

from app.decisions.following import conviction_line
from app.formats import percent, unbroken
from app.queries import promotion
from app.queries.versions import Shelf
from app.settings import settings
from sac.errors import ArtifactError
from sac.promotion import Decision
from sac.promotion.following import follow_in, last_choice
from sac.registry import Version
from sac.text import plain

__all__ = ["grounds", "holding"]


def holding(shelf: Shelf, champion: Version) -> None:
    """The answer first: what a champion's weights of today are, and since when it is champion."""
    try:
        held = _held(champion.followed(follow_in(_choice(champion))))
    except ArtifactError as error:
        st.error(str(error), icon=":material/error:")
        return
    since = promotion.champion_since(shelf)
    st.markdown(f"Holds **{held}** today{f', champion since {since}' if since else ''}.")


def grounds(champion: Version) -> None:
    """How far its agents are followed, and why."""
    with suppress(ArtifactError):  # was said by `holding`
        said = conviction_line(champion, _choice(champion))
        st.caption(f":material/balance: {unbroken(plain(said))}")


def _choice(champion: Version) -> Decision | None:
    return last_choice(settings().registry, champion.variant, champion.name)


def _held(conviction: float) -> str:
    if conviction in (0.0, 1.0):
        return "its agents' weights" if conviction else "equal weight"
    # Between the two it never reads as one of them, however close it is.
    return unbroken(f"equal weight, {percent(min(max(conviction, 0.01), 0.99), 0)} towards its agents")
