"""What the checks say: every symbol's verdict, every finding, and what a person accepts of them."""

from functools import partial

import pandas as pd
import streamlit as st

from app.settings import settings
from app.ui.shared.action import action
from app.ui.shared.flash import flash
from app.ui.shared.labels import SOURCES
from sac.errors import DataError, DeskError
from sac.market import Accepted, Survey, accept_finding

__all__ = ["findings"]


def findings(survey: Survey, place: str) -> None:
    """Verdicts by symbol and all findings, open where something is refused; then the form that accepts.

    `place`: what tells this survey on the page from another one.
    """
    count = len(survey.findings)
    title = f"{count} finding{'s' * (count > 1)}" if count else f"{len(survey.reports)} symbols, none refused"
    with st.expander(title, expanded=bool(count), key=f"symbols-{place}", icon=":material/rule:"):
        if survey.findings:
            st.dataframe(
                pd.DataFrame(
                    [(one.symbol or "all", one.day or "n/a", one.text) for one in survey.findings],
                    columns=["Symbol", "Day", "Finding"],
                ),
                hide_index=True,
                alt="Every finding with its symbol, day and remedy",
                column_config={
                    "Symbol": st.column_config.TextColumn(width=80),
                    "Day": st.column_config.TextColumn(width=100),
                },
            )
        st.dataframe(
            _verdicts(survey),
            hide_index=True,
            alt="Every symbol's prices and verdict",
            column_config={"Last close ($)": st.column_config.NumberColumn(format="%.2f")},
        )
        for one in survey.accepted:
            st.text(f"{one.text}.")  # a reason is somebody's text, no markup
    _accepting(survey, place)
    flash(_answer(place))


def _accepting(survey: Survey, place: str) -> None:
    """The form that accepts a finding as real, or a day as closed; absent where there is none."""
    options = {
        (one.symbol, one.day): one.text.partition(". ")[0] for one in survey.findings if one.acceptable
    }
    options |= {("", day): f"Nobody traded on {day}" for day in survey.unpriced}
    if not options:
        return
    with st.expander("Accept what is real", key=f"accepting-{place}", icon=":material/how_to_reg:"):
        st.selectbox("What is real", list(options), format_func=options.__getitem__, key=f"real-{place}")
        st.text_input(
            "Reason",
            key=f"why-{place}",
            max_chars=300,
            placeholder="Why?",
            help="Kept in market.toml with your name, and shown wherever the data's source is.",
        )
        action(
            "Accept",
            partial(_accept, survey, place),
            key=f"accept-{place}",
            said_at=_answer(place),
            icon=":material/how_to_reg:",
        )


def _answer(place: str) -> str:
    """Where the page says what was accepted: the form is gone by then."""
    return f"accepted-{place}"


def _accept(survey: Survey, place: str, actor: str) -> str:
    symbol, day = st.session_state[f"real-{place}"]
    try:
        entry = Accepted(day, st.session_state[f"why-{place}"], actor, symbol)
        accept_finding(settings().data, survey, entry)
    except DataError as wrong:
        raise DeskError(str(wrong)) from wrong  # whoever reads it is where data are fixed
    return f"Accepted: {entry.symbol or 'all'} on {entry.day}."


def _verdicts(survey: Survey) -> pd.DataFrame:
    icons = {"passed": "✓", "accepted": "✓", "refused": "✗"}
    return pd.DataFrame(
        [
            (
                report.symbol,
                f"{icons[report.verdict]} {report.verdict}",
                report.first or "n/a",
                report.last or "n/a",
                report.gaps if report.first else None,
                report.last_close,
                SOURCES.get(report.written_by or "", "n/a"),
            )
            for report in survey.reports
        ],
        columns=["Symbol", "Verdict", "First day", "Last day", "Gaps", "Last close ($)", "Written by"],
    )
