"""The form that starts a sweep."""

import os

import streamlit as st

from app.access import visitors
from app.queries import jobs
from app.tasks.sweep import SWEEP, SWEEPS, SweepRequest
from app.ui.shared.labels import label
from app.ui.shared.refusals import refusals_shown
from sac.config import PRESETS, VARIANTS
from sac.experiments import MOST_TRIALS, Sweep, read_sweep

EXAMPLE = """[grid]
action_scale = [2, 5, 8]
init_alpha = [0.02, 0.2]
"""


def asked() -> Sweep:
    """The sweep of the form, or of an uploaded file. Raises SettingsError."""
    columns = st.columns(4)
    variant = columns[0].selectbox("Variant", list(VARIANTS), format_func=label, key="variant")
    preset = columns[1].selectbox("Preset", list(PRESETS), list(PRESETS).index("desk"), key="preset")
    seeds = columns[2].number_input("Seeds", 1, 50, 3, key="seeds", help="Every setting is tried so often.")
    years = columns[3].number_input("Evaluation years", 1, 15, 2, key="years", help="They stay unseen.")
    grid = st.text_area(
        "Settings to try, every combination",
        EXAMPLE,
        height=110,
        key="grid",
        help="One setting a line, with the values to try. Any setting of the agent, and cost_rate.",
    )
    with st.expander("Take a TOML file instead"):
        file = st.file_uploader("A sweep as a TOML file", type="toml", max_upload_size=1, key="file")
    if file is not None:
        return read_sweep(file.getvalue().decode(errors="replace"))
    head = f'variant = "{variant}"\npreset = "{preset}"\nyears = {years}\nseeds = {list(range(int(seeds)))}\n'
    return read_sweep(head + grid)


def start(busy: bool, first: bool) -> None:
    """The form and the button that starts."""
    with st.expander("**New sweep**", expanded=first, icon=":material/science:"), refusals_shown():
        sweep = asked()
        st.caption(f"{sweep.count} trials; at most {MOST_TRIALS}. Finished ones are never repeated.")
        processes = st.number_input(
            "Processes",
            1,
            os.cpu_count() or 1,
            key="processes",
            width=240,
            help="Trials at work side by side on this machine, a core each. The results are the same.",
        )
        why_not = visitors.refusal()
        if st.button(
            "Start sweep",
            type="primary",
            disabled=busy or why_not is not None,
            help=why_not,
            key="start",
        ):
            request = SweepRequest(sweep=sweep, processes=int(processes))
            jobs.jobs().submit(SWEEP, SWEEPS, request, visitors.approver())
            st.rerun()
