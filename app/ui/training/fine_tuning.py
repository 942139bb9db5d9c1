"""The form that starts a fine-tuning."""

from collections.abc import Mapping

import streamlit as st

from app.formats import moment
from app.jobs.queue import Job
from app.queries import jobs, versions
from app.tasks.training import FINETUNE, FineTuning, doubt
from app.ui.shared.fields import action_unless
from app.ui.shared.glossary import meaning
from app.ui.shared.labels import label, short_name
from sac.config import FINETUNE_WEEKS
from sac.text import plain

__all__ = ["fine_tuning"]


def fine_tuning(busy: Mapping[str, Job]) -> None:
    """The champion that a fine-tuning starts from, and the button that starts it."""
    champions = {name: shelf.champion for name, shelf in versions.shelves().items() if shelf.champion}
    with st.expander(
        "**Fine-tune a champion**", icon=":material/tune:", key=f"finetune-{'busy' if busy else 'free'}"
    ):
        if not champions:
            st.info("There is no champion yet: a full training comes first.", icon=":material/info:")
            return
        variant = st.selectbox(
            "Champion",
            list(champions),
            format_func=lambda name: short_name(champions[name]),
            key="champion",
            width=420,
            help=f"{meaning('fine-tuning')} At lower rates; judged in blocks of {FINETUNE_WEEKS} weeks, each "
            "by agents fine-tuned before it began.",
        )
        warning = doubt(champions[variant])
        if warning:
            st.warning(warning, icon=":material/balance:")
        job = busy.get(variant)
        by = f"started by {plain(job.actor)}, {moment(job.created_at)}" if job else ""

        def start(actor: str) -> None:
            jobs.jobs().submit(FINETUNE, st.session_state["champion"], FineTuning(), actor)

        problems = [f"{label(variant)} is already training ({by})."] if job else []
        action_unless(problems, "Fine-tune", start, key="finetune", icon=":material/tune:")
