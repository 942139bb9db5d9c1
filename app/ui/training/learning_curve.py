"""Learning curves of a training at work."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from app.ui.shared.charts.figure import STRATEGY_COLOURS

__all__ = ["learning_curve"]


def learning_curve(curve: pd.DataFrame, figures: Sequence[str], title: str) -> dict[str, Any]:
    """ECharts option of a job's learning curve: cheap enough to be drawn every two seconds."""
    shown = [figure for figure in figures if figure in curve]
    return {
        "animation": False,
        "color": list(STRATEGY_COLOURS),
        "title": {"text": title, "textStyle": {"fontSize": 13, "fontWeight": "normal"}},
        "legend": {"show": len(shown) > 1, "top": 30, "icon": "roundRect", "itemWidth": 12, "itemHeight": 4},
        "tooltip": {"trigger": "axis", "valueFormatter": "%.3f"},
        "grid": {"left": 44, "right": 16, "top": 54, "bottom": 28},
        "dataset": {"source": curve[["update", *shown]]},
        "xAxis": {
            "type": "value",
            "name": "update",
            "nameLocation": "middle",
            "nameGap": 24,
            "min": 0,
            "splitNumber": 3,
        },
        "yAxis": {"type": "value", "scale": True},
        "series": [
            {
                "type": "line",
                "name": figure.replace("_", " "),
                "showSymbol": False,
                "encode": {"x": "update", "y": figure, "tooltip": [figure]},
            }
            for figure in shown
        ],
    }
