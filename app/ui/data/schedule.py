"""The weekly run: what comes next, what the last one did, the button that runs it, and its schedule."""

from typing import get_args

import pandas as pd
import streamlit as st

from app.formats import moment
from app.queries import jobs, weeks
from app.settings import settings
from app.ui.shared.action import action
from app.ui.shared.fields import Form, action_unless
from app.ui.shared.labels import label
from app.ui.shared.live import live
from app.ui.shared.progress import cancel_button, progress_text
from app.week.kept import WeekRecord
from app.week.schedule import EVERY, HOURS, Challenger, Schedule, read_schedule, write_schedule
from app.week.starting import next_run, start
from app.week.status import WeekStatus
from sac.config import VARIANTS
from sac.errors import SettingsError
from sac.market.calendar import NEW_YORK
from sac.text import plain, said

__all__ = ["weekly_run"]


def weekly_run() -> None:
    """What went wrong and what is at work in sight; the rest closed: state, button, last run, schedule."""
    schedule, problem = Schedule(), None
    try:
        schedule = read_schedule(settings().data)
    except SettingsError as wrong:
        problem = str(wrong)
    last = weeks.last_run()
    if problem:
        st.error(said(problem), title="The schedule cannot be read: it is off", icon=":material/error:")
    if last and (why := last.why):
        st.error(
            said(why), title=f"The run of the week of {last.week} {last.status}", icon=":material/error:"
        )
    live("week-job", {job.id for job in weeks.at_work()}, _progress)
    title = f"Weekly run: {'on' if schedule.on else 'off'}"
    with st.expander(title, key="weekly-run", icon=":material/event_repeat:"):
        st.markdown(f"{_next(schedule)} {_last(last)}")
        _button()
        if last and last.record:
            _record(last.record)
        _form(schedule)


def _next(schedule: Schedule) -> str:
    """When the next run comes, in a sentence."""
    if not schedule.on:
        return "No week is run by itself: the schedule is off."
    coming = next_run(settings(), jobs.jobs(), schedule)
    if coming is None:
        return "The sample has no further week to run."
    if coming.due <= pd.Timestamp.now(NEW_YORK):
        return f"The hour of the week of **{coming.week}** has come: its run starts within seconds."
    hour = f"{coming.due:%A %Y-%m-%d %H:%M}"
    return f"Next run: **{hour}** in New York, of the week that is decided on {coming.week}."


def _last(last: WeekStatus | None) -> str:
    if last is None:
        return "None was run yet."
    if last.record and last.record.finished:
        return f"Last run: the week of **{last.week}**, finished on {moment(last.record.finished)}."
    return f"Last run: the week of **{last.week}**, {last.status}."


def _progress() -> set[str]:
    """The runs at work."""
    active = weeks.at_work()
    for job in active:
        st.progress(job.fraction, f"**{plain(job.subject)}** · {progress_text(job)}")
        cancel_button("Cancel", job, key=f"cancel-week-{job.id}", icon=":material/stop_circle:")
    return {job.id for job in active}


def _button() -> None:
    week, found = weeks.present()
    done = found is not None and found.status == "finished"
    with st.container(horizontal=True, vertical_alignment="center"):
        action(
            "Run this week now",
            _start,
            key="run-week",
            blocked=done or bool(found and found.active),
            icon=":material/play_arrow:",
        )
        if done:
            st.caption(f"The week of {week} was run: there is no newer complete one.")


def _start(actor: str) -> None:
    start(settings(), jobs.jobs(), actor)


def _record(record: WeekRecord) -> None:
    """What each step did, in order; what went wrong has another sign."""
    with st.expander(f"What the run of the week of {record.week} did", icon=":material/checklist:"):
        for step in record.steps:
            lines = [f"- {said(line)}" for line in step.said]
            lines += [f"- :material/warning: {said(line)}" for line in step.problems]
            st.markdown("\n".join([f"**{step.name.capitalize()}**, {moment(step.at)}", *lines]))


def _form(schedule: Schedule) -> None:
    with st.expander("Schedule", icon=":material/schedule:"):
        st.toggle("Run every week by itself", schedule.on, key="schedule-on")
        form, grid = Form(), st.grid(2, min_column_width=240)
        form.whole(
            grid,
            "Hours after the week's last close",
            *HOURS,
            schedule.hours,
            key="schedule-hours",
            help="In New York, holidays and half-days considered. Yahoo's prices are final from 18:00 there.",
        )
        form.whole(
            grid,
            "Weeks between challengers",
            *EVERY,
            schedule.every,
            key="schedule-every",
            help="A variant is due when its newest version learned so many weeks ago or more.",
        )
        choices = get_args(Challenger)
        for variant in VARIANTS:
            grid.selectbox(
                f"Challenger of {label(variant)}",
                choices,
                choices.index(schedule.challenger(variant)),
                key=f"schedule-{variant}",
            )
        action_unless(
            form.problems,
            "Save the schedule",
            lambda actor: _save(form),
            key="save-schedule",
            icon=":material/save:",
        )


def _save(form: Form) -> str:
    state = st.session_state
    chosen = Schedule(
        on=state["schedule-on"],
        hours=form.entered("schedule-hours"),
        every=form.entered("schedule-every"),
        challengers={variant: state[f"schedule-{variant}"] for variant in VARIANTS},
    )
    write_schedule(settings().data, chosen)
    return "The schedule is saved."
