"""What was really held against what was advised: the answer, the way there, and what the difference is of."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.access import visitors
from app.formats import dollars, percent, signed
from app.holdings.saved import history
from app.holdings.tracking import Stretch, Tracked, tracked
from app.settings import settings
from app.ui.shared.charts.figure import MARK, STRATEGY_COLOURS, Chart, layout, show
from app.ui.shared.figures import right_aligned
from app.ui.shared.navigation import go_to
from app.ui.shared.refusals import refusals_shown
from sac.market import MarketPanel

__all__ = ["held"]

_PARTS = {"timing": "timing", "rounding": "rounding", "not_made": "trades not made"}
_COLUMNS = (
    "Held (%)",
    "Advised (%)",
    "Difference (pp)",
    "Timing",
    "Rounding",
    "Trades not made",
    "In or out ($)",
)


def held(variant: str, panel: MarketPanel) -> None:
    """The section, for the visitor's own savings; one line where there is nothing to compare yet."""
    st.subheader(
        "What you held",
        help="A saving of holdings counts from the close of its day until the next one. Timing: what it cost "
        "to follow the advice at your savings instead of at every fill. Rounding: whole shares and a minimum "
        "trade size. The rest are trades that you did not make, or made beside the advice. Both sides are "
        "before cost; money that came or went is no growth.",
    )
    root = settings()
    with refusals_shown():
        savings = history(root.data, visitors.visitor().name)
        found = tracked(savings, root.track_log.rows(variant), panel)
        if found is None:
            _begin(bool(savings))
            return
        st.markdown(f"**{_sentence(found.total)}**")
        show(_paths(found), "held")
        _table([*found.stretches[::-1], found.total] if len(found.stretches) > 1 else found.stretches)
        late = f" {found.late} of the sealed weeks were sealed late." if found.late else ""
        st.caption(f"In log growth, so that timing, rounding and trades not made add up.{late}")


def _begin(saved: bool) -> None:
    """How the comparison comes about."""
    if saved:
        st.caption("Nothing to compare yet: it begins with the first close after a sealed week and a saving.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Save what you hold after you have traded, and this page compares it with the advice.")
        go_to("weights", "Save your holdings")


def _sentence(total: Stretch) -> str:
    """What came of it, and what the difference is mostly of."""
    grown = f"Since {total.start} your holdings grew by {percent(np.expm1(total.held))}"
    advised, apart = percent(np.expm1(total.advised)), signed(np.expm1(total.difference))
    if apart == signed(0.0):
        return f"{grown}, as the advice did."
    part = max(_PARTS, key=lambda name: abs(getattr(total, name)))
    return f"{grown}, {apart} against the advice's {advised}, mostly by {_PARTS[part]}."


def _paths(found: Tracked) -> Chart:
    """Growth of a dollar by session, held and advised, with a dotted line at each saving."""
    known = np.isfinite(found.held)
    span = slice(int(known.argmax()), len(known) - int(known[::-1].argmax()))
    lines = {"Held": (found.held, STRATEGY_COLOURS[0], "solid"), "Advised": (found.advised, MARK, "dash")}
    figure = go.Figure(
        [
            {"type": "scatter", "mode": "lines", "name": name, "x": found.dates[span], "y": values[span]}
            | {"line": {"color": colour, "dash": dash, "width": 2}, "hovertemplate": "$%{y:.3f}"}
            for name, (values, colour, dash) in lines.items()
        ],
        layout(
            "Growth of $1, before cost",
            yaxis={"tickformat": "$.2f"},
            shapes=[
                {"type": "line", "x0": one.start, "x1": one.start, "y0": 0, "y1": 1, "yref": "paper"}
                | {"line": {"color": MARK, "dash": "dot", "width": 1}}
                for one in found.stretches
            ],
        ),
    )
    total = found.total
    return Chart(
        figure,
        f"Growth of a dollar from {total.start} to {total.end}: held {percent(np.expm1(total.held))}, "
        f"advised {percent(np.expm1(total.advised))}",
    )


def _hundredths(growth: float) -> str:
    """Hundredths of log growth, with a sign; "+0.00" for what rounds to zero."""
    return f"{round(100 * growth, 2) + 0.0:+.2f}"


def _table(stretches: Sequence[Stretch]) -> None:
    """Each stretch, newest first, and all together last."""
    rows = [
        (
            f"{one.start} to {one.end}",
            *(_hundredths(growth) for growth in (one.held, one.advised, one.difference)),
            *(_hundredths(getattr(one, part)) for part in _PARTS),
            "" if one.flow is None else dollars(one.flow),
        )
        for one in stretches
    ]
    if len(stretches) > 1:
        rows[-1] = ("All", *rows[-1][1:])
    st.dataframe(
        pd.DataFrame(rows, columns=["Stretch", *_COLUMNS]),
        hide_index=True,
        height="content",
        key="held-stretches",
        alt="Log growth of what was held and advised between savings, and the parts of its difference",
        column_config=right_aligned(*_COLUMNS),
    )
