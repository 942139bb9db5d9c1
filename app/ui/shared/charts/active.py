"""Active weights: what is held over or under equal weight."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.formats import points
from app.ui.shared.charts.figure import DATED, DIVERGING, Chart, layout
from sac.config import CASH
from sac.portfolio import Backtest

__all__ = ["active_weights"]

ROWS = 30  # stocks that have a row of their own


def active_weights(backtest: Backtest, bets: pd.DataFrame) -> Chart:
    """Weight over or under equal weight (fills by stocks and CASH), the largest average position on top.

    Beyond 30 stocks the smaller ones share a row, which has their sum. The colours are scaled to single
    stocks: cash and that sum would leave them pale.
    """
    means = pd.Series(backtest.weights[:, :-1].mean(axis=0), backtest.symbols)
    ordered = means.sort_values(ascending=False, kind="stable").index
    shown = bets[ordered[:ROWS]]
    if len(ordered) > ROWS:
        shown = shown.assign(**{f"{len(ordered) - ROWS} others": bets[ordered[ROWS:]].sum(axis=1)})
    shown = shown.assign(**{CASH: bets[CASH]})
    values = 100.0 * shown.to_numpy().T  # (names, W), points
    most = float(np.abs(values[: min(ROWS, len(ordered))]).max() or np.abs(values).max())
    figure = go.Figure(
        {
            "type": "heatmap",
            "x": backtest.fills,
            "y": list(shown.columns),
            "z": values,
            "zmin": -most,
            "zmax": most,
            "colorscale": DIVERGING,
            "colorbar": {"title": {"text": "pp", "side": "top"}, "tickformat": "+.1f", "thickness": 12},
            "hovertemplate": "%{y} %{x}: %{z:+.1f} pp<extra></extra>",
        },
        layout(
            "",
            height=90 + 17 * len(shown.columns),
            hovermode="closest",
            xaxis=DATED,
            yaxis={"type": "category", "autorange": "reversed", "automargin": True, "showgrid": False}
            | {"tickmode": "linear"},
        ),
    )
    average = bets[ordered].mean().sort_values()
    return Chart(
        figure,
        f"Weight of {backtest.name} over or under equal weight, week by week; on average most over: "
        f"{average.index[-1]} {points(average.iloc[-1])}, most under: {average.index[0]} "
        f"{points(average.iloc[0])}",
    )
