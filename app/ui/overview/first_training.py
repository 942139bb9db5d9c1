"""The button that trains all contenders on an empty desk."""

import streamlit as st

from app.access import visitors
from app.queries import jobs
from app.tasks.training import FULL, FullRequest
from app.ui.shared.labels import label
from app.ui.shared.navigation import page_path
from app.ui.shared.refusals import refusals_shown
from sac.config import DEMO_VARIANTS
from sac.market import Provenance


def train_contenders(market: Provenance) -> None:
    """One button: the contenders with the plan's settings, then to the page that shows them working."""
    names, sample = ", ".join(label(variant) for variant in DEMO_VARIANTS), market.source == "sample"
    with st.container(border=True, horizontal_alignment="center"):
        st.subheader("No model yet", text_alignment="center")
        st.markdown(
            f"Train {names} with the plan's settings on {'the embedded sample' if sample else 'your data'}: "
            "two years of walk-forward evaluation, then a model for this week's weights. "
            "One after the other, some minutes each; you can watch them, and leave.",
            text_alignment="center",
        )
        with st.container(horizontal=True, horizontal_alignment="center"):
            why_not = visitors.refusal()
            pressed = st.button(
                "Train the demo models" if sample else "Train these models",
                type="primary",
                icon=":material/play_arrow:",
                key="demo",
                disabled=why_not is not None,
                help=why_not,
            )
    if pressed:
        with refusals_shown():
            actor = visitors.approver()
            for variant in DEMO_VARIANTS:
                jobs.jobs().submit(FULL, variant, FullRequest(preset="plan"), actor)
            st.switch_page(page_path("training"))
