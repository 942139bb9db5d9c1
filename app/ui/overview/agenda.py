"""What there is to do now, each with the way there."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.decisions.track import WORDS
from app.queries import track, weeks
from app.queries.versions import Shelf
from app.ui.shared.labels import label
from app.ui.shared.navigation import go_to
from sac.book import Book
from sac.config import DEMO_VARIANTS, STALE_WEEKS
from sac.market import MarketPanel, weeks_behind
from sac.registry import Version

__all__ = ["agenda"]


def agenda(
    shelves: dict[str, Shelf],
    pending: Mapping[str, Sequence[str]],
    panel: MarketPanel,
    busy: set[str],
    book: Book | None,
) -> None:
    """Reviews that are pending, data that age, the week's trades, and contenders that were never trained.

    pending: challengers pending review, by variant.
    """
    market = panel.provenance
    champions = {name: shelf.champion for name, shelf in shelves.items() if shelf.champion}
    foreign = [name for name, champion in champions.items() if champion.symbols != panel.symbols]
    with st.container(horizontal=True, key="agenda"):
        waiting = [name for names in pending.values() for name in names]
        if waiting:
            what = f"{len(waiting)} challengers" if len(waiting) > 1 else "the challenger"
            _to_do("promotion", f"Review {what}", version=waiting[0])
        _records(champions)
        _week()
        if market.source != "sample" and weeks_behind(market.covered_until) > STALE_WEEKS:
            _to_do("data", "Refresh the data")
        elif ready := [name for name in champions if name not in foreign]:
            text = f"Review the trades of {market.window_end}"
            _to_do("weights", text, **({"variant": ready[0]} if foreign else {}))
        if len(champions) > 1 and book is None and not foreign:
            _to_do("weights", "Choose the book")
        if foreign:
            names = " and ".join(label(name) for name in foreign)
            _to_do("training", f"Train {names} on the new universe", variant=foreign[0])
        untrained = [name for name in DEMO_VARIANTS if not shelves[name].versions and name not in busy]
        if untrained and champions:
            _to_do("training", f"Train {' and '.join(map(label, untrained))}", variant=untrained[0])
        if market.source == "sample":
            _to_do("data", "Set up your universe")


def _records(champions: Mapping[str, Version]) -> None:
    """Track records that left what their back-tests promise, and a log that somebody changed."""
    if track.problems():
        _to_do("track", ":red[Sealed decisions failed their integrity check]")
    for variant, champion in champions.items():
        stands = track.standing(variant, champion.name)
        if stands and stands.breached:
            _to_do("track", f":orange[{label(variant)} is {WORDS[stands.word]}]", variant=variant)


def _week() -> None:
    """A weekly run that did not come to its end, and nobody stopped."""
    last = weeks.last_run()
    words = {"stopped": "stopped", "interrupted": "was cut off", "failed": "failed"}
    if last and last.status in words:
        _to_do("data", f":orange[The run of the week of {last.week} {words[last.status]}]")


def _to_do(page: str, what: str, **query: str) -> None:
    go_to(page, what, forward=True, **query)
