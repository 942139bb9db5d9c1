"""What the desk works on: source, universe, what is known of each stock, and the refresh."""

import re

import pandas as pd
import streamlit as st

from app import access, charts, queries
from app.components import freshness, provenance_line, refusals_shown, show
from app.data_refresh import MARKET
from app.formats import moment
from app.job_panels import progress_text
from app.job_store import Job
from app.settings import settings
from sac.config import SIGNALS
from sac.errors import DataError, DeskError
from sac.market import SOURCES, MarketChoice, MarketPanel, read_choice, write_choice
from sac.market.coverage import coverage
from sac.market.price_files import OPTIONAL_FIELDS


def save() -> None:
    """Write the choice of the form; the message is kept for the next run of the page."""
    state, home = st.session_state, settings().data
    try:
        access.approver()
        choice = MarketChoice()
        if state.source != "sample":
            symbols = tuple(re.findall(r"[^\s,;]+", state.symbols.upper()))
            choice = MarketChoice(state.source, symbols, state.start)
        write_choice(home, choice)
    except DeskError as refusal:
        state.saved = (False, str(refusal))
        return
    state.saved = (True, f"Saved: {choice.source}, {len(choice.symbols)} symbols from {choice.start}.")


def editor(choice: MarketChoice) -> None:
    """Source, universe and first day."""
    with st.container(border=True):
        st.subheader("Source and universe")
        first = st.columns([2, 1])
        source = first[0].selectbox(
            "Source", list(SOURCES), list(SOURCES).index(choice.source), SOURCES.__getitem__, key="source"
        )
        fixed = source == "sample"
        first[1].date_input("First day", choice.start, key="start", disabled=fixed)
        text = st.text_area(
            "Symbols",
            " ".join(choice.symbols),
            key="symbols",
            disabled=fixed,
            help="2 to 200 symbols as Yahoo writes them, separated by spaces or commas: AAPL BRK-B MSFT.",
        )
        asked = set(re.findall(r"[^\s,;]+", text.upper()))
        trained = {v.symbols for shelf in queries.shelves().values() for v in shelf.versions}
        if trained and not fixed and asked not in [set(symbols) for symbols in trained]:
            st.warning(
                "No stored model knows this universe: it needs a full training before it gives weights.",
                icon=":material/model_training:",
            )
        why_not = access.refusal()
        st.button(
            "Save",
            on_click=save,
            type="primary",
            icon=":material/save:",
            disabled=why_not is not None,
            help=why_not,
            key="save",
        )
        if "saved" in st.session_state:
            good, message = st.session_state.pop("saved")
            (st.success if good else st.error)(message)


def outcome(job: Job) -> None:
    """What a refresh came to: counts, and every failure with its reason."""
    if job.error:
        st.error(f"{job.error} ({moment(job.finished_at)})", title="The last refresh failed")
        return
    st.caption(f"Last refresh: {job.status}, {moment(job.finished_at)}, by {job.actor}.")
    parts = {name: part for name, part in (job.result or {}).items() if name != "skipped"}
    for name, part in parts.items():
        if "articles" in part:
            st.markdown(f"**News**: {part['articles']:,} articles scored.")
            continue
        counts = ", ".join(f"{len(part[kind])} {kind}" for kind in ("fetched", "kept", "failed"))
        st.markdown(f"**{name.capitalize()}**: {counts}.")
        if part["failed"]:
            st.dataframe(
                pd.DataFrame(part["failed"].items(), columns=["Symbol", "Reason"]),
                hide_index=True,
                alt=f"{name.capitalize()} that could not be fetched, with the reason",
            )
    for reason in (job.result or {}).get("skipped", {}).values():
        st.caption(f":material/info: Left out: {reason}.")


def refresh(choice: MarketChoice) -> None:
    """The button, the refresh at work, and what the last one came to."""
    st.subheader("Refresh")
    latest = queries.refreshes()
    active = next((job for job in latest if job.active), None)
    if choice.source == "sample":
        st.caption("The sample is part of the installation and never changes.")
    why_not = access.refusal()
    pressed = st.button(
        "Refresh now",
        icon=":material/sync:",
        disabled=choice.source == "sample" or active is not None or why_not is not None,
        help=why_not,
        key="refresh",
    )
    if pressed:
        with refusals_shown():
            queries.jobs().submit(MARKET, "refresh", {}, access.approver())
            st.rerun()

    @st.fragment(run_every="2s" if active else None, key="refresh-job")
    def live() -> None:
        """The refresh at work; when it ends, the page is drawn again."""
        now = next((job for job in queries.refreshes() if job.active), None)
        if now is None:
            if active:
                st.rerun()
            return
        st.progress(now.fraction, progress_text(now))
        if st.button(
            "Cancel",
            icon=":material/stop_circle:",
            disabled=why_not is not None,
            help=why_not,
            key="cancel-refresh",
        ):
            with refusals_shown():
                access.approver()
                queries.jobs().cancel(now.id)
                st.rerun()

    live()
    ended = next((job for job in latest if not job.active), None)
    if ended:
        outcome(ended)


def known(panel: MarketPanel) -> None:
    """Coverage of one field or signal, chosen among all that a model could read."""
    st.subheader("What is known")
    names = ("close", *OPTIONAL_FIELDS, *SIGNALS)
    name = st.selectbox(
        "Field or signal",
        names,
        key="field",
        bind="query-params",
        format_func=lambda one: one.replace("_", " "),
        width=320,
    )
    table = coverage(panel, name)
    if not table.to_numpy().any():
        st.info(
            f"{name.replace('_', ' ').capitalize()}: n/a. This source has none; models treat it as unknown.",
            icon=":material/info:",
        )
    else:
        show(charts.known_shares(table, name.replace("_", " ")), "coverage")
        st.caption(
            "Prices: share of the year's exchange sessions with a value. Signals: share of its weekly "
            "decisions at which a value was known and not too old. Years count from where the data begin."
        )


st.title("Data")
home = settings().data
try:
    choice = read_choice(home)
except DataError as broken:
    st.error(str(broken), title="market.toml cannot be used")
    choice = MarketChoice()
panel: MarketPanel | None = None
try:
    panel = queries.panel()
    freshness(panel.provenance)
    provenance_line(panel.provenance, panel.provenance.window_end)
    st.success(f"{len(panel.symbols)} symbols passed every check.", icon=":material/task_alt:")
    if panel.provenance.note:
        st.caption(f":material/info: {panel.provenance.note}")
except DataError as finding:
    st.error(str(finding), title="These data cannot be used yet", icon=":material/rule:")
editor(choice)
refresh(choice)
if panel is not None:
    known(panel)
