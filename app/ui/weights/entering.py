"""What a person entered as their holdings and has not saved, and whose holdings count where two tabs save."""

from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st

from app.access import visitors
from app.formats import dollars
from app.holdings import saved
from app.holdings.portfolio import EXAMPLE, Portfolio
from app.holdings.reading import Answers, Preview
from app.holdings.saved import NewerHoldings, SavedHoldings
from app.settings import settings
from app.ui.shared.flash import keep
from sac.errors import DeskError

__all__ = [
    "ANSWER",
    "Entered",
    "clear",
    "clear_damaged",
    "conflict",
    "described",
    "discard",
    "entered",
    "hold",
    "load",
    "save",
    "shown",
]

ANSWER = "holdings"  # where a refusal to save or clear them is said
_ENTERED, _SHOWN, _CONFLICT = "holdings-entered", "holdings-shown", "holdings-conflict"


@dataclass(frozen=True)
class Entered:
    """A file, a pasted text or typed rows, and what was asked and answered about them since."""

    read: Callable[[Answers], Preview]
    columns: tuple[str, ...] = ()  # names to choose from, once they were asked about
    decimal: bool = False  # whether its mark was asked about
    symbols: dict[str, str] = field(default_factory=dict)  # as the file names a stock -> its symbol


@dataclass(frozen=True)
class _Conflict:
    mine: Portfolio
    refusal: NewerHoldings


def load() -> SavedHoldings | None:
    """The visitor's holdings. Raises DeskError for a file that cannot be read."""
    return saved.load(settings().data, visitors.visitor().name)


def shown(there: SavedHoldings | None) -> SavedHoldings | None:
    """The holdings that this tab's form shows: those saved when it came, until it saves or asks for newer."""
    known: SavedHoldings | None = st.session_state.setdefault(_SHOWN, there)
    if saved.same_holdings(*((one.portfolio if one else EXAMPLE) for one in (known, there))):
        st.session_state[_SHOWN] = there
        return there
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(
            f"{NewerHoldings(there)} The trades below are for the newer ones; the form still shows yours.",
            icon=":material/sync_problem:",
        )
        st.button("Show the newer ones", key="show-newer", on_click=discard)
    return known


def entered() -> Entered | None:
    """What was entered and is not saved."""
    found: Entered | None = st.session_state.get(_ENTERED)
    return found


def hold(what: Entered) -> None:
    """Keep what was entered, for a preview."""
    st.session_state[_ENTERED] = what


def discard() -> None:
    """Forget what was entered, and show what is saved."""
    for key in (_ENTERED, _SHOWN, _CONFLICT):
        st.session_state.pop(key, None)


def save(portfolio: Portfolio) -> None:
    """Save over what this tab showed, and draw the page anew; where others saved since, ask first."""
    known: SavedHoldings | None = st.session_state.get(_SHOWN)
    _save(portfolio, known.portfolio if known else None)
    st.rerun()


def clear() -> None:
    """Forget the holdings that this tab shows; where others saved since, say so."""
    known: SavedHoldings | None = st.session_state.get(_SHOWN)
    try:
        saved.clear(settings().data, visitors.visitor().name, known.portfolio if known else None)
    except NewerHoldings:
        return  # the page says it, above the form
    except DeskError as refusal:
        keep(ANSWER, refusal)
    else:
        discard()


def clear_damaged() -> None:
    """Forget holdings that cannot be read."""
    try:
        saved.clear(settings().data, visitors.visitor().name)
    except DeskError as refusal:
        keep(ANSWER, refusal)
    else:
        discard()


def conflict() -> None:
    """Says that another tab saved meanwhile, and asks whose holdings count."""
    found: _Conflict | None = st.session_state.get(_CONFLICT)
    if found is None:
        return
    there = found.refusal.there
    theirs = described(there.portfolio) if there else "nothing"
    st.error(
        f"{found.refusal} Saved there: {theirs}. Yours: {described(found.mine)}.".replace("$", r"\$"),
        icon=":material/sync_problem:",
    )
    with st.container(horizontal=True):
        st.button(
            "Save mine over them",
            key="save-mine",
            on_click=_save,
            args=(found.mine, there.portfolio if there else None),
        )
        st.button("Keep the newer ones", key="keep-newer", on_click=discard)


def described(portfolio: Portfolio) -> str:
    """A portfolio in a few words."""
    count = len(portfolio.positions)
    return f"{dollars(portfolio.cash, 2)} in cash, {count} position{'' if count == 1 else 's'}"


def _save(portfolio: Portfolio, seen: Portfolio | None) -> None:
    try:
        saved.enter(settings().data, visitors.visitor().name, portfolio, seen)
    except NewerHoldings as refusal:
        st.session_state[_CONFLICT] = _Conflict(portfolio, refusal)
    except DeskError as refusal:
        keep(ANSWER, refusal)
    else:
        discard()
