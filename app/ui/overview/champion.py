"""A champion in a card."""

import streamlit as st

from app.formats import moment, percent, points, ratio, unbroken
from app.queries import versions
from app.queries.versions import Shelf
from app.ui.overview.holding import grounds, holding
from app.ui.shared.figures import lead
from app.ui.shared.labels import label
from app.ui.shared.navigation import go_to
from sac.evidence import Difference, Metrics
from sac.registry import Version
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
        holding(shelf, version)
        champion, equal, difference = versions.figures(version)
        lead(
            st.container(),
            "CAGR, net of costs",
            percent(champion.cagr),
            points(champion.cagr - equal.cagr),
            than="equal weight",
            growth=versions.evaluation(version).wealth.tolist(),
            help="Compound annual growth rate out of sample, as traded, after the cost of every trade. "
            f"Equal weight, same weeks and costs: {percent(equal.cagr)}. The line is the growth of $1.",
        )
        st.markdown(_certainty(difference))
        st.markdown(_agents(version))
        _risk(champion, equal)
        metadata = version.metadata
        preset = plain(metadata.preset)
        st.caption(
            f"{champion.weeks} weeks out of sample, {plain(metadata.evaluation_start)} to "
            f"{plain(metadata.evaluation_end)}. {code(version.name)}, preset {preset}, trained "
            f"{moment(metadata.created_at)}."
        )
        grounds(version)
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


def _agents(version: Version) -> str:
    """What its agents earned where they were not followed without reserve."""
    if version.follows_agents:
        return "Agents' own record: the same."
    own = versions.agents_cagr(version)
    return unbroken(f"Agents' own record: {'see Compare' if own is None else f'{percent(own)} a year'}.")


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
