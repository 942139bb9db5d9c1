"""Source and universe: the editor, and the preview of what it would make of the desk."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from app.queries import market, versions
from app.settings import settings
from app.ui.data.findings import findings
from app.ui.shared.action import action
from app.ui.shared.flash import flash
from app.ui.shared.labels import SOURCES as LABELS
from app.ui.shared.uploads import files_field
from sac.errors import DataError, DeskError
from sac.market import (
    FEWEST_SYMBOLS,
    LARGEST_UPLOAD,
    MOST_SYMBOLS,
    SOURCES,
    MarketChoice,
    Survey,
    apply_choice,
    blocks,
    by_symbol,
    read_choice,
)
from sac.market.symbols import written
from sac.text import plain

__all__ = ["editor"]

_APPLIED = "applied"  # where the page says what was applied: the button is gone by then


@dataclass(frozen=True, eq=False)
class _Proposal:
    """A choice that was checked and is not applied."""

    choice: MarketChoice
    before: MarketChoice  # what the desk worked on when it was checked
    uploads: Mapping[str, bytes] = field(default_factory=dict)  # a CSV file by symbol
    digest: str = ""  # of the uploads


def editor(choice: MarketChoice) -> None:
    """Source, universe and first day; then what the checks say of them, and the button that switches."""
    proposed = "proposal" in st.session_state
    title = f"Source: {LABELS[choice.source].partition(' (')[0]}"
    with st.expander(title, expanded=proposed, key="source-and-universe", icon=":material/database:"):
        source = st.selectbox(
            "Source", list(SOURCES), list(SOURCES).index(choice.source), SOURCES.__getitem__, key="source"
        )
        if source != "sample":
            _universe(choice, source)
        action("Check", _check, key="check", type="primary", icon=":material/rule:")
        _preview()
    flash(_APPLIED)


def _universe(choice: MarketChoice, source: str) -> None:
    """What the sample has fixed: its stocks, its first day, and where prices of one's own come in."""
    if source == "files":
        files_field(
            "Your prices: CSV files, one per symbol or one with a symbol column",
            LARGEST_UPLOAD,
            MOST_SYMBOLS,
            type="csv",
            key="upload",
            on_change=_arrived,
            help="date,close and, where you have them, open, high, low, volume. They are checked first.",
        )
    st.session_state.setdefault("symbols", " ".join(choice.symbols))
    st.text_area(
        "Symbols",
        key="symbols",
        help=f"{FEWEST_SYMBOLS} to {MOST_SYMBOLS} symbols as Yahoo writes them, separated by spaces or "
        "commas: AAPL BRK-B MSFT.",
    )
    st.date_input("First day", choice.start, key="start", width=220)
    trained = {v.symbols for shelf in versions.shelves().values() for v in shelf.versions}
    asked = set(_symbols(st.session_state.symbols))
    if trained and asked not in [set(symbols) for symbols in trained]:
        st.warning(
            "No stored model was trained on this universe: it needs a full training first.",
            icon=":material/model_training:",
        )


def _symbols(text: str) -> tuple[str, ...]:
    return tuple(map(written, re.findall(r"[^\s,;]+", text)))


def _arrived() -> None:
    """Several symbols of an upload become the universe, a single one joins it."""
    try:
        names = tuple(by_symbol(_uploads()))
    except DataError:
        return  # said when they are checked
    present = _symbols(st.session_state.symbols)
    st.session_state.symbols = " ".join(names if len(names) > 1 else dict.fromkeys((*present, *names)))


def _uploads() -> dict[str, bytes]:
    """Files by name. Raises DataError where two share one."""
    files: dict[str, bytes] = {}
    for file in st.session_state.get("upload") or []:
        if file.name in files:
            raise DataError(f"{file.name} was added twice: remove one of them.")
        files[file.name] = file.getvalue()
    return files


def _asked() -> tuple[str, tuple[str, ...], object]:
    """What the form asks for now."""
    state = st.session_state
    return state.source, _symbols(state.get("symbols", "")), state.get("start")


def _check(actor: str) -> None:
    """Keep the choice of the form for the preview; the desk goes on with what it has."""
    st.session_state.pop("proposal", None)
    state = st.session_state
    try:
        present = read_choice(settings().data)
    except DataError:
        present = MarketChoice()  # the page says what is wrong; another choice repairs it
    try:
        choice = MarketChoice(accepted=present.accepted)
        uploads: dict[str, bytes] = {}
        if state.source != "sample":
            choice = MarketChoice(state.source, _symbols(state.symbols), state.start, present.accepted)
        if state.source == "files":
            uploads = by_symbol(_uploads())
    except DataError as wrong:
        raise DeskError(str(wrong)) from wrong  # whoever reads it is where data are fixed
    digest = hashlib.sha256(repr(sorted(uploads.items())).encode()).hexdigest() if uploads else ""
    state["proposal"] = _Proposal(choice, present, uploads, digest)
    state["asked"] = _asked()


def _preview() -> None:
    """What the checks say of the proposal, and the buttons that apply or drop it."""
    proposal: _Proposal | None = st.session_state.get("proposal")
    if proposal is None:
        return
    if st.session_state.get("asked") != _asked():
        st.caption(":material/info: The form was changed: check it again to see what it would do.")
        return
    choice = _with_accepted(proposal.choice)
    survey = market.survey(choice, proposal.uploads, proposal.digest)
    st.subheader("Preview: nothing is changed yet")
    st.markdown(f"It would work on: {_described(choice)}.")
    for note in _preview_notes(proposal, survey):
        st.caption(f":material/info: {plain(note)}")
    findings(survey, "preview")
    blocked = blocks(choice, survey)
    if blocked:
        st.caption("Apply needs a check without findings: correct files, accept what is real, drop symbols.")
    with st.container(horizontal=True):
        action(
            "Apply",
            _apply,
            key="apply",
            said_at=_APPLIED,
            blocked=blocked,
            type="primary",
            icon=":material/check:",
        )
        st.button("Discard", on_click=_discard, key="discard", icon=":material/close:")


def _preview_notes(proposal: _Proposal, survey: Survey) -> list[str]:
    notes = list(survey.notes)
    spare = [symbol for symbol in proposal.uploads if symbol not in proposal.choice.symbols]
    if spare:
        notes.append(f"Uploaded, but not in the universe and therefore left out: {', '.join(spare)}.")
    unread = [report for report in survey.reports if report.first is None]
    if proposal.choice.source == "yahoo" and unread:
        notes.append(f"{len(unread)} symbols have no prices yet: apply, then refresh.")
    return notes


def _with_accepted(choice: MarketChoice) -> MarketChoice:
    """The choice with what is accepted by now."""
    try:
        return replace(choice, accepted=read_choice(settings().data).accepted)
    except DataError:
        return choice


def _apply(actor: str) -> str:
    """Switch the desk to the proposal, unless somebody else switched it meanwhile."""
    proposal: _Proposal = st.session_state["proposal"]
    data = settings().data
    try:
        present = read_choice(data)
    except DataError:
        present = proposal.before
    if replace(present, accepted=()) != replace(proposal.before, accepted=()):
        raise DeskError("Somebody changed source or universe meanwhile: check again.")
    choice = _with_accepted(proposal.choice)
    try:
        apply_choice(data, choice, proposal.uploads)
    except DataError as wrong:
        raise DeskError(str(wrong)) from wrong
    _discard()
    return f"Applied: {_described(choice)}."


def _described(choice: MarketChoice) -> str:
    return f"{LABELS[choice.source]}, {len(choice.symbols)} symbols from {choice.start}"


def _discard() -> None:
    st.session_state.pop("proposal", None)
