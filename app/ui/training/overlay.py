"""Runs over each other: their curves in one chart, their figures, and the settings in which they differ."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.formats import UNKNOWN, duration, percent, ratio
from app.jobs.queue import Job
from app.queries import jobs, versions
from app.tasks.training import result_of
from app.ui.shared.charts.figure import MARK, Chart, colours, layout, show
from app.ui.shared.links import strip
from app.ui.training.differing import differing, in_effect
from app.ui.training.learning_curve import LEAD
from app.ui.training.state import title
from sac.registry import Version
from sac.text import plain

__all__ = ["MOST", "overlay", "overlay_chart"]

MOST = 6  # runs that one chart can tell apart
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")  # no colour alone
_UNDRAWN = {"update", "validation_low", "validation_high"}  # what is no curve of its own
TITLES = {
    LEAD: "Lead over equal weight",
    "reward": "Weekly reward",
    "entropy": "Entropy",
    "alpha": "Temperature",
}


def overlay(chosen: Sequence[Job]) -> None:
    """Compare runs, at most six of them."""
    titles = [title(job, jobs.notes().get(job.id).name) for job in chosen[:MOST]]
    runs = {
        f"{name} ({job.id[:4]})" if titles.count(name) > 1 else name: job
        for name, job in zip(titles, chosen[:MOST], strict=True)
    }
    st.subheader(f"{len(runs)} runs")
    if len(chosen) > MOST:
        st.caption(f"The first {MOST} of {len(chosen)} that were picked.")
    curves = {name: jobs.jobs().curve(job.id) for name, job in runs.items()}
    known = {str(name) for curve in curves.values() for name in curve if len(curve)}
    figures = [name for name in dict.fromkeys((LEAD, *sorted(known))) if name in known - _UNDRAWN]
    if figures:
        texts = {name: TITLES.get(name, name.replace("_", " ").capitalize()) for name in figures}
        if st.session_state.get("curve") not in texts:  # chosen for other runs
            st.session_state.pop("curve", None)
        figure = strip("Curve", list(texts), key="curve", format_func=texts.__getitem__)
        show(overlay_chart(curves, figure, texts[figure]), "runs")
    else:
        st.caption("None of them left a curve.")
    st.table(_results(runs), border="horizontal")
    table = differing({name: in_effect(job, _version(job)) for name, job in runs.items()})
    if table.empty:
        st.caption("Their settings and data are the same.")
    else:
        st.markdown("**Settings that differ**")
        st.table(table.map(plain), border="horizontal")


def overlay_chart(curves: Mapping[str, pd.DataFrame], figure: str, name: str) -> Chart:
    """One figure of several runs over their updates; a run without it is left out."""
    drawn = {
        run: curve.dropna(subset=[figure])[["update", figure]]
        for run, curve in curves.items()
        if figure in curve and curve[figure].notna().any()
    }
    palette, lead = colours(list(curves)), figure == LEAD
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers" if len(curve) < 30 else "lines",
            "x": curve["update"],
            "y": curve[figure],
            "name": run,
            "line": {
                "color": palette[run],
                "width": 2.4,
                "dash": DASHES[list(curves).index(run) % len(DASHES)],
            },
            "hovertemplate": "%{y:+.1%}" if lead else "%{y:.3f}",
        }
        for run, curve in drawn.items()
    ]
    axis = {"tickformat": "+.1%", "zeroline": True, "zerolinecolor": MARK} if lead else {}
    chart = go.Figure(
        traces,
        layout(
            f"{name} (% a year)" if lead else name,
            xaxis={
                "title": {"text": "Updates"},
                "rangemode": "tozero",
                "tickformat": ",",
                "hoverformat": ",",
            },
            yaxis=axis,
            showlegend=True,
        ),
    )
    ends = "; ".join(
        f"{run} ends at {_written(curve[figure].iloc[-1], lead)}" for run, curve in drawn.items()
    )
    return Chart(chart, f"{name} by update: {ends}")


def _written(value: float, lead: bool) -> str:
    return f"{percent(value)} a year" if lead else f"{value:.3f}"


def _results(runs: Mapping[str, Job]) -> pd.DataFrame:
    """What each run came to, a row per run."""
    rows = {}
    for name, job in runs.items():
        given = result_of(job)
        figures = given.metrics if given else {}
        rows[plain(name)] = {
            "Status": job.status,
            "CAGR, net": percent(figures.get("eval_cagr")),
            "Sharpe": ratio(figures.get("eval_sharpe")),
            "Max drawdown": percent(figures.get("eval_max_drawdown")),
            "Weekly turnover": percent(figures.get("eval_turnover")),
            "Took": UNKNOWN if job.active else duration(jobs.elapsed(job)),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("Run")


def _version(job: Job) -> Version | None:
    given = result_of(job)
    if given is None:
        return None
    known = versions.shelf(job.subject).versions
    return next((version for version in known if version.name == given.version), None)
