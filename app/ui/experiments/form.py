"""The form that starts a sweep."""

import os
from typing import Any

import streamlit as st

from app.formats import duration
from app.queries import jobs, planning
from app.queries.market import panel
from app.tasks.sweep import SWEEP, SWEEPS, SweepRequest
from app.ui.experiments.choosing import FIRST, numbers, offered, proposed, titled, typed
from app.ui.shared.fields import Form, action_unless
from app.ui.shared.labels import label
from app.ui.shared.uploads import content, file_field
from sac.config import LIMITS, PRESETS, VARIANTS
from sac.errors import DeskError
from sac.experiments import MOST_TRIALS, Sweep, read_sweep, sweep_of, toml_of
from sac.market.evaluation import possible_years

__all__ = ["new_sweep"]

LARGEST_FILE = 64 * 1024  # bytes
MOST_SEEDS = 50
YES_NO = {"yes": True, "no": False}


def new_sweep(busy: bool, first: bool) -> None:
    """The form and the button that starts; open before the first sweep, closed while one is at work."""
    with st.expander(
        "**New sweep**",
        expanded=first and not busy,
        key=f"sweep-{'busy' if busy else 'free'}",
    ):
        form = Form()
        _fields(form)
        problems = list(form.problems)
        if busy:
            problems.append("A sweep is at work: wait for it, or cancel it above.")
        cost = st.empty()  # also where there is nothing to say: the button below does not move
        try:
            sweep = _entered(form)
            problems += _too_long(sweep)
            cost.caption(_cost(sweep), help=f"At most {MOST_TRIALS}; finished ones are never repeated.")
        except DeskError as refusal:
            problems = problems or [str(refusal)]

        def start(actor: str) -> None:
            processes = form.entered("processes")
            jobs.jobs().submit(SWEEP, SWEEPS, SweepRequest(sweep=_entered(form), processes=processes), actor)
            st.query_params.pop("sweep", None)  # the newest is shown: this one

        action_unless(
            problems, "Start sweep", start, key="start", type="primary", icon=":material/play_arrow:"
        )


def _fields(form: Form) -> None:
    grid = st.grid(5, min_column_width=150)
    variant = grid.selectbox("Variant", list(VARIANTS), format_func=label, key="variant")
    preset = grid.selectbox("Preset", list(PRESETS), list(PRESETS).index("desk"), key="preset")
    form.whole(grid, "Seeds", 1, MOST_SEEDS, 3, key="seeds", help="Every setting is tried with each of them.")
    form.whole(
        grid, "Evaluation years", *LIMITS["evaluation_years"], 2, key="years", help="They stay unseen."
    )
    form.whole(
        grid,
        "Processes",
        1,
        os.cpu_count() or 1,
        1,
        key="processes",
        help="Trials side by side on this machine, a core each; the results are the same.",
    )
    known = offered(variant, preset)
    chosen = st.multiselect(
        "Settings",
        list(known),
        [name for name in FIRST if name in known][:2],
        format_func=titled,
        key=f"settings-{variant}-{preset}",
        help="Every combination of their values is a setting of the sweep.",
    )
    values = st.grid(3, min_column_width=200)
    for name in chosen:
        _values(values, variant, preset, name)
    with st.expander("As TOML", key="toml"):
        _toml(form)
        file_field("Or a TOML file of at most 64 KB", LARGEST_FILE, type="toml", key="file")


def _values(place: Any, variant: str, preset: str, name: str) -> None:
    """The values of one setting: typed, or picked where it is yes or no."""
    start, key = proposed(variant, preset, name), _key(variant, preset, name)
    own = offered(variant, preset)[name]
    if isinstance(own, bool):
        place.multiselect(_title(name), list(YES_NO), list(YES_NO), key=key)
        return
    place.text_input(
        _title(name),
        typed(start),
        key=key,
        live=True,
        autocomplete="off",
        help=f"Values with commas between. The preset's: {typed([own])}.",
    )


def _toml(form: Form) -> None:
    """The sweep of the fields as text; once that is changed it counts, until a field is changed."""
    try:
        text = toml_of(_by_fields(form))
    except DeskError:
        st.caption("The fields above are not a sweep yet.")
        return
    key = _toml_key(text)
    st.text_area("Sweep", text, height=220, key=key, help="Also universes, members and layers' sizes.")
    if st.session_state[key] != text:
        st.caption("The text counts. Changing a field above brings the fields back.")


def _entered(form: Form) -> Sweep:
    """The sweep of an uploaded file, of the text where it was changed, else of the fields. SettingsError."""
    state = st.session_state
    if state.get("file") is not None:
        return read_sweep(content(state["file"], LARGEST_FILE).decode(errors="replace"))
    by_fields = _by_fields(form)
    text = toml_of(by_fields)
    edited = state.get(_toml_key(text), text)
    return by_fields if edited == text else read_sweep(edited)


def _by_fields(form: Form) -> Sweep:
    state = st.session_state
    variant, preset = state["variant"], state["preset"]
    known, grid = offered(variant, preset), dict[str, list[Any]]()
    for name in state[f"settings-{variant}-{preset}"]:
        entered = state[_key(variant, preset, name)]
        picked = isinstance(known[name], bool)
        grid[name] = [YES_NO[word] for word in entered] if picked else numbers(_title(name), entered or "")
    return sweep_of(
        {
            "variant": variant,
            "preset": preset,
            "years": form.entered("years"),
            "seeds": list(range(form.entered("seeds"))),
            "grid": grid,
        }
    )


def _too_long(sweep: Sweep) -> list[str]:
    """Why the data cannot keep so many years unseen."""
    possible = possible_years(panel(), of_sweep=True)
    if sweep.years <= possible:
        return []
    return [
        f"Evaluation years is {sweep.years}: beside the two judged years the data have room for {possible}."
    ]


def _cost(sweep: Sweep) -> str:
    try:
        seconds = planning.sweep_seconds(sweep, max(int(st.session_state["processes"]), 1))
    except ValueError:
        seconds = None
    took = f", about {duration(seconds)}" if seconds is not None else ""
    return f"{sweep.count} trials{took}"


def _title(name: str) -> str:
    return f"{titled(name)} values"


def _key(variant: str, preset: str, name: str) -> str:
    return f"{variant}-{preset}-{name}-values"


def _toml_key(text: str) -> str:
    return f"toml-{hash(text)}"
