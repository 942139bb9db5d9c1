"""A champion's live leads in the cone of its back-test."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from app.decisions.track import WORDS
from app.formats import signed
from app.ui.shared.charts.figure import MARK, STRATEGY_COLOURS, Chart, layout
from sac.market import MarketPanel
from sac.track.cone import Cone
from sac.track.record import TrackRecord
from sac.track.scoring import Scored, live

__all__ = ["lead_in_cone"]

_BANDS = ((0, 4, "90 % of the promised histories", 0.16), (1, 3, "50 %", 0.28))  # edges of `Cone.bands`
_WEEK = np.timedelta64(7, "D")


def lead_in_cone(record: TrackRecord, panel: MarketPanel) -> Chart:
    """Cumulative lead over equal weight of the live weeks, in the bands that the back-test promises.

    Weeks that were sealed late are hollow: they stand where the record stood, for they count for nothing.
    """
    results, promise = record.scored, record.cone
    dates = _dates(record, panel, promise.bands.shape[1] if promise else 0)
    traces: list[dict[str, Any]] = _cone(promise, dates) if promise else []
    if results:
        ends = np.concatenate([[0.0], np.expm1(results.leads.cumsum())])
        traces.append(_line(dates[: len(ends)], ends))
    traces += _late(record, dates, results)
    figure = go.Figure(
        traces,
        layout(
            "Against equal weight",
            percent_axis=True,
            yaxis={"zeroline": True, "zerolinecolor": MARK, "tickformat": "+.1%"},
        ),
    )
    return Chart(figure, _alt(record))


def _dates(record: TrackRecord, panel: MarketPanel, weeks: int) -> np.ndarray:
    """When each week's lead is known: first fill, ends of scored weeks, and weeks that are to come."""
    known = record.scored.champion.dates if record.scored else np.array([], "datetime64[D]")
    if not len(known):
        sealed = live(record.rows)
        known = np.array([sealed[0].fill if sealed else panel.fills[-1]], "datetime64[D]")
    ahead = known[-1] + _WEEK * np.arange(1, max(weeks + 2 - len(known), 0))
    return np.concatenate([known, ahead])


def _cone(promise: Cone, dates: np.ndarray) -> list[dict[str, Any]]:
    edges = np.expm1(np.concatenate([np.zeros((5, 1)), promise.bands], axis=1))
    shared = {"type": "scatter", "mode": "lines", "x": dates[: edges.shape[1]], "hoverinfo": "skip"}
    bands: list[dict[str, Any]] = []
    for low, high, name, depth in _BANDS:
        bands.append(shared | {"y": edges[low], "line": {"width": 0}, "showlegend": False})
        bands.append(
            shared
            | {"y": edges[high], "line": {"width": 0}, "fill": "tonexty", "name": name}
            | {"fillcolor": f"rgba(132, 148, 162, {depth})"}
        )
    median = {"y": edges[2], "name": "median", "line": {"color": MARK, "dash": "dot", "width": 1.4}}
    return [*bands, shared | median | {"hoverinfo": "y", "hovertemplate": "%{y:+.1%}"}]


def _line(dates: np.ndarray, lead: np.ndarray) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": dates,
        "y": lead,
        "name": "live weeks",
        "line": {"color": STRATEGY_COLOURS[0], "width": 2.4},
        "marker": {"size": 6},
        "hovertemplate": "%{y:+.1%}",
    }


def _late(record: TrackRecord, dates: np.ndarray, results: Scored | None) -> list[dict[str, Any]]:
    fills = np.array([row.fill for row in record.rows if row.kind == "late" and row.intact], "datetime64[D]")
    if not len(fills):
        return []
    stood = np.zeros(len(fills))
    if results:
        ends = np.concatenate([[0.0], np.expm1(results.leads.cumsum())])
        stood = ends[np.searchsorted(dates[: len(ends)], fills, side="right").clip(1) - 1]
    return [
        {"type": "scatter", "mode": "markers", "x": fills, "y": stood, "name": "sealed late"}
        | {"marker": {"symbol": "circle-open", "size": 9, "color": MARK, "line": {"width": 1.6}}}
        | {"hovertemplate": "not counted"}
    ]


def _alt(record: TrackRecord) -> str:
    stands = record.standing
    if stands is None:
        return "The bands that the back-test promises; no live week has been scored yet"
    lead = signed(float(np.expm1(stands.lead)))
    return (
        f"Lead over equal weight of {stands.weeks} live weeks, {lead} at the end: "
        f"{WORDS[stands.word]} that the back-test promises"
    )
