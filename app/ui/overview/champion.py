"""A champion in a card."""

import streamlit as st

from app.formats import moment, percent, points, ratio, unbroken
from app.queries import versions
from app.queries.versions import Shelf
from app.ui.shared.labels import label
from app.ui.shared.navigation import page_path
from app.ui.shared.notes import trust_note


def champion_card(shelf: Shelf) -> None:
    """A variant's champion out of sample, and how sure its lead over equal weight on the same weeks is."""
    version = shelf.champion
    with st.container(border=True):
        st.subheader(label(shelf.variant))
        if version is None:
            st.markdown("No champion yet. Train this variant to get one.")
            return
        walk, (figures, rival, lead) = versions.evaluation(version), versions.standing(version)
        st.metric(
            "CAGR, net of costs",
            percent(figures.cagr),
            f"{points(figures.cagr - rival.cagr)} vs equal weight",
            delta_color="blue",
            chart_data=walk.wealth,
            chart_type="area",
            help="Compound annual growth rate out of sample, after the cost of every trade. "
            f"Equal weight, same weeks and costs: {percent(rival.cagr)}. The line is the growth of $1.",
        )
        st.markdown(
            "It held what equal weight holds, in every week."
            if lead.none
            else unbroken(
                f"Lead over equal weight, 95 % interval: {points(lead.low)} to {points(lead.high)} "
                f"of log growth a year, which {lead.verdict}."
            )
        )
        pair = st.grid(2, min_column_width=120)
        pair.metric(
            "Sharpe ratio",
            ratio(figures.sharpe),
            f"{figures.sharpe - rival.sharpe:+.2f} vs equal",
            delta_color="blue",
            help="Mean weekly return over its standard deviation, a year.",
        )
        pair.metric(
            "Max drawdown",
            percent(figures.max_drawdown),
            f"{points(figures.max_drawdown - rival.max_drawdown)} vs equal",
            delta_color="blue",
            help="Deepest fall from a peak, the initial capital included.",
        )
        record = version.metadata
        st.caption(
            f"{figures.weeks} weeks out of sample, {record.evaluation_start} to {record.evaluation_end}. "
            f"`{version.name}`, preset {record.preset}, trained {moment(record.created_at)}."
        )
        trust_note(version)
        with st.container(horizontal=True):
            chosen = {"variant": shelf.variant}
            st.page_link(
                page_path("weights"), label="Weights", icon=":material/balance:", query_params=chosen
            )
            st.page_link(
                page_path("compare"),
                label="Compare",
                icon=":material/stacked_line_chart:",
                query_params={"version": version.name},
            )
