"""Active weights: what is held over or under equal weight."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.formats import points, weight_digits
from app.ui.shared.charts.figure import DATED, DIVERGING, Chart, layout
from app.ui.shared.charts.largest import largest
from sac.config import CASH
from sac.portfolio import Backtest

__all__ = ["active_weights"]


def active_weights(backtest: Backtest, bets: pd.DataFrame) -> Chart:
    """Weight over or under equal weight (fills by stocks and CASH), the largest average position on top.

    Beyond 30 stocks the smaller ones share a row, which has their sum. The colours are scaled to single
    stocks: cash and that sum would leave them pale.
    """
    means = pd.Series(backtest.weights[:, :-1].mean(axis=0), backtest.symbols)
    own, others = largest(means)
    shown = bets[own]
    if others:
        shown = shown.assign(**{f"{len(others)} others": bets[others].sum(axis=1)})
    shown = shown.assign(**{CASH: bets[CASH]})
    values = 100.0 * shown.to_numpy().T  # (names, W), points
    most = float(np.abs(values[: len(own)]).max() or np.abs(values).max())
    digits = weight_digits(len(means))
    figure = go.Figure(
        {
            "type": "heatmap",
            "x": backtest.fills,
            "y": list(shown.columns),
            "z": values,
            "zmin": -most,
            "zmax": most,
            "colorscale": DIVERGING,
            "colorbar": {"title": {"text": "pp", "side": "top"}, "thickness": 12}
            | {"tickformat": f"+.{digits}f"},
            "hovertemplate": f"%{{y}} %{{x}}: %{{z:+.{digits}f}} pp<extra></extra>",
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
    average = bets[[*own, *others]].mean().sort_values()
    return Chart(
        figure,
        f"Weight of {backtest.name} over or under equal weight, week by week; on average most over: "
        f"{average.index[-1]} {points(average.iloc[-1], digits)}, most under: {average.index[0]} "
        f"{points(average.iloc[0], digits)}",
    )
