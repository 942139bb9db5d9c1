"""The button that trains all contenders on an empty desk."""

import streamlit as st

from app.queries import jobs
from app.tasks.training import FULL, FullRequest
from app.ui.shared.action import action
from app.ui.shared.labels import label
from app.ui.shared.navigation import page_path
from sac.config import DEMO_VARIANTS
from sac.market import Provenance

__all__ = ["train_contenders"]


def train_contenders(market: Provenance) -> None:
    """One button: the contenders with the preset plan, then to the page that shows them working."""
    *others, last = (label(variant) for variant in DEMO_VARIANTS)
    names, sample = f"{', '.join(others)} and {last}", market.source == "sample"
    with st.container(border=True, horizontal_alignment="center"):
        st.subheader("No model yet", text_alignment="center")
        st.markdown(
            f"Train {names} with the preset plan on {'the embedded sample' if sample else 'your data'}: "
            "two years of walk-forward evaluation, then a model for this week's weights. "
            "One after the other, some minutes each.",
            text_alignment="center",
        )
        with st.container(horizontal=True, horizontal_alignment="center"):
            action(
                "Train the demo models" if sample else "Train these models",
                _start,
                key="demo",
                type="primary",
                icon=":material/play_arrow:",
            )


def _start(actor: str) -> None:
    for variant in DEMO_VARIANTS:
        jobs.jobs().submit(FULL, variant, FullRequest(preset="plan"), actor)
    st.switch_page(page_path("training"))
