"""What needs a person's attention now."""

from collections.abc import Mapping

import streamlit as st

from app.decisions.track import WORDS
from app.queries import promotion, track, weeks
from app.queries.versions import Shelf
from app.ui.shared.labels import label
from app.ui.shared.navigation import PAGES, go_to
from sac.config import DEMO_VARIANTS, STALE_WEEKS
from sac.market import MarketPanel, weeks_behind
from sac.registry import Version

__all__ = ["agenda"]


def agenda(shelves: dict[str, Shelf], panel: MarketPanel, busy: set[str]) -> None:
    """Reviews that are pending, data that age, the week's trades, and contenders that were never trained."""
    market = panel.provenance
    champions = {name: shelf.champion for name, shelf in shelves.items() if shelf.champion}
    foreign = [name for name, champion in champions.items() if champion.symbols != panel.symbols]
    with st.container(border=True):
        st.subheader("What to do now")
        for variant in shelves:
            challengers = promotion.docket(variant).pending
            if challengers:
                count = f"{len(challengers)} challenger{'s' * (len(challengers) > 1)}"
                text = f"**{label(variant)}**: {count} pending review."
                _to_do("promotion", text, "Review", version=challengers[0])
        _records(champions)
        _week()
        if market.source != "sample" and weeks_behind(market.covered_until) > STALE_WEEKS:
            _to_do("data", "Bring the data up to date.", "Refresh them")
        elif ready := [name for name in champions if name not in foreign]:
            text = f"Target weights as of the close of **{market.window_end}** are ready."
            _to_do("weights", text, "Review the trades", **({"variant": ready[0]} if foreign else {}))
        if foreign:
            names = " and ".join(f"**{label(name)}**" for name in foreign)
            text = f"The data hold another universe than the champion of {names}: train on it."
            _to_do("training", text, "Train on it", variant=foreign[0])
        untrained = [name for name in DEMO_VARIANTS if not shelves[name].versions and name not in busy]
        if untrained:
            names = " and ".join(f"**{label(name)}**" for name in untrained)
            _to_do("training", f"To compare with, train {names}.", "Train", variant=untrained[0])
        if market.source == "sample":
            _to_do("data", "These are demo data: set up your own universe.", "Choose data")


def _records(champions: Mapping[str, Version]) -> None:
    """Track records that left what their back-tests promise, and a log that somebody changed."""
    if track.problems():
        _to_do("track", "The sealed decisions **failed their integrity check**.", "See which")
    for variant, champion in champions.items():
        stands = track.standing(variant, champion.name)
        if stands and stands.breached:
            weeks = f"{stands.weeks} live week{'s' * (stands.weeks > 1)}"
            text = f"**{label(variant)}** is {WORDS[stands.word]} of its back-test after {weeks}."
            _to_do("track", text, "Look at its record", variant=variant)


def _week() -> None:
    """A weekly run that did not come to its end, and nobody stopped."""
    last = weeks.last_run()
    words = {"stopped": "stopped", "interrupted": "was cut off", "failed": "failed"}
    if last and last.status in words:
        _to_do("data", f"The run of the week of **{last.week}** {words[last.status]}.", "See why")


def _to_do(page: str, text: str, link: str, **query: str) -> None:
    """One line of what there is to do, with the way there."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"{PAGES[page].icon} {text}", width="content")
        go_to(page, link, forward=True, **query)
