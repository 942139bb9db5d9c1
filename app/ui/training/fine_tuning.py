"""The form that starts a fine-tuning."""

import streamlit as st

from app.access import visitors
from app.jobs.queue import Job
from app.queries import jobs, versions
from app.tasks.training import FINETUNE, FineTuning
from app.ui.shared.labels import short_name
from app.ui.shared.refusals import refusals_shown


def fine_tuning(busy: dict[str, Job]) -> None:
    """The champion that a fine-tuning starts from, and the button that starts it."""
    with st.container(border=True):
        st.subheader("Fine-tune a champion")
        st.caption(
            "The champion's agents go on learning on the most recent 26 weeks, at lower rates, with all "
            "their state restored. Judged in blocks of 26 weeks, each by agents fine-tuned before it began."
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
        why_not = visitors.refusal()
        if st.button(
            "Fine-tune",
            icon=":material/tune:",
            disabled=bool(variant in busy or why_not),
            help=why_not,
            key="finetune",
        ):
            with refusals_shown():
                jobs.jobs().submit(FINETUNE, variant, FineTuning(), visitors.approver())
                st.rerun()
