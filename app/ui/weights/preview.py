"""How what was entered is read, row by row, before it is saved; and what is asked where it does not say."""

from dataclasses import replace
from typing import Literal

import pandas as pd
import streamlit as st

from app.formats import dollars
from app.holdings.reading import MEANINGS, Answers, HoldingsError, Preview
from app.holdings.reading.numbers import plain
from app.ui.shared.figures import table_height
from app.ui.weights import entering
from app.ui.weights.entering import Entered
from sac.text import said

__all__ = ["preview"]

_LEFT_OUT = ["Line", "Reason", "Row"]
_DECIMAL: dict[Literal[".", ","], str] = {".": "1,234.50", ",": "1.234,50"}


def preview(entered: Entered) -> None:
    """What was entered as it will be saved, with a button that saves it."""
    with st.container(border=True, key="holdings-preview"):
        st.markdown("**Preview: nothing is saved yet.**")
        answers = _answers(entered)
        try:
            read = entered.read(answers)
        except HoldingsError as refusal:
            _refused(entered, refusal)
            st.button("Discard", key="discard", on_click=entering.discard)
            return
        _rows(read)
        leave_out = _aside(entered, read)
        with st.container(horizontal=True):
            if st.button(
                "Replace the holdings",
                type="primary",
                key="replace",
                disabled=bool(read.aside) and not leave_out,
                help="Say first what is to become of the rows above."
                if read.aside and not leave_out
                else None,
            ):
                entering.save(read.portfolio(leave_out=leave_out))
            st.button("Discard", key="discard", on_click=entering.discard)


def _answers(entered: Entered) -> Answers:
    """What the person says, in the fields for what was asked."""
    columns: dict[str, str] = {}
    decimal: Literal[".", ","] | None = None
    if entered.columns:
        for meaning, place in zip(MEANINGS, st.columns(len(MEANINGS)), strict=True):
            name = place.selectbox(
                f"Which column has the {meaning}{' ($)' if meaning == 'value' else ''}?",
                entered.columns,
                index=None,
                placeholder="As the file says",
                key=f"column-{meaning}",
            )
            columns |= {meaning: name} if name else {}
    if entered.decimal:
        decimal = st.segmented_control(
            "How does the file write numbers?",
            list(_DECIMAL),
            format_func=_DECIMAL.__getitem__,
            key="decimal",
        )
    return Answers(columns, decimal, entered.symbols)


def _refused(entered: Entered, refusal: HoldingsError) -> None:
    """What is wrong, all of it; what an answer would settle is asked in the next run."""
    st.error("\n".join(f"- {said(finding)}" for finding in refusal.findings), icon=":material/error:")
    asked = (entered.columns or refusal.columns, entered.decimal or refusal.decimal)
    if asked != (entered.columns, entered.decimal):
        entering.hold(replace(entered, columns=asked[0], decimal=asked[1]))
        st.rerun()


def _rows(read: Preview) -> None:
    """Positions, cash, and what was left out as nothing that is held."""
    st.dataframe(
        pd.DataFrame(
            {
                "Line": [", ".join(map(str, entry.lines)) for entry in read.entries],
                "Symbol": [entry.symbol for entry in read.entries],
                "Shares": ["" if entry.shares is None else plain(entry.shares) for entry in read.entries],
                "Value ($)": ["" if entry.value is None else plain(entry.value) for entry in read.entries],
            }
        ),
        hide_index=True,
        height=table_height(len(read.entries)),
        key="preview-positions",
        alt="Positions as they will be saved, with the lines they come from",
        column_config={
            name: st.column_config.TextColumn(alignment="right") for name in ("Shares", "Value ($)")
        },
    )
    st.caption(said(" ".join([f"Cash {dollars(read.cash, 2)}.", *read.notes])))
    if read.skipped:
        with st.expander(
            f"Skipped: {len(read.skipped)} rows that hold nothing", key="preview-skipped", expanded=True
        ):
            st.dataframe(
                pd.DataFrame([(row.line, row.reason, row.text) for row in read.skipped], columns=_LEFT_OUT),
                hide_index=True,
                alt="Rows that hold nothing, and why",
            )


def _aside(entered: Entered, read: Preview) -> bool:
    """Rows that hold something else than stocks in dollars: their symbols, or whether they are left out."""
    if not read.aside:
        return False
    st.markdown("**Held, but not as a stock in dollars.** Name its symbol, or leave the rows out.")
    names = [row.name for row in read.aside]
    edited = st.data_editor(
        pd.DataFrame(
            [(row.line, row.reason, row.text, "") for row in read.aside], columns=[*_LEFT_OUT, "Symbol"]
        ),
        hide_index=True,
        disabled=_LEFT_OUT,
        height=table_height(len(names)),
        key=f"aside-{len(names)}-{'-'.join(names)}",
        alt="Rows that are no stocks in dollars, with a column for their symbols",
    )
    said = {
        name: str(symbol).strip()
        for name, symbol in zip(names, edited["Symbol"], strict=True)
        if name and symbol and str(symbol).strip()
    }
    if said and said.items() - entered.symbols.items():
        entering.hold(replace(entered, symbols={**entered.symbols, **said}))
        st.rerun()
    count = len(names)
    return st.checkbox(
        f"Leave {'this row' if count == 1 else f'these {count} rows'} out of the desk's holdings",
        key="leave-out",
    )
