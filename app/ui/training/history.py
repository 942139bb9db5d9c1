"""The history of trainings, and the result of one."""

import pandas as pd
import streamlit as st

from app.formats import duration, moment, percent, ratio
from app.jobs.notes import LONGEST_NAME, LONGEST_NOTE, Note
from app.jobs.queue import Job
from app.queries import jobs
from app.tasks.training import TrainingResult, result_of
from app.ui.shared.action import action
from app.ui.shared.figures import figure, right_aligned
from app.ui.shared.glossary import meaning
from app.ui.shared.labels import KIND_WORDS, label
from app.ui.shared.links import not_here, selectable
from app.ui.shared.navigation import go_to
from app.ui.training.learning_curve import curves
from app.ui.training.state import title
from sac.text import code, plain, said

__all__ = ["job_table", "result"]


def job_table(latest: list[Job]) -> list[str]:
    """History of jobs, newest first; returns the ids of those selected, which the URL keeps."""
    results, notes = [result_of(job) for job in latest], [jobs.notes().get(job.id) for job in latest]
    table = pd.DataFrame(
        {
            "Started": [moment(job.created_at) for job in latest],
            "Variant": [label(job.subject) for job in latest],
            "Kind": [KIND_WORDS.get(job.kind, job.kind) for job in latest],
            "Name": [note.name for note in notes],
            "Status": [job.status for job in latest],
            "Duration": ["" if job.active else duration(jobs.elapsed(job)) for job in latest],
            "CAGR": [percent(given.metrics.get("eval_cagr")) if given else "" for given in results],
            "By": [job.actor for job in latest],
            "Version": [given.version if given else "" for given in results],
            "Error": [job.error or "" for job in latest],
            "Note": [note.text for note in notes],
        }
    )
    for empty in ("Name", "Error", "Note"):
        if not table[empty].any():
            table = table.drop(columns=empty)
    ids = [job.id for job in latest]
    not_here(st.query_params.get_all("job"), ids, "It may be another desk's.")
    wide = dict.fromkeys(("Name", "Error", "Note"), st.column_config.TextColumn(width="medium"))
    columns = right_aligned("Duration", "CAGR") | wide
    return selectable(table, ids, "job", "Trainings, newest first", columns=columns)


def result(job: Job) -> None:
    """The result of a job, what it learned, and its log."""
    note = jobs.notes().get(job.id)
    st.subheader(plain(title(job, note.name)))
    if note.text:
        st.markdown(plain(note.text))
    if job.status == "cancelled":
        st.info("Cancelled. Nothing was saved.", icon=":material/stop_circle:")
    if job.error:
        st.error(said(job.error), icon=":material/error:")
    given = result_of(job)
    if given:
        _outcome(given)
    if not job.active:  # else it is watched above
        curves(job)
    _described(job, note)
    with st.expander("Settings and log", icon=":material/description:", expanded=job.status == "failed"):
        asked = (
            ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in job.request.items())
            or "defaults"
        )
        st.caption(f"Job {code(job.id)} · started by {plain(job.actor)} · {plain(asked)}")
        st.code(jobs.jobs().log(job.id) or "The log is empty.", language=None, height=220)


def _outcome(given: TrainingResult) -> None:
    """The version that a training gave, its figures, and where to go from there."""
    verdict = "is the champion now" if given.promoted else f"is stored. {said(given.verdict)}"
    said_of_it = f"Version {code(given.version)} {verdict.rstrip('.')}."
    if given.promoted or given.eligible:
        st.success(said_of_it, icon=":material/check_circle:")
    else:
        st.info(said_of_it, icon=":material/inventory_2:")
    figures, grid = given.metrics, st.grid(4, min_column_width=130)
    for name, value, help in (
        ("CAGR, net", percent(figures.get("eval_cagr")), meaning("CAGR")),
        ("Sharpe ratio", ratio(figures.get("eval_sharpe")), None),
        ("Max drawdown", percent(figures.get("eval_max_drawdown")), meaning("drawdown")),
        ("Weekly turnover", percent(figures.get("eval_turnover")), meaning("turnover")),
    ):
        figure(grid, name, value, help=help)
    with st.container(horizontal=True):
        if not given.promoted:
            go_to("promotion", "Review it" if given.eligible else "See why not", version=given.version)
        go_to("compare", "Compare", version=given.version)


def _described(job: Job, note: Note) -> None:
    """Lets an approver name the run and say something of it."""
    name, text = f"name-{job.id}", f"note-{job.id}"

    def keep(actor: str) -> str:
        jobs.notes().keep(job.id, Note(st.session_state[name], st.session_state[text]))
        return "Name and note are kept."

    with st.expander("Name and note", icon=":material/edit_note:", key=f"described-{job.id}"):
        st.text_input("Name of this run", note.name, max_chars=LONGEST_NAME, key=name)
        st.text_area("Note on this run", note.text, max_chars=LONGEST_NOTE, key=text, height=80)
        action("Keep", keep, key=f"keep-{job.id}", icon=":material/save:")
