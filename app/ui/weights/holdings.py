"""Where a person enters what they hold: typed, pasted or uploaded, and kept in the data root."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import streamlit as st

from app.access import visitors
from app.formats import dollars, moment
from app.holdings import saved
from app.holdings.portfolio import OUTSIDE, Portfolio
from app.holdings.reading import LARGEST_FILE, from_file, from_rows, from_text
from app.holdings.saved import SavedHoldings
from app.settings import settings
from app.ui.shared.flash import flash, keep
from app.ui.shared.uploads import file_field
from sac.errors import DeskError
from sac.text import plain, said

__all__ = ["holdings", "minimum_trade", "outside_choice"]

ANSWER = "holdings"  # where a refusal to save or clear them is said
EXAMPLE = Portfolio(cash=100_000.0)


def holdings(symbols: tuple[str, ...]) -> Portfolio:
    """The visitor's saved holdings, with everything to change them; an example where there are none."""
    flash(ANSWER)
    try:
        saved = _saved()
    except DeskError as refusal:
        st.error(said(str(refusal)), icon=":material/error:")
        st.button("Clear the saved holdings", on_click=_clear, key="clear", icon=":material/delete:")
        st.stop()
    portfolio = saved.portfolio if saved else EXAMPLE
    count = len(portfolio.positions)
    content = f"{dollars(portfolio.cash, 2)} in cash, {count} position{'' if count == 1 else 's'}"
    origin = f"saved {moment(saved.saved_at)}" if saved else "an example: enter your own"
    with st.expander(
        f"Holdings: {content} ({origin})", key="holdings", icon=":material/account_balance_wallet:"
    ):
        table, text = st.columns([3, 2], gap="large")
        # What is saved again is another form: it must not show edits of the one before.
        stamp = saved.saved_at.isoformat() if saved else "none"
        with table, st.form(f"typed-{stamp}", border=False):
            _typed(symbols, portfolio, stamp)
        with text, st.form(f"pasted-{stamp}", border=False):
            _pasted(portfolio, stamp)
        if saved:
            text.button("Clear the saved holdings", on_click=_clear, key="clear", icon=":material/delete:")
    return portfolio


def outside_choice(portfolio: Portfolio, symbols: tuple[str, ...]) -> None:
    """Lists what the universe does not know, and asks whether it is kept or sold."""
    strange = [position for position in portfolio.positions if position.symbol not in symbols]
    if not strange:
        return
    names = ", ".join(
        f"**{plain(position.symbol)}** ("
        + ", ".join(
            text
            for amount, text in (
                (position.shares, f"{position.shares:g} shares" if position.shares else ""),
                (position.value, dollars(position.value, 2).replace("$", r"\$")),
            )
            if amount
        )
        + ")"
        for position in strange
    )
    st.session_state["outside"] = portfolio.outside
    st.segmented_control(
        f"Outside the universe: {names}",
        list(OUTSIDE),
        format_func=OUTSIDE.__getitem__,
        required=True,
        key="outside",
        help="Selling them adds cash to the portfolio, less the cost. Kept aside, they are no part of it.",
        on_change=lambda: _save(replace(portfolio, outside=st.session_state["outside"])),
    )


def minimum_trade(portfolio: Portfolio) -> None:
    """Asks below how many dollars a trade is left out."""
    st.session_state["minimum"] = portfolio.minimum
    st.number_input(
        "Minimum trade size ($)",
        0.0,
        1e9,
        step=50.0,
        format="%.2f",
        key="minimum",
        help="Trades worth less are left out.",
        width=220,
        on_change=lambda: _save(replace(portfolio, minimum=st.session_state["minimum"])),
    )


def _typed(symbols: tuple[str, ...], portfolio: Portfolio, stamp: str) -> None:
    st.markdown("**Type** shares or market values; a row at the end takes other stocks.")
    cash = st.number_input(
        "Cash ($)", 0.0, 1e12, portfolio.cash, step=1000.0, format="%.2f", key=f"cash-{stamp}", width=240
    )
    held = {position.symbol: position for position in portfolio.positions}
    names = [*symbols, *(name for name in held if name not in symbols)]
    amounts = {
        "Shares": [held[name].shares if name in held else None for name in names],
        "Value": [held[name].value if name in held else None for name in names],
    }
    number = st.column_config.NumberColumn
    edited = st.data_editor(
        pd.DataFrame({"Symbol": names, **amounts}).astype({"Shares": float, "Value": float}),
        hide_index=True,
        num_rows="dynamic",
        height="content",
        key=f"positions-{stamp}",
        placeholder="",
        alt="Holdings by stock: shares, or market value in dollars",
        column_config={
            "Symbol": st.column_config.TextColumn("Symbol", required=True),
            "Shares": number("Shares", min_value=0.0),
            "Value": number(
                "Value ($)", min_value=0.0, format="dollar", help="Where shares are given, they count."
            ),
        },
    )
    if st.form_submit_button("Save holdings", type="primary", key="save"):
        rows = [(str(name or ""), shares, value) for name, shares, value in edited.itertuples(index=False)]
        _replace(lambda: from_rows(rows, cash), portfolio)


def _pasted(portfolio: Portfolio, stamp: str) -> None:
    st.markdown("**Paste** from a spreadsheet, or **upload** a CSV file.")
    text = st.text_area(
        "Lines",
        height=180,
        key=f"pasted-{stamp}",
        placeholder="symbol,shares\nAAPL,12\nKO,40\nCASH,2500",
        help="Columns: symbol, and shares or value (dollars). CASH is a symbol.",
    )
    file = file_field("CSV file", LARGEST_FILE, type=["csv", "txt"], key=f"file-{stamp}")
    if st.form_submit_button("Replace the holdings", key="replace"):
        _replace(lambda: from_file(file) if file else from_text(text), portfolio)


def _replace(read: Callable[[], Portfolio], before: Portfolio) -> None:
    """Save what was entered, with the choices made before; say what is wrong with it."""
    try:
        entered = read()
    except DeskError as refusal:
        st.error(said(str(refusal)), icon=":material/error:")
        return
    _save(replace(entered, outside=before.outside, minimum=before.minimum))
    st.rerun()


def _saved() -> SavedHoldings | None:
    return saved.load(settings().data, visitors.visitor().name)


def _save(portfolio: Portfolio) -> None:
    try:
        saved.save(settings().data, visitors.visitor().name, portfolio)
    except DeskError as refusal:
        keep(ANSWER, refusal)


def _clear() -> None:
    try:
        saved.clear(settings().data, visitors.visitor().name)
    except DeskError as refusal:
        keep(ANSWER, refusal)
