"""The form that starts a sweep."""

import os

import streamlit as st

from app.queries import jobs
from app.tasks.sweep import SWEEP, SWEEPS, SweepRequest
from app.ui.shared.action import action
from app.ui.shared.labels import label
from app.ui.shared.refusals import refusals_shown
from app.ui.shared.uploads import content, file_field
from sac.config import LIMITS, PRESETS, VARIANTS
from sac.experiments import MOST_TRIALS, Sweep, read_sweep

__all__ = ["new_sweep"]

LARGEST_FILE = 64 * 1024  # bytes
EXAMPLE = """[grid]
action_scale = [2, 5, 8]
init_alpha = [0.02, 0.2]
"""


def new_sweep(busy: bool, first: bool) -> None:
    """The form and the button that starts."""
    with st.expander("**New sweep**", expanded=first, icon=":material/science:"), refusals_shown():
        _fields()
        sweep = _entered()
        st.caption(f"{sweep.count} trials; at most {MOST_TRIALS}. Finished ones are never repeated.")
        st.number_input(
            "Processes",
            1,
            os.cpu_count() or 1,
            key="processes",
            width=240,
            help="Trials side by side on this machine, a core each. The results are the same.",
        )
        action(
            "Start sweep",
            _start,
            key="start",
            blocked=busy,
            type="primary",
            icon=":material/play_arrow:",
        )


def _fields() -> None:
    columns = st.columns(4)
    columns[0].selectbox("Variant", list(VARIANTS), format_func=label, key="variant")
    columns[1].selectbox("Preset", list(PRESETS), list(PRESETS).index("desk"), key="preset")
    columns[2].number_input("Seeds", 1, 50, 3, key="seeds", help="Every setting is tried with each of them.")
    least, most = LIMITS["evaluation_years"]
    columns[3].number_input(
        "Evaluation years", int(least), int(most), 2, key="years", help="They stay unseen."
    )
    st.text_area(
        "Settings to try, every combination",
        EXAMPLE,
        height=110,
        key="grid",
        help="One setting a line, with the values to try. Any setting of the agent, and cost_rate.",
    )
    with st.expander("Use a TOML file instead"):
        file_field("A sweep as a TOML file of at most 64 KB", LARGEST_FILE, type="toml", key="file")


def _entered() -> Sweep:
    """The sweep of the form as it is now, or of an uploaded file. Raises SettingsError."""
    state = st.session_state
    if state["file"] is not None:
        return read_sweep(content(state["file"], LARGEST_FILE).decode(errors="replace"))
    head = (
        f'variant = "{state["variant"]}"\npreset = "{state["preset"]}"\n'
        f"years = {state['years']}\nseeds = {list(range(int(state['seeds'])))}\n"
    )
    return read_sweep(head + state["grid"])


def _start(actor: str) -> None:
    request = SweepRequest(sweep=_entered(), processes=int(st.session_state["processes"]))
    jobs.jobs().submit(SWEEP, SWEEPS, request, actor)
