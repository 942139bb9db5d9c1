"""A champion in a card."""

import streamlit as st

from app.formats import moment, percent, points, ratio, unbroken
from app.queries import versions
from app.queries.versions import Shelf
from app.ui.shared.figures import lead
from app.ui.shared.labels import label
from app.ui.shared.navigation import go_to
from app.ui.shared.notes import trust_note
from sac.evidence import Difference, Metrics
from sac.text import code, plain

__all__ = ["champion_card"]


def champion_card(shelf: Shelf) -> None:
    """A variant's champion out of sample, and how sure its lead over equal weight on the same weeks is."""
    version = shelf.champion
    with st.container(border=True):
        st.subheader(label(shelf.variant))
        if version is None:
            st.markdown("No champion yet. Train this variant to get one.")
            return
        champion, equal, difference = versions.figures(version)
        lead(
            st.container(),
            "CAGR, net of costs",
            percent(champion.cagr),
            points(champion.cagr - equal.cagr),
            than="equal weight",
            growth=versions.evaluation(version).wealth.tolist(),
            help="Compound annual growth rate out of sample, after the cost of every trade. "
            f"Equal weight, same weeks and costs: {percent(equal.cagr)}. The line is the growth of $1.",
        )
        st.markdown(_certainty(difference))
        _risk(champion, equal)
        metadata = version.metadata
        preset = plain(metadata.preset)
        st.caption(
            f"{champion.weeks} weeks out of sample, {plain(metadata.evaluation_start)} to "
            f"{plain(metadata.evaluation_end)}. {code(version.name)}, preset {preset}, trained "
            f"{moment(metadata.created_at)}."
        )
        trust_note(version)
        with st.container(horizontal=True):
            go_to("weights", "Weights", variant=shelf.variant)
            go_to("compare", "Compare", version=version.name)


def _certainty(difference: Difference) -> str:
    if difference.none:
        return "Same as equal weight in every week."
    return unbroken(
        f"Lead over equal weight, 95 % interval: {points(difference.low)} to {points(difference.high)} "
        f"of log growth a year, which {difference.verdict}."
    )


def _risk(champion: Metrics, equal: Metrics) -> None:
    pair = st.grid(2, min_column_width=120)
    lead(
        pair,
        "Sharpe ratio",
        ratio(champion.sharpe),
        f"{champion.sharpe - equal.sharpe:+.2f}",
        than="equal",
        help="Annualised: mean weekly return over its standard deviation.",
    )
    lead(
        pair,
        "Max drawdown",
        percent(champion.max_drawdown),
        points(champion.max_drawdown - equal.max_drawdown),
        than="equal",
        help="Largest loss from a peak, the initial capital included.",
    )
