"""Try many settings at once, follow the trials, and read the honest leaderboard."""

import dataclasses
import os

import pandas as pd
import streamlit as st

from app import access, queries
from app.components import label, provenance_line, refusals_shown, selectable, show
from app.formats import moment
from app.settings import settings
from app.sweep_charts import setting_map
from app.sweep_jobs import SWEEP, challenger_request
from sac.config import PRESETS, VARIANTS
from sac.experiments import MOST_TRIALS, Plan, Row, Sweep, TrialResults, leaderboard, read_plan, read_sweep
from sac.registry import Ledger

EXAMPLE = """[grid]
action_scale = [2, 5, 8]
init_alpha = [0.02, 0.2]
"""
NUMBER = st.column_config.NumberColumn


def asked() -> Sweep:
    """The sweep of an uploaded file, or of the form. Raises SettingsError."""
    file = st.file_uploader("A sweep as a TOML file (instead of the form)", type="toml", key="file")
    if file is not None:
        return read_sweep(file.getvalue().decode(errors="replace"))
    columns = st.columns(4)
    variant = columns[0].selectbox("Variant", list(VARIANTS), format_func=label, key="variant")
    preset = columns[1].selectbox("Preset", list(PRESETS), list(PRESETS).index("desk"), key="preset")
    seeds = columns[2].number_input("Seeds", 1, 50, 3, key="seeds", help="Every setting is tried so often.")
    years = columns[3].number_input("Evaluation years", 1, 15, 2, key="years", help="They stay unseen.")
    grid = st.text_area("Settings to try, every combination", EXAMPLE, height=110, key="grid")
    head = f'variant = "{variant}"\npreset = "{preset}"\nyears = {years}\nseeds = {list(range(int(seeds)))}\n'
    return read_sweep(head + grid)


def start(busy: bool) -> None:
    """The form and the button that starts."""
    with st.container(border=True):
        st.subheader("New sweep")
        with refusals_shown():
            sweep = asked()
            st.caption(f"{sweep.count} trials; at most {MOST_TRIALS}. Finished ones are never repeated.")
            processes = st.number_input(
                "Processes",
                1,
                os.cpu_count() or 1,
                key="processes",
                help="Trials at work side by side on this machine, a core each. The results are the same.",
            )
            why_not = access.refusal()
            if st.button(
                "Start sweep",
                type="primary",
                icon=":material/science:",
                disabled=busy or why_not is not None,
                help=why_not,
                key="start",
            ):
                request = {"sweep": dataclasses.asdict(sweep), "processes": int(processes)}
                queries.jobs().submit(SWEEP, SWEEP, request, access.approver())
                st.rerun()


def trials(plan: Plan) -> None:
    """Leaderboard of what is finished, and the way to a challenger."""
    results, home = TrialResults(settings().sweeps / "trials"), settings()
    finished = [result for key in plan.keys if (result := results.get(key))]
    st.markdown(f"**{len(finished)} of {len(plan.keys)}** trials finished")
    if not finished:
        return
    rows, choices = (
        leaderboard(finished, Ledger(home.models)),
        dict(zip(plan.keys, plan.choices, strict=True)),
    )
    first = rows[0].result
    st.caption(
        f"Judged on decisions {first.start} to {first.end}, before the evaluation years, net of costs. "
        "Intervals are each trial's own; only the deflated Sharpe ratio knows how many candidates were tried."
    )
    table = pd.DataFrame([line(row, choices[row.result.key]) for row in rows])
    percents = {name: NUMBER(name, format="%+.1f") for name in table if "pp" in name}
    keys = [row.result.key for row in rows]
    chosen = selectable(
        table,
        keys,
        "trial",
        "Trials, best lead over equal weight first",
        single=True,
        columns={**percents, "Deflated Sharpe (%)": NUMBER("Deflated Sharpe (%)", format="%.0f")},
    )
    chart = setting_map(rows, choices, plan.sweep.varied)
    if chart:
        show(chart, "setting-map")
    if chosen:
        challenger(plan, next(row for row in rows if row.result.key == chosen[0]), choices[chosen[0]])
    else:
        st.caption("Select a row to make it a challenger.")


def line(row: Row, choices: dict[str, object]) -> dict[str, object]:
    """One trial as a row of the table."""
    figures = row.result.figures
    return {
        **{name: str(value) for name, value in choices.items()},
        "CAGR over equal weight (pp)": row.over_equal_weight * 100,
        "Log growth over it, 95 % low (pp)": figures.get("edge_low", float("nan")) * 100,
        "95 % high (pp)": figures.get("edge_high", float("nan")) * 100,
        "Deflated Sharpe (%)": row.deflated * 100,
        "Problem": row.result.problem or "",
    }


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
start(active is not None)


@st.fragment(run_every="2s" if active else None, key="sweep-progress")
def live() -> None:
    """The sweep at work; when it ends, the page is drawn again."""
    with refusals_shown():
        if active is None:
            return
        now = queries.jobs().get(active.id)
        if not now.active:
            st.rerun()
        st.progress(now.fraction, now.message)
        why_not = access.refusal()
        if st.button("Cancel; finished trials are kept", disabled=why_not is not None, key="cancel"):
            access.approver()
            queries.jobs().cancel(active.id)
        plan = read_plan(settings().sweeps, active.id)
        if plan:
            results = TrialResults(settings().sweeps / "trials")
            st.markdown(" ".join("🟩" if results.get(key) else "⬜" for key in plan.keys))


live()
if sweeps:
    by_id = {job.id: job for job in sweeps}
    picked = st.selectbox(
        "Sweep",
        list(by_id),
        format_func=lambda name: (
            f"{moment(by_id[name].created_at)}, {label(by_id[name].request['sweep']['variant'])}, "
            f"{by_id[name].status}"
        ),
        key="sweep",
    )
    if by_id[picked].error:
        st.error(by_id[picked].error, icon=":material/error:")
    with refusals_shown():
        shown = read_plan(settings().sweeps, picked)
        if shown:
            trials(shown)
with refusals_shown():
    market = queries.panel().provenance
    provenance_line(market, market.window_end)
