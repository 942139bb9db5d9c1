"""Figures that pages share, readable on light and dark grounds; each Plotly figure comes with alt text."""

import colorsys
from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import cycle
from typing import Any, NamedTuple

import plotly.graph_objects as go
import streamlit as st

from sac import book
from sac.book import subject_label
from sac.config import VARIANTS

__all__ = ["BOOK", "Chart", "colours", "layout", "luminance", "show", "untagged"]

BOOK = subject_label(book.BOOK)  # how the portfolio that is ours is called in every chart

# Mid tones: each stands out from white and from near black (a contrast of 3 to 1).
STRATEGY_COLOURS = ("#2e86b8", "#d9792b", "#2a9d78", "#8a6cc0", "#c9504a", "#a98a1c")
VARIANT_COLOURS = dict(zip((one.label for one in VARIANTS.values()), STRATEGY_COLOURS, strict=True))
BOOK_COLOUR = "#c2479b"
BASELINE_COLOURS = {  # greys, told apart by their dashes
    "Equal weight": "#62707c",
    "Buy & hold": "#968c80",
    "Inverse volatility": "#7b8881",
    "HRP": "#8d8897",
    "Minimum variance": "#857670",
    "S&P 500 price index": "#64788e",
    "Cash": "#919187",
}
BASELINE_DASHES = dict(
    zip(
        BASELINE_COLOURS,
        ("dash", "dot", "longdash", "dashdot", "longdashdot", "12px 3px 3px 3px 3px 3px", "2px 6px"),
        strict=True,
    )
)
DARK, LIGHT = 0.135, 0.30  # luminances between which a colour stands out from both grounds
CASH_COLOUR = "#8494a2"
GRID = "rgba(128, 138, 155, 0.22)"
MARK = "rgba(128, 138, 155, 0.85)"
# Losses and gains, or under and over: two hues that fade into either ground at zero.
DIVERGING = (
    (0.0, "rgba(201, 90, 30, 0.95)"),
    (0.5, "rgba(128, 138, 155, 0.08)"),
    (1.0, "rgba(46, 134, 184, 0.95)"),
)
# The same as opaque ground of figures: Plotly writes on it in what it stands out from.
FILLED = ((0.0, "#b4531a"), (0.5, "#eef1f4"), (1.0, "#1b5e85"))
HEIGHT = 360
CONFIG = {"displaylogo": False, "displayModeBar": "hover", "scrollZoom": False}
DATED = {"hoverformat": "%Y-%m-%d"}  # the x axis of a chart over time


class Chart(NamedTuple):
    """A figure and what it says to somebody who cannot see it."""

    figure: go.Figure
    alt: str


def colours(names: Sequence[str]) -> dict[str, str]:
    """One colour per strategy, by what it is called: the same one on every page.

    The first version of a variant has the variant's colour, those after it tones of it; the book and each
    baseline have their own. A strategy that the desk did not train has the first colour that is free.
    """
    chosen = BASELINE_COLOURS | {BOOK: BOOK_COLOUR}
    variants = {name: _variant(name) for name in names if name not in chosen}
    taken = {VARIANT_COLOURS[variant] for variant in variants.values() if variant}
    free = cycle([colour for colour in STRATEGY_COLOURS if colour not in taken] or STRATEGY_COLOURS)
    seen = Counter[str]()  # how many have a colour or a tone of it
    for name, variant in sorted(variants.items(), key=lambda one: not one[1]):  # strangers last
        base = VARIANT_COLOURS[variant] if variant else next(free)
        chosen[name] = _tone(base, seen[base])
        seen[base] += 1
    return {name: chosen[name] for name in names}


def _variant(name: str) -> str:
    """The label of a version's variant, with which its name begins; else empty."""
    return next((label for label in VARIANT_COLOURS if name == label or name.startswith(f"{label} ")), "")


def _tone(base: str, number: int) -> str:
    """The colour itself, then darker and lighter ones in turn, whose hues move away from it either way."""
    if not number:
        return base
    wanted, way = (DARK, -1) if number % 2 else (LIGHT, 1)
    hue, _, saturation = colorsys.rgb_to_hls(*_channels(base))
    hue = (hue + way * 0.04 * (number // 2)) % 1.0
    low, high = 0.0, 1.0
    for _ in range(12):  # luminance rises with lightness
        middle = (low + high) / 2
        low, high = (middle, high) if luminance(_hex(hue, middle, saturation)) < wanted else (low, middle)
    return _hex(hue, low, saturation)


def luminance(colour: str) -> float:
    """Relative luminance of a colour "#rrggbb", 0 to 1 (WCAG 2)."""
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(255 * one):02x}" for one in colorsys.hls_to_rgb(hue, lightness, saturation))


def layout(y_title: str, percent_axis: bool = False, **others: Any) -> dict[str, Any]:
    """Layout that all figures share; `others` are laid over it."""
    shared: dict[str, Any] = {
        "height": HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 12, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hovermode": "x unified",
        "legend": {"orientation": "h", "x": 0, "y": -0.16, "xanchor": "left", "yanchor": "top"},
        "xaxis": {"showgrid": False},
        "yaxis": {"title": {"text": y_title}, "gridcolor": GRID, "zerolinecolor": GRID}
        | ({"tickformat": ".0%", "hoverformat": ".1%"} if percent_axis else {}),
    }
    for name, value in others.items():
        held = shared.get(name)
        shared[name] = held | value if isinstance(held, dict) else value
    return shared


def untagged(figure: go.Figure) -> go.Figure:
    """The figure with its names and labels as they are: Plotly reads <tags> in them."""
    written = {
        (number, part): escaped
        for number, trace in enumerate(figure.data)
        for part in ("name", "text", "x", "y")
        if (escaped := _escaped(getattr(trace, part, None))) is not None
    }
    if not written:
        return figure  # a copy takes as long as the figure did
    shown = go.Figure(figure)
    for (number, part), escaped in written.items():
        shown.data[number][part] = escaped
    return shown


def _escaped(value: Any) -> Any:
    """A text or texts without markup; None where there was none."""
    if isinstance(value, str):
        found = escape(value, quote=False)
        return found if found != value else None
    kind = getattr(getattr(value, "dtype", None), "kind", "O")
    if value is None or kind not in "OUT":
        return None  # numbers and dates
    escaped = [escape(one, quote=False) if isinstance(one, str) else one for one in value]
    return escaped if any(one is not other for one, other in zip(escaped, value, strict=True)) else None


def show(chart: Chart, key: str) -> None:
    """Draw an analysis chart."""
    figure = untagged(chart.figure)
    st.plotly_chart(figure, key=key, alt=chart.alt, config=CONFIG)
