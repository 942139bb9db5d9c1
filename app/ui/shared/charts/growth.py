"""Charts of backtests that share their weeks: one colour each, baselines and external strategies dashed."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from app.formats import percent, points, ratio
from app.ui.shared.charts.figure import BASELINE_DASHES, BOOK, DATED, MARK, Chart, colours, layout
from sac.arrays import Floats
from sac.evidence import cagr, drawdown, rolling_sharpe, rolling_volatility
from sac.evidence.comparison import rolling_excess
from sac.portfolio import Backtest

__all__ = ["ROLLING_WEEKS", "drawdowns", "equity", "excess", "sharpe", "turnover", "volatility"]

ROLLING_WEEKS = 26


def equity(backtests: Sequence[Backtest]) -> Chart:
    """Growth of $1, net of costs, on a log scale; a dotted line where another fold's agents take over."""
    folds = _fold_starts(backtests)
    low = min(each.wealth.min() for each in backtests)
    high = max(each.wealth.max() for each in backtests)
    figure = go.Figure(
        _lines(backtests, lambda each: (each.dates, each.wealth), "$%{y:.2f}"),
        layout(
            "Growth of $1, net of costs (log scale)",
            xaxis=DATED,
            margin={"t": 36},  # room for the names of the folds
            yaxis={"type": "log", "tickvals": _log_ticks(low, high), "tickformat": "$.2f"},
            # Shapes given with the layout: add_vline costs 20 ms each.
            shapes=[
                {"type": "line", "x0": start, "x1": start, "y0": 0, "y1": 1, "yref": "paper"}
                | {"line": {"color": MARK, "dash": "dot", "width": 1}}
                for _, start in folds
            ],
            annotations=[
                {"x": start, "y": 1, "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
                | {"text": f"committee {number}", "showarrow": False}
                | {"font": {"size": 11, "color": MARK}}
                for number, start in folds
            ],
        ),
    )
    ends = ", ".join(f"{each.name} {percent(cagr(each.net))} a year" for each in backtests)
    return Chart(figure, f"Growth of one dollar over {len(backtests[0].net)} weeks: {ends}")


def drawdowns(backtests: Sequence[Backtest]) -> Chart:
    """Drawdown from the highest wealth so far, the initial capital included."""
    figure = go.Figure(
        _lines(backtests, lambda each: (each.ends, drawdown(each.net)), "%{y:.1%}"),
        layout("Drawdown, net (%)", percent_axis=True, xaxis=DATED),
    )
    worst = ", ".join(f"{each.name} {percent(drawdown(each.net).min())}" for each in backtests)
    return Chart(figure, f"Drawdown over time, net of costs; deepest: {worst}")


def excess(backtests: Sequence[Backtest], benchmark: Backtest) -> Chart:
    """How far a dollar got ahead of the benchmark's over the last 26 weeks."""
    figure = go.Figure(
        _lines(
            backtests,
            lambda each: (each.ends[ROLLING_WEEKS - 1 :], rolling_excess(each, benchmark, ROLLING_WEEKS)),
            "%{y:+.1%}",
        ),
        layout(
            f"{ROLLING_WEEKS}-week excess over {benchmark.name.lower()}, net (%)",
            percent_axis=True,
            xaxis=DATED,
            yaxis={"zeroline": True, "zerolinecolor": MARK},
        ),
    )
    last = ", ".join(
        f"{each.name} {points(rolling_excess(each, benchmark, ROLLING_WEEKS)[-1])}" for each in backtests
    )
    return Chart(
        figure, f"Rolling {ROLLING_WEEKS}-week excess over {benchmark.name.lower()}; at the end: {last}"
    )


def volatility(backtests: Sequence[Backtest]) -> Chart:
    """Annualised volatility of the last 26 weeks."""
    return _rolling(
        backtests,
        rolling_volatility,
        "volatility",
        percent,
        layout(f"{ROLLING_WEEKS}-week volatility (% a year)", percent_axis=True, height=260, xaxis=DATED),
    )


def sharpe(backtests: Sequence[Backtest]) -> Chart:
    """Annualised Sharpe ratio of the last 26 weeks."""
    return _rolling(
        backtests,
        rolling_sharpe,
        "Sharpe ratio",
        ratio,
        layout(
            f"{ROLLING_WEEKS}-week Sharpe ratio",
            height=260,
            xaxis=DATED,
            yaxis={"tickformat": ".1f", "zeroline": True, "zerolinecolor": MARK},
        ),
    )


def _rolling(
    backtests: Sequence[Backtest],
    figure: Callable[[Floats, int], Floats],
    name: str,
    write: Callable[[float], str],
    shape: dict[str, Any],
) -> Chart:
    values = {each.name: figure(each.net, ROLLING_WEEKS) for each in backtests}
    written = "%{y:.1%}" if write is percent else "%{y:.2f}"
    lines = _lines(backtests, lambda each: (each.ends[ROLLING_WEEKS - 1 :], values[each.name]), written)
    ends = ", ".join(f"{whose} {write(float(line[-1]))}" for whose, line in values.items())
    return Chart(go.Figure(lines, shape), f"{ROLLING_WEEKS}-week {name}, annualised; at the end: {ends}")


def turnover(backtests: Sequence[Backtest]) -> Chart:
    """Share of wealth traded in stocks each week, without the first purchase, which is the same for all."""
    figure = go.Figure(
        _lines(backtests, lambda each: (each.fills[1:], each.turnover[1:]), "%{y:.1%}"),
        layout(
            "Weekly turnover (% of wealth)", percent_axis=True, xaxis=DATED, yaxis={"rangemode": "tozero"}
        ),
    )
    means = ", ".join(
        f"{each.name} {percent(each.turnover[1:].mean())}" for each in backtests if len(each.net) > 1
    )
    return Chart(figure, f"Weekly turnover after the first purchase; average: {means}")


def _lines(backtests: Sequence[Backtest], values: Any, written: str) -> list[dict[str, Any]]:
    """A line per backtest of the dates and figures that `values` gives; dicts, for they are built fastest."""
    palette = colours([each.name for each in backtests])
    lines = []
    for backtest in backtests:
        dates, figures = values(backtest)
        lines.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": dates,
                "y": figures,
                "name": backtest.name,
                "line": {"color": palette[backtest.name], **_stroke(backtest)},
                "hovertemplate": written,
            }
        )
    return lines


def _stroke(backtest: Backtest) -> dict[str, Any]:
    """Baselines thin, each with its own dashes; the book thickest; what the desk fitted is solid."""
    if backtest.name in BASELINE_DASHES:
        return {"width": 1.6, "dash": BASELINE_DASHES[backtest.name]}
    if backtest.name == BOOK:
        return {"width": 3.2, "dash": "solid"}
    return {"width": 2.4, "dash": "solid" if backtest.folds.any() else "dashdot"}


def _fold_starts(backtests: Sequence[Backtest]) -> list[tuple[int, str]]:
    """Number and first fill of every fold of the first backtest that has folds."""
    folded = next((each for each in backtests if each.folds.any()), None)
    if folded is None:
        return []
    numbers, rows = np.unique(folded.folds, return_index=True)
    return [
        (int(number), str(folded.fills[row])) for number, row in zip(numbers, rows, strict=True) if number
    ]


def _log_ticks(low: float, high: float) -> list[float]:
    """Five to nine round values on a log axis that often spans less than a decade."""
    for step in (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0):
        ticks = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
        if len(ticks) <= 9:
            return [float(round(tick, 2)) for tick in ticks if tick > 0]
    return [float(tick) for tick in 2.0 ** np.arange(np.floor(np.log2(low)), np.ceil(np.log2(high)) + 1)]
