"""Try many settings at once, follow the trials, and read the honest leaderboard."""

import dataclasses
import os

import streamlit as st

from app import access, queries
from app.components import label, linked, provenance_line, refusals_shown, selectable, show
from app.formats import moment
from app.job_panels import progress_text
from app.jobs import Job
from app.settings import settings
from app.sweep_charts import differing, setting_map
from app.sweep_jobs import SWEEP, challenger_request
from app.sweep_tables import finished_trials, leaderboard_table, trial_grid
from sac.config import PRESETS, VARIANTS
from sac.experiments import MOST_TRIALS, Plan, Row, Sweep, leaderboard, read_plan, read_sweep
from sac.registry import Ledger

EXAMPLE = """[grid]
action_scale = [2, 5, 8]
init_alpha = [0.02, 0.2]
"""
NUMBER = st.column_config.NumberColumn


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
        why_not = access.refusal()
        if st.button(
            "Start sweep",
            type="primary",
            disabled=busy or why_not is not None,
            help=why_not,
            key="start",
        ):
            request = {"sweep": dataclasses.asdict(sweep), "processes": int(processes)}
            queries.jobs().submit(SWEEP, SWEEP, request, access.approver())
            st.rerun()


def trials(plan: Plan) -> None:
    """Leaderboard of what is finished, and the way to a challenger."""
    finished = finished_trials(plan)
    st.markdown(f"**{len(finished)} of {len(plan.keys)}** trials finished")
    if not finished:
        return
    rows = leaderboard(finished, Ledger(settings().models))
    choices = dict(zip(plan.keys, plan.choices, strict=True))
    first = rows[0].result
    st.caption(
        f"Judged on decisions {first.start} to {first.end}, before the evaluation years, net of costs. "
        "Lead: CAGR minus equal weight's. Its 95 % interval is in log growth a year and each trial's own; "
        "only the deflated Sharpe ratio knows how many candidates were tried."
    )
    table = leaderboard_table(rows, choices)
    chosen = selectable(
        table,
        [row.result.key for row in rows],
        "trial",
        "Trials, best lead over equal weight first",
        single=True,
        columns={
            **{name: NUMBER(format="%+.1f") for name in map(str, table) if "pp" in name},
            "Deflated Sharpe (%)": NUMBER(format="%.0f"),
        },
    )
    if chosen:
        challenger(plan, next(row for row in rows if row.result.key == chosen[0]), choices[chosen[0]])
    else:
        st.caption("Select a row to make it a challenger.")
    if len(axes := differing(rows, choices, plan.sweep.varied)) > 1:
        st.subheader("Which settings matter")
        st.caption("Mean CAGR over equal weight by two settings, over all seeds and the other settings")
        down, across = two_of(axes)
        show(setting_map(rows, choices, down, across), "setting-map")


def two_of(axes: list[str]) -> tuple[str, str]:
    """The settings to draw, chosen where there are more than two."""
    if len(axes) == 2:
        return axes[0], axes[1]
    left, right = st.columns(2)
    down = left.selectbox("Down", axes, key="down")
    return down, right.selectbox("Across", [name for name in axes if name != down], key="across")


def pick(sweeps: list[Job]) -> Job:
    """The sweep that is shown: that of the link, else the newest."""
    names = {job.id: job for job in sweeps}

    def told(job: Job) -> str:
        return f"{moment(job.created_at)}, {label(job.request['sweep']['variant'])}, {job.status}"

    return names[linked("Sweep", "sweep", {name: told(job) for name, job in names.items()})]


def challenger(plan: Plan, row: Row, choices: dict[str, object]) -> None:
    """An ordinary full training with one trial's settings: the first look at the evaluation years."""
    with st.container(border=True):
        st.markdown(
            "**Make challenger**: an ordinary full training with these settings. Only then are the "
            "evaluation years looked at, for this row alone."
        )
        members = st.number_input("Members", 1, 64, 5, key="members", help="Of the challenger's committee.")
        why_not = access.refusal()
        if st.button("Make challenger", disabled=why_not is not None, help=why_not, key="challenger"):
            with refusals_shown():
                actor = access.approver()
                request = challenger_request(plan.sweep, choices, row.result, queries.panel(), int(members))
                queries.jobs().submit(plan.sweep.variant, "full", request, actor)
                st.success("The training has started: watch it on the Training page.")


st.title("Experiments")
st.caption(
    "Many settings, judged on the two years before the evaluation years. Nothing here has seen "
    "the evaluation years, and every trial counts in the ledger."
)
sweeps = queries.jobs().list(kinds=(SWEEP,))
active = next((job for job in sweeps if job.active), None)
start(active is not None, first=not sweeps)


@st.fragment(run_every="2s" if active else None, key="sweep-progress")
def live() -> None:
    """The sweep at work; when it ends, the page is drawn again."""
    with refusals_shown():
        if active is None:
            return
        now = queries.jobs().get(active.id)
        if not now.active:
            st.rerun()
        st.progress(now.fraction, progress_text(now))
        why_not = access.refusal()
        if st.button("Cancel; finished trials are kept", disabled=why_not is not None, key="cancel"):
            access.approver()
            queries.jobs().cancel(active.id)
        plan = read_plan(settings().sweeps, active.id)
        if plan:
            st.caption("CAGR over equal weight of every trial that is finished, before the evaluation years")
            st.table(trial_grid(plan, finished_trials(plan)), hide_index=True, border="horizontal")


live()
if sweeps:
    picked = pick(sweeps)
    if picked.error:
        st.error(picked.error, icon=":material/error:")
    with refusals_shown():
        shown = read_plan(settings().sweeps, picked.id)
        if shown and not picked.active:
            trials(shown)
else:
    st.info("No sweep yet. Start one above; its trials appear here, best first.", icon=":material/info:")
with refusals_shown():
    market = queries.panel().provenance
    provenance_line(market, market.window_end)
