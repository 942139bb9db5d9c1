"""The picture of the Weights page: how far each stock is from its target."""

from collections.abc import Mapping

import plotly.graph_objects as go

from app.formats import percent, points
from app.ui.shared.charts.figure import GRID, MARK, Chart, layout
from sac.config import CASH

__all__ = ["trade_bars"]

_BUY, _SELL = "#2a9d78", "#c9504a"
_MOST = 30  # bars that fit beside the ticket
_ROW, _FRAME = 24, 64  # pixels: of a bar, and of what is around them
_SEEN = 0.0005  # shares of wealth: what one decimal shows


def trade_bars(now: Mapping[str, float], target: Mapping[str, float]) -> Chart | None:
    """Target weight less weight of now, a bar a stock, the largest buy on top; None where nothing differs.

    now, target: shares of wealth by asset. CASH has no bar: what it pays for would dwarf the others.
    """
    gaps = {name: target.get(name, 0.0) - share for name, share in now.items() if name != CASH}
    traded = {name: gap for name, gap in gaps.items() if abs(gap) >= _SEEN}
    if not traded:
        return None
    largest = sorted(traded, key=lambda name: -abs(traded[name]))[:_MOST]
    names = sorted(largest, key=lambda name: -traded[name])
    of = "" if len(names) == len(traded) else f", {len(names)} largest of {len(traded)}"
    told = [(points(traded[name]), percent(now[name]), percent(target.get(name, 0.0))) for name in names]
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
    first = largest[0]
    return Chart(
        figure,
        f"Trades to the target: {len(traded)} stocks differ from it, most of all {first}, by "
        f"{points(traded[first])}",
    )
