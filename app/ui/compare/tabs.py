"""The sections of a comparison behind tabs."""

import streamlit as st

from app.ui.compare.comparison import Comparison
from app.ui.compare.sections import Block, Section, Table
from app.ui.shared.charts.figure import Chart, show
from sac.portfolio import Backtest


def draw(block: Block, key: str) -> None:
    """One block of a section."""
    if isinstance(block, Table):
        st.table(block.cells, border="horizontal", alt=block.alt)
    elif isinstance(block, Chart):
        show(block, key)
    else:
        st.markdown(block.text)


def tab(section: Section, found: Comparison) -> None:
    """The body of the open tab: of one strategy where there is one to choose."""
    shown: list[Backtest] = []
    if section.chooses:
        walks = {walk.name: walk for walk in getattr(found, section.chooses)}
        name = st.segmented_control(
            "Strategy",
            list(walks),
            default=next(iter(walks)),
            required=True,
            key=f"shown-{section.title}-{hash(tuple(walks))}",
            label_visibility="collapsed",
        )
        shown = [walks[str(name)]]
    for number, block in enumerate(section.blocks(found, shown)):
        draw(block, f"{section.title}-{number}")
