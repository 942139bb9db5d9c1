"""How much of each price field and signal is known."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.formats import percent
from app.ui.shared.charts.figure import Chart, layout, show
from sac.config import SIGNALS
from sac.market import MarketPanel
from sac.market.coverage import coverage
from sac.market.prices.tables import OPTIONAL_FIELDS

__all__ = ["known"]

_MOST = 40  # stocks that have a row of their own


def known_shares(table: pd.DataFrame, name: str) -> Chart:
    """Known share of a field or signal: symbols × years.

    Beyond 40 stocks those of which most is known share a row, which has their mean.
    """
    known = percent(table.to_numpy().mean())
    if len(table) > _MOST:
        least = table.mean(axis=1).sort_values(kind="stable").index[:_MOST]
        rest = table.drop(least)
        table = pd.concat([table.drop(rest.index), rest.mean().to_frame(f"{len(rest)} others").T])
    figure = go.Figure(
        go.Heatmap(
            x=[str(year) for year in table.columns],
            y=list(table.index),
            z=table.to_numpy(),
            zmin=0,
            zmax=1,
            colorscale=[[0, "rgba(201, 80, 74, 0.75)"], [0.98, "#b8961e"], [1, "#2a9d78"]],
            showscale=False,  # the tooltip says it
            hovertemplate="%{y} in %{x}: %{z:.1%} known<extra></extra>",
            xgap=1,
            ygap=1,
        ),
        layout(
            "",
            height=60 + 22 * len(table),
            hovermode="closest",
            xaxis={"type": "category", "nticks": 10, "tickangle": 0},
            yaxis={"autorange": "reversed", "automargin": True, "tickmode": "linear"},
        ),
    )
    return Chart(figure, f"Known share of {name} by stock and year; on average {known}")


def known(panel: MarketPanel) -> None:
    """Coverage of one field or signal, chosen among all that a model could read."""
    st.subheader(
        "What is known",
        help="Prices: share of the year's sessions with a value. Signals: share of its weekly decisions with "
        "a value that was not too old.",
    )
    names = ("close", *OPTIONAL_FIELDS, *SIGNALS)
    name = st.selectbox(
        "Field or signal",
        names,
        key="field",
        bind="query-params",
        format_func=lambda one: one.replace("_", " "),
        width=320,
        label_visibility="collapsed",
    )
    table = coverage(panel, name)
    if not table.to_numpy().any():
        st.info(
            f"{name.replace('_', ' ').capitalize()}: n/a. This source has none; models treat it as unknown.",
            icon=":material/info:",
        )
    else:
        show(known_shares(table, name.replace("_", " ")), "coverage")
