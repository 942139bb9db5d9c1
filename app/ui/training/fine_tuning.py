"""The form that starts a fine-tuning."""

from collections.abc import Mapping

import streamlit as st

from app.jobs.queue import Job
from app.queries import jobs, versions
from app.tasks.training import FINETUNE, FineTuning, doubt
from app.ui.shared.action import action
from app.ui.shared.labels import short_name

__all__ = ["fine_tuning"]


def fine_tuning(busy: Mapping[str, Job]) -> None:
    """The champion that a fine-tuning starts from, and the button that starts it."""
    with st.container(border=True):
        st.subheader("Fine-tune a champion")
        st.caption(
            "The champion's agents go on learning on the most recent 26 weeks, at lower rates; judged in "
            "blocks of 26 weeks, each by agents fine-tuned before it began."
        )
        champions = {name: shelf.champion for name, shelf in versions.shelves().items() if shelf.champion}
        if not champions:
            st.info("There is no champion yet: a full training comes first.", icon=":material/info:")
            return
        variant = st.selectbox(
            "Champion",
            list(champions),
            format_func=lambda name: short_name(champions[name]),
            key="champion",
            width=420,
        )

        warning = doubt(champions[variant])
        if warning:
            st.warning(warning, icon=":material/balance:")

        def start(actor: str) -> None:
            variant = st.session_state["champion"]
            jobs.jobs().submit(FINETUNE, variant, FineTuning(), actor)

        action("Fine-tune", start, key="finetune", blocked=variant in busy, icon=":material/tune:")
