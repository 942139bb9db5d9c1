"""The picture of the Weights page: how far each stock is from its target."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from app.formats import percent, points, weight_digits
from app.ui.shared.charts.figure import GRID, MARK, Chart, layout
from app.ui.shared.charts.largest import largest
from sac.config import CASH

__all__ = ["trade_bars"]

_BUY, _SELL = "#2a9d78", "#c9504a"
_ROW, _FRAME = 24, 64  # pixels: of a bar, and of what is around them


def trade_bars(now: Mapping[str, float], target: Mapping[str, float]) -> Chart | None:
    """Target weight less weight of now, a bar a stock, the largest buy on top; None where nothing differs.

    now, target: shares of wealth by asset. CASH has no bar: what it pays for would dwarf the others.
    """
    gaps = {name: target.get(name, 0.0) - share for name, share in now.items() if name != CASH}
    digits = weight_digits(len(gaps))
    traded = {name: gap for name, gap in gaps.items() if abs(gap) >= 0.5 / 10 ** (digits + 2)}  # seen by them
    if not traded:
        return None
    shown, _ = largest(pd.Series(traded).abs())
    names = sorted(shown, key=lambda name: -traded[name])
    of = "" if len(names) == len(traded) else f", {len(names)} largest of {len(traded)}"
    told = [
        (
            points(traded[name], digits),
            percent(now[name], digits),
            percent(target.get(name, 0.0), digits),
        )
        for name in names
    ]
    bars = go.Bar(
        x=[100 * traded[name] for name in names],
        y=names,
        orientation="h",
        marker_color=[_BUY if traded[name] > 0 else _SELL for name in names],
        customdata=told,
        hovertemplate="%{y}: %{customdata[0]}, from %{customdata[1]} to %{customdata[2]}<extra></extra>",
    )
    title = {"text": f"Trade to the target (pp of the portfolio{of})"}
    figure = go.Figure(
        bars,
        layout(
            "",
            height=_FRAME + _ROW * max(len(names), 4),
            hovermode="closest",
            bargap=0.3,
            showlegend=False,
            xaxis={"title": title, "nticks": 5, "showgrid": True, "gridcolor": GRID, "zerolinecolor": MARK},
            yaxis={"autorange": "reversed", "dtick": 1, "showgrid": False},
        ),
    )
    return Chart(
        figure,
        f"Trades to the target: {len(traded)} stocks differ from it, most of all {shown[0]}, by "
        f"{points(traded[shown[0]], digits)}",
    )
