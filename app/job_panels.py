"""A job on a page: at work, in the history, and what it came to."""

import pandas as pd
import streamlit as st

from app import access, queries
from app.charts import learning_curve
from app.components import label, page_path, refusals_shown, selectable
from app.formats import duration, moment, percent, ratio
from app.jobs import Job

__all__ = ["KIND_WORDS", "job_table", "progress_line", "progress_text", "result", "watched"]

KIND_WORDS = {"full": "full", "finetune": "fine-tune", "refresh": "data refresh"}

CURVES = {  # title -> figures on one axis
    "Losses": ("actor_loss", "critic_loss"),
    "Reward a week": ("reward",),
    "Entropy (nats)": ("entropy",),
    "Temperature": ("alpha",),
}


def progress_text(job: Job) -> str:
    """What a job at work does, how far it is, and how long it will take."""
    return f"{job.message} · {percent(job.fraction, 0)} · time left {duration(job.eta_seconds)}"


def progress_line(job: Job) -> None:
    """One line of a training at work."""
    with st.container(border=True):
        st.progress(job.fraction, f"**{label(job.variant)}** · {progress_text(job)}")
        st.page_link(page_path("training"), label="Watch it", icon=":material/model_training:")


def watched(job: Job) -> None:
    """A training at work: where it is, how long it takes, what it learns, and the way to stop it."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(f"{label(job.variant)}, {KIND_WORDS.get(job.kind, job.kind)}", width="content")
            if job.status != "cancelling":
                with st.popover("Cancel", icon=":material/stop_circle:", key=f"stop-{job.id}"):
                    st.markdown("Stop this training? What it has learned so far is lost.")
                    why_not = access.refusal()
                    if st.button(
                        "Yes, cancel it",
                        type="primary",
                        key=f"cancel-{job.id}",
                        disabled=why_not is not None,
                        help=why_not,
                    ):
                        with refusals_shown():
                            access.approver()
                            queries.jobs().cancel(job.id)
                            st.query_params["job"] = job.id
                            st.rerun()
        st.progress(job.fraction, f"{job.message} · {percent(job.fraction, 0)}")
        if job.started_at:
            grid = st.grid(4, min_column_width=130)
            grid.metric("Stage", (job.stage or job.status).capitalize())
            grid.metric("Time left", duration(job.eta_seconds), help="Measured from the work done so far.")
            grid.metric("Elapsed", duration(queries.elapsed(job)), help="Since its turn came.")
            grid.metric("Status", job.status.capitalize())
        curve = queries.jobs().curve(job.id)
        if not curve.empty:
            drawn = {title: names for title, names in CURVES.items() if curve.columns.isin(names).any()}
            charts = st.grid(len(drawn), min_column_width=220)
            for title, figures in drawn.items():
                charts.echarts_chart(
                    learning_curve(curve, figures, title),
                    height=230,
                    key=f"{title}-{job.id}",
                    alt=f"{title} after {int(curve['update'].iloc[-1]):,} updates",
                )
        st.caption(
            f"Job `{job.id}` · started by {job.actor} · {moment(job.created_at)} · goes on without this page"
        )


def job_table(latest: list[Job]) -> str | None:
    """History of jobs, newest first; returns the id of the one selected, which the URL keeps."""
    table = pd.DataFrame(
        {
            "Started": [moment(job.created_at) for job in latest],
            "Variant": [label(job.variant) for job in latest],
            "Kind": [KIND_WORDS.get(job.kind, job.kind) for job in latest],
            "Status": [job.status for job in latest],
            "Duration": ["" if job.active else duration(queries.elapsed(job)) for job in latest],
            "By": [job.actor for job in latest],
            "Version": [(job.result or {}).get("version", "") for job in latest],
            "Error": [job.error or "" for job in latest],
        }
    )
    ids = [job.id for job in latest]
    return next(iter(selectable(table, ids, "job", "Trainings, newest first", single=True)), None)


def result(job: Job) -> None:
    """What a job came to, and its log."""
    kind = KIND_WORDS.get(job.kind, job.kind)
    st.subheader(f"{label(job.variant)}, {kind}, {moment(job.created_at)}")
    asked = (
        ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in job.request.items()) or "defaults"
    )
    st.caption(f"Job `{job.id}` · started by {job.actor} · asked for: {asked}")
    if job.status == "cancelled":
        st.info("Cancelled. Nothing was saved.", icon=":material/stop_circle:")
    if job.error:
        st.error(job.error, icon=":material/error:")
    if job.result:
        verdict = "is the champion now" if job.result["promoted"] else f"is stored. {job.result['verdict']}"
        st.success(
            f"Version `{job.result['version']}` {verdict.rstrip('.')}.", icon=":material/check_circle:"
        )
        if not job.result["promoted"]:
            st.page_link(
                page_path("promotion"),
                label="Decide on it" if job.result["eligible"] else "See why the gate holds it",
                icon=":material/how_to_reg:",
                query_params={"version": job.result["version"]},
            )
        figures = job.result["metrics"]
        grid = st.grid(4, min_column_width=130)
        grid.metric("CAGR, net, out of sample", percent(figures.get("eval_cagr")), border=True)
        grid.metric("Sharpe ratio", ratio(figures.get("eval_sharpe")), border=True)
        grid.metric("Max drawdown", percent(figures.get("eval_max_drawdown")), border=True)
        grid.metric("Turnover a week", percent(figures.get("eval_turnover")), border=True)
        st.page_link(
            page_path("compare"),
            label="See it beside the baselines",
            icon=":material/stacked_line_chart:",
            query_params={"version": job.result["version"]},
        )
    st.code(queries.jobs().log(job.id) or "The log is empty.", language=None, height=220)
