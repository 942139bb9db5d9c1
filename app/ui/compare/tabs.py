"""The sections of a comparison behind tabs."""

import streamlit as st

from app.ui.compare.comparison import Comparison
from app.ui.compare.sections import SECTIONS, Block, Section, Table
from app.ui.shared.charts.figure import Chart, show
from app.ui.shared.links import strip
from sac.portfolio import Backtest
from sac.text import said

__all__ = ["sections"]


def sections(comparison: Comparison) -> None:
    """The tabs, of which only the open one is computed; the URL keeps which."""
    titles = [section.title for section in SECTIONS]
    tabs = st.tabs(titles, on_change="rerun", key="view", bind="query-params")
    for container, section in zip(tabs, SECTIONS, strict=True):
        if container.open:
            with container:
                _body(section, comparison)


def _body(section: Section, comparison: Comparison) -> None:
    """Of one strategy where there is one to choose."""
    shown: list[Backtest] = []
    if section.chooses:
        offered = {each.name: each for each in getattr(comparison, section.chooses)}
        name = strip("Strategy", list(offered), key=f"shown-{section.title}-{hash(tuple(offered))}")
        shown = [offered[name]]
    for number, block in enumerate(section.blocks(comparison, shown)):
        _draw(block, f"{section.title}-{number}")


def _draw(block: Block, key: str) -> None:
    if isinstance(block, Table):
        st.table(block.cells, border="horizontal", alt=block.alt)
    elif isinstance(block, Chart):
        show(block, key)
    else:
        st.markdown(said(block.text))
