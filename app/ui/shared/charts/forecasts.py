"""Skill of forecasters, year by year, with its error."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from app.formats import ratio
from app.ui.shared.charts.figure import MARK, Chart, layout
from sac.forecast.skill import ForecastSkill

__all__ = ["forecast_skill"]

SPACE = 0.16  # of a year, between forecasters


def forecast_skill(
    judged: Mapping[tuple[str, ...], Sequence[ForecastSkill]], palette: Mapping[str, str]
) -> Chart:
    """Rank IC of every year with its 95 % interval; forecasters, by whose versions they are, side by side."""
    traces = []
    for number, (names, years) in enumerate(judged.items()):
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": ", ".join(names),
                "x": [year.year + SPACE * (number - (len(judged) - 1) / 2) for year in years],
                "y": [year.rank_ic for year in years],
                "error_y": {
                    "array": [_error(year) for year in years],
                    "thickness": 1.4,
                    "width": 0,
                },
                "marker": {"color": palette[names[0]], "size": 8, "symbol": number},
                "customdata": [[year.year, year.t_statistic] for year in years],
                "hovertemplate": "%{customdata[0]}: %{y:.3f}, t %{customdata[1]:.2f}<extra></extra>",
            }
        )
    figure = go.Figure(
        traces,
        layout(
            "Rank IC (correlation)",
            hovermode="closest",
            showlegend=True,
            xaxis={"dtick": 1, "tickformat": "d"},
            yaxis={"zeroline": True, "zerolinecolor": MARK, "tickformat": ".2f"},
        ),
    )
    spans = []
    for names, years in judged.items():
        found = [year.rank_ic for year in years]
        spans.append(f"{', '.join(names)} {ratio(min(found), 3)} to {ratio(max(found), 3)}")
    return Chart(figure, f"Rank IC per year, lowest to highest: {'; '.join(spans)}")


def _error(year: ForecastSkill) -> float | None:
    """Half the 95 % interval of a year's mean rank IC."""
    return abs(1.96 * year.rank_ic / year.t_statistic) if year.t_statistic else None
