"""The history of trainings, and the result of one."""

import pandas as pd
import streamlit as st

from app.formats import duration, moment, percent, ratio
from app.jobs.queue import Job
from app.queries import jobs
from app.tasks.training import result_of
from app.ui.shared.figures import figure, right_aligned
from app.ui.shared.labels import KIND_WORDS, label
from app.ui.shared.links import not_here, selectable
from app.ui.shared.navigation import go_to
from app.ui.training.learning_curve import curves
from sac.text import code, plain, said

__all__ = ["job_table", "result"]


def job_table(latest: list[Job]) -> str | None:
    """History of jobs, newest first; returns the id of the one selected, which the URL keeps."""
    results = [result_of(job) for job in latest]
    table = pd.DataFrame(
        {
            "Started": [moment(job.created_at) for job in latest],
            "Variant": [label(job.subject) for job in latest],
            "Kind": [KIND_WORDS.get(job.kind, job.kind) for job in latest],
            "Status": [job.status for job in latest],
            "Duration": ["" if job.active else duration(jobs.elapsed(job)) for job in latest],
            "By": [job.actor for job in latest],
            "Version": [given.version if given else "" for given in results],
            "Error": [job.error or "" for job in latest],
        }
    )
    ids = [job.id for job in latest]
    not_here(st.query_params.get_all("job"), ids, "It may be another desk's.")
    columns = right_aligned("Duration")
    chosen = selectable(table, ids, "job", "Trainings, newest first", single=True, columns=columns)
    return next(iter(chosen), None)


def result(job: Job) -> None:
    """The result of a job, and its log."""
    kind = KIND_WORDS.get(job.kind, job.kind)
    st.subheader(f"{plain(label(job.subject))}, {plain(kind)}, {moment(job.created_at)}")
    asked = (
        ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in job.request.items()) or "defaults"
    )
    st.caption(f"Job {code(job.id)} · started by {plain(job.actor)} · settings: {plain(asked)}")
    if job.status == "cancelled":
        st.info("Cancelled. Nothing was saved.", icon=":material/stop_circle:")
    if job.error:
        st.error(said(job.error), icon=":material/error:")
    given = result_of(job)
    if given:
        verdict = "is the champion now" if given.promoted else f"is stored. {said(given.verdict)}"
        st.success(f"Version {code(given.version)} {verdict.rstrip('.')}.", icon=":material/check_circle:")
        if not given.promoted:
            title = "Review it" if given.eligible else "See why it is not eligible"
            go_to("promotion", title, version=given.version)
        figures = given.metrics
        grid = st.grid(4, min_column_width=130)
        for title, value in {
            "CAGR, net, out of sample": percent(figures.get("eval_cagr")),
            "Sharpe ratio": ratio(figures.get("eval_sharpe")),
            "Max drawdown": percent(figures.get("eval_max_drawdown")),
            "Weekly turnover": percent(figures.get("eval_turnover")),
        }.items():
            figure(grid, title, value)
        go_to("compare", "Compare with the baselines", version=given.version)
    if not job.active:  # else it is watched above
        curves(job)
    st.code(jobs.jobs().log(job.id) or "The log is empty.", language=None, height=220)
