"""The sections of a comparison behind tabs."""

from collections.abc import Sequence

import streamlit as st

from app.ui.compare.blocks import Behind, Block, Section, Table
from app.ui.compare.choices import kept_one
from app.ui.compare.comparison import Comparison
from app.ui.compare.sections import SECTIONS
from app.ui.shared.charts.figure import Chart, show
from app.ui.shared.links import strip
from sac.portfolio import Backtest
from sac.text import said

__all__ = ["draw", "sections"]

FEW = 6  # as many stand side by side


def sections(comparison: Comparison) -> None:
    """The tabs, of which only the open one is computed; the URL keeps which."""
    titles = [section.title for section in SECTIONS]
    choose = kept_one("view", titles, titles[0])
    tabs = st.tabs(titles, on_change=choose, key="view")
    for container, section in zip(tabs, SECTIONS, strict=True):
        if container.open:
            with container:
                _body(section, comparison)


def _body(section: Section, comparison: Comparison) -> None:
    """Its parts, each below the choice of a strategy where it is of one."""
    for number, part in enumerate(section.parts):
        shown = [_one_of(getattr(comparison, part.of), part.of)] if part.of else []
        for place, block in enumerate(part.blocks(comparison, shown)):
            draw(block, f"{section.title}-{number}-{place}")


def _one_of(offered: Sequence[Backtest], whose: str) -> Backtest:
    names = [each.name for each in offered]
    key = f"shown-{whose}-{hash(tuple(names))}"
    if len(names) <= FEW:
        name = strip("Strategy", names, key=key)
    else:
        name = st.selectbox("Strategy", names, key=key, label_visibility="collapsed", width=320)
    return offered[names.index(name)]


def draw(block: Block, key: str) -> None:
    """Put a block on the page."""
    if isinstance(block, Table):
        st.table(block.cells, border="horizontal", alt=block.alt)
    elif isinstance(block, Behind):
        place = st.expander(block.title, key=key, on_change="rerun")
        if place.open:
            with place:
                draw(block.table, key)
    elif isinstance(block, Chart):
        show(block, key)
    else:
        st.caption(said(block.text), help=said(block.help) if block.help else None)
