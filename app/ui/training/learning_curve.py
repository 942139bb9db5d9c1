"""Learning curves of a training: what its agents are worth first, how their networks fare behind a fold."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from app.formats import points
from app.jobs.queue import Job
from app.queries import jobs
from app.tasks.training import FINETUNE
from app.ui.shared.charts.figure import MARK, STRATEGY_COLOURS
from sac.config import VARIANTS

__all__ = ["curves", "lead_curve", "learning_curve"]

LEAD, LOW, HIGH = "validation", "validation_low", "validation_high"
FIGURES = {  # title -> figures on one axis
    "Losses": ("actor_loss", "critic_loss"),
    "Weekly reward": ("reward",),
    "Entropy (nats)": ("entropy",),
    "Temperature": ("alpha",),
    "Step towards the target": ("step",),
}
# From `training_log` of SAC + LSTM on the sample; the most is that of a uniform action, 16 ln 2.
ENTROPY_NOTE = (
    "Actor loss falls mostly by the entropy bonus that it accumulates, which says nothing of the weights. "
    "Preset plan ends before its temperature has settled: entropy 10.6 of at most 11.1 on the sample."
)


def curves(job: Job) -> None:
    """What a training has learned so far; nothing before its first point."""
    curve = jobs.jobs().curve(job.id)
    if curve.empty:
        return
    if LEAD in curve:
        _lead(curve.dropna(subset=[LEAD]), job.id)
    # A fine-tuning has no validation weeks: its networks are all that there is to see.
    with st.expander(
        "Losses, entropy and temperature",
        expanded=job.kind == FINETUNE.name,
        key=f"losses-{job.id}",
        icon=":material/ssid_chart:",
        on_change="rerun",
    ) as fold:
        if fold.open:
            _networks(curve, job)


def _lead(looks: pd.DataFrame, job_id: str) -> None:
    """The committee's lead over equal weight at each look at the validation weeks."""
    last = looks.iloc[-1]
    said = (
        f"{points(last[LEAD])} a year over equal weight on the validation weeks after "
        f"{int(last['update']):,} updates, members from {points(last[LOW])} to {points(last[HIGH])}"
    )
    st.markdown(
        f"**{said}**",
        help="The committee's annualised log growth over equal weight's, net of costs, on weeks that its "
        "agents have not seen; the band spans its members.",
    )
    st.echarts_chart(lead_curve(looks), height=300, key=f"lead-{job_id}", alt=said)


def _networks(curve: pd.DataFrame, job: Job) -> None:
    drawn = {title: names for title, names in FIGURES.items() if curve.columns.isin(names).any()}
    charts = st.grid(len(drawn), min_column_width=220)
    for title, figures in drawn.items():
        charts.echarts_chart(
            learning_curve(curve, figures, title),
            height=230,
            key=f"{title}-{job.id}",
            alt=f"{title} after {int(curve['update'].iloc[-1]):,} updates",
        )
    if job.subject in VARIANTS and VARIANTS[job.subject].algorithm == "sac":
        st.caption(ENTROPY_NOTE)


def lead_curve(looks: pd.DataFrame) -> dict[str, Any]:
    """ECharts option of the lead (pp a year) with the band over the members, equal weight at zero."""
    table = pd.DataFrame(
        {
            "update": looks["update"],
            "committee": 100 * looks[LEAD],
            "lowest member": 100 * looks[LOW],
            "highest member": 100 * looks[HIGH],
            "band": 100 * (looks[HIGH] - looks[LOW]),
        }
    )
    shared = {"type": "line", "showSymbol": False}
    band = {
        **shared,
        "stack": "band",
        "stackStrategy": "all",
        "lineStyle": {"opacity": 0},
        "itemStyle": {"color": MARK},
        "silent": True,
    }
    return {
        **_frame(table),
        "grid": {"left": 44, "right": 16, "top": 30, "bottom": 44},
        "tooltip": {"trigger": "axis", "valueFormatter": "%+.1f pp"},
        "yAxis": {"type": "value", "name": "pp a year", "nameLocation": "end"},
        "series": [
            {**band, "name": "lowest member", "encode": _encode("lowest member", "lowest member")},
            {
                **band,
                "name": "highest member",
                "areaStyle": {"color": STRATEGY_COLOURS[0], "opacity": 0.2},
                "encode": _encode("band", "highest member"),
            },
            {
                **shared,
                "name": "committee",
                "showSymbol": True,
                "lineStyle": {"width": 3},
                "itemStyle": {"color": STRATEGY_COLOURS[0]},
                "encode": _encode("committee", "committee"),
                "markLine": {
                    "silent": True,
                    "symbol": "none",
                    "lineStyle": {"color": MARK, "type": "dashed"},
                    "label": {"formatter": "equal weight", "position": "insideEndTop"},
                    "data": [{"yAxis": 0}],
                },
            },
        ],
    }


def learning_curve(curve: pd.DataFrame, figures: Sequence[str], title: str) -> dict[str, Any]:
    """ECharts option of some figures: cheap enough to be drawn every two seconds."""
    shown = [figure for figure in figures if figure in curve]
    return {
        **_frame(curve[["update", *shown]].dropna(how="all", subset=shown)),
        "color": list(STRATEGY_COLOURS),
        "title": {"text": title, "textStyle": {"fontSize": 13, "fontWeight": "normal"}},
        "legend": {"show": len(shown) > 1, "top": 30, "icon": "roundRect", "itemWidth": 12, "itemHeight": 4},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.3f"},
        "grid": {"left": 44, "right": 16, "top": 54, "bottom": 28},
        "yAxis": {"type": "value", "scale": True},
        "series": [
            {
                "type": "line",
                "name": figure.replace("_", " "),
                "showSymbol": False,
                "encode": _encode(figure, figure),
            }
            for figure in shown
        ],
    }


def _frame(table: pd.DataFrame) -> dict[str, Any]:
    """What every curve over updates shares."""
    return {
        "animation": False,
        "dataset": {"source": table},
        "xAxis": {
            "type": "value",
            "name": "update",
            "nameLocation": "middle",
            "nameGap": 24,
            "min": 0,
            "splitNumber": 3,
            "axisPointer": {"label": {"precision": 0}},
        },
    }


def _encode(drawn: str, told: str) -> dict[str, Any]:
    return {"x": "update", "y": drawn, "tooltip": [told]}
