"""The settings of a sweep in order, a picture of them, and what lies behind."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.formats import moment, percent, points, ratio
from app.jobs.queue import Job
from app.queries.trials import finished_trials
from app.settings import settings
from app.tasks.sweep import SWEEP
from app.ui.experiments.challenger import challenger
from app.ui.experiments.dots import SHOWN, described, dots
from app.ui.experiments.setting_map import differing, setting_map
from app.ui.experiments.tables import leaderboard_table, setting_table
from app.ui.shared.answer import answer
from app.ui.shared.charts.figure import colours, show
from app.ui.shared.evidence import with_intervals
from app.ui.shared.glossary import meaning
from app.ui.shared.labels import label
from app.ui.shared.links import linked, selectable
from sac.experiments import Plan, Row, Setting, by_setting, leaderboard
from sac.text import plain

__all__ = ["pick", "results"]

NUMBER = st.column_config.NumberColumn
SURE = 0.95  # a deflated Sharpe ratio from which on a lead is called more than luck


def pick(sweeps: list[Job]) -> Job:
    """The sweep that is shown: that of the link, else the newest."""
    names = {job.id: job for job in sweeps}

    def text(job: Job) -> str:
        asked = SWEEP.request_of(job)
        variant = label(asked.sweep.variant) if asked else "of another release"
        return f"{moment(job.created_at)}, {variant}, {job.status}"

    return names[linked("Sweep", "sweep", {name: text(job) for name, job in names.items()})]


def results(plan: Plan, top: DeltaGenerator) -> None:
    """What is finished: the best setting in a sentence, the picture, a row per setting, the trials."""
    finished = finished_trials(plan)
    if not finished:
        with top:
            answer(f"None of {len(plan.keys)} trials is finished.")
        return
    rows = leaderboard(finished, settings().ledger)
    choices = dict(zip(plan.keys, plan.choices, strict=True))
    tried = by_setting(rows, choices)
    varied = differing(rows, choices, [*plan.sweep.varied, "universe"])
    with top:
        answer(_best(tried, varied, len(finished), len(plan.keys)))
    if any(setting.rows for setting in tried):
        colour = colours([label(plan.sweep.variant)])[label(plan.sweep.variant)]
        show(dots(tried, varied, colour), "dots")
        if len(tried) > SHOWN:
            st.caption(f"The best {SHOWN} of {len(tried)} settings.")
    lost = sum(not setting.rows for setting in tried)
    if lost:
        st.caption(f"{lost} of {len(tried)} settings failed with every seed: see the trials.")
    chosen = _settings(tried, varied)
    if chosen:
        challenger(plan, chosen, choices)
    else:
        st.caption("Select a row to make it a challenger.")
    _behind(rows, plan, choices, varied)


def _best(tried: Sequence[Setting], varied: Sequence[str], done: int, planned: int) -> str:
    """The best setting, and whether it is more than the luck of the search."""
    best, still = tried[0], f", {done} of {planned} trials so far" if done < planned else ""
    if not best.rows:
        return f"All trials failed{still}."
    count, seeds = len(best.rows), "one seed"
    if count > 1:
        seeds = f"± {percent(best.spread).removesuffix(' %')} over {count} seeds"
    name, lead = plain(described(best, varied)), points(best.lead)
    if best.lead <= 0.0:
        return f"No setting of {len(tried)} beats equal weight{still}: the best is {name}, {lead} ({seeds})."
    luck = f"more than luck ({percent(best.deflated, 0)})" if best.deflated >= SURE else "could be luck"
    return f"Best of {len(tried)} settings{still}: {name}, {lead} over equal weight ({seeds}), {luck}."


def _settings(tried: Sequence[Setting], varied: Sequence[str]) -> Setting | None:
    """A row per setting; the one that is selected. The link names a setting by its first trial."""
    shown = [setting for setting in tried if setting.rows]
    ids = [setting.rows[0].result.key for setting in shown]
    help_of = {
        "Spread (pp)": "Standard deviation of the lead over the seeds.",
        "Deflated Sharpe (%)": meaning("deflated Sharpe ratio"),
        "Turnover (% a week)": meaning("turnover"),
        "Max drawdown (%)": meaning("drawdown"),
    }
    formats = {
        "Lead (pp)": "%+.1f",
        "Spread (pp)": "%.1f",
        "Sharpe": "%.2f",
        "Max drawdown (%)": "%.1f",
        "Turnover (% a week)": "%.1f",
        "Deflated Sharpe (%)": "%.0f",
    }
    columns = {name: NUMBER(format=text, help=help_of.get(name)) for name, text in formats.items()}
    chosen = selectable(
        setting_table(shown, varied),
        ids,
        "trial",
        "Settings, best mean lead first",
        single=True,
        columns=columns,
    )
    return next((setting for setting, key in zip(shown, ids, strict=True) if [key] == chosen), None)


def _behind(
    rows: Sequence[Row], plan: Plan, choices: dict[str, dict[str, object]], varied: list[str]
) -> None:
    """What settings do together, and every trial; drawn when it is opened."""
    if len(varied) > 1:
        with st.expander(
            "Two settings together", icon=":material/grid_on:", key="map", on_change="rerun"
        ) as fold:
            if fold.open:
                down, across = _two_of(varied)
                show(setting_map(rows, choices, down, across), "setting-map")
    with st.expander(
        "Trials one by one", icon=":material/table_rows:", key="trials", on_change="rerun"
    ) as fold:
        if fold.open:
            _trials(rows, choices)


def _trials(rows: Sequence[Row], choices: dict[str, dict[str, object]]) -> None:
    first = rows[0].result
    st.caption(
        f"Decisions {plain(first.start)} to {plain(first.end)}, net of costs; the bar is the 95 % interval.",
        help="Before the evaluation years. The interval is that of the log growth a year over equal weight, "
        "each trial's own; only the deflated Sharpe ratio allows for the number of candidates tried.",
    )
    shown = with_intervals(leaderboard_table(rows, choices), "Log growth ahead", "low", "high")
    formats: dict[Any, Any] = {
        "Lead": points,
        "Log growth ahead": points,
        "Sharpe": ratio,
        "Deflated Sharpe": lambda value: percent(value, 0),
    }
    st.table(shown.format(formats), hide_index=True, border="horizontal")


def _two_of(axes: list[str]) -> tuple[str, str]:
    """The settings to draw, chosen where there are more than two."""
    if len(axes) == 2:
        return axes[0], axes[1]
    left, right = st.columns(2)
    down = left.selectbox("Down", axes, key="down")
    return down, right.selectbox("Across", [name for name in axes if name != down], key="across")
