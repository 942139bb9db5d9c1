"""Where a person enters what they hold: typed, pasted or uploaded, and kept in the data root."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from io import BytesIO

import pandas as pd
import streamlit as st

from app.access import visitors
from app.formats import dollars, moment
from app.holdings import saved
from app.holdings.portfolio import EXAMPLE, OUTSIDE, Portfolio, meant, outsiders
from app.holdings.reading import (
    LARGEST_FILE,
    Answers,
    HoldingsError,
    Preview,
    from_file,
    from_rows,
    from_text,
)
from app.holdings.reading.numbers import plain as plain_number
from app.settings import settings
from app.ui.shared.figures import table_height
from app.ui.shared.flash import flash, keep
from app.ui.shared.uploads import file_field
from app.ui.weights import entering
from app.ui.weights.entering import Entered
from app.ui.weights.preview import preview
from sac.errors import DeskError
from sac.market.symbols import symbol_key
from sac.text import plain, said

__all__ = ["holdings", "minimum_trade", "outside_choice"]


def holdings(symbols: tuple[str, ...]) -> Portfolio:
    """The visitor's saved holdings, with everything to change them; an example where there are none."""
    flash(entering.ANSWER)
    try:
        there = entering.load()
    except DeskError as refusal:
        st.error(said(str(refusal)), icon=":material/error:")
        st.button(
            "Clear the saved holdings", on_click=entering.clear_damaged, key="clear", icon=":material/delete:"
        )
        st.stop()
    portfolio = there.portfolio if there else EXAMPLE
    origin = f"saved {moment(there.saved_at)}" if there else "an example: enter your own"
    entering.conflict()
    with st.expander(
        f"Holdings: {entering.described(portfolio)} ({origin})",
        key="holdings",
        icon=":material/account_balance_wallet:",
    ):
        above = st.container()  # the preview of what is entered below
        known = entering.shown(there)
        own = known.portfolio if known else EXAMPLE
        table, text = st.columns([3, 2], gap="large")
        # What is saved again is another form: it must not show edits of the one before.
        stamp = "none" if saved.same_holdings(own, EXAMPLE) else _stamp(own)
        with table, st.form(f"typed-{stamp}", border=False):
            _typed(symbols, own, stamp)
        with text, st.form(f"pasted-{stamp}", border=False):
            _pasted(stamp)
        if known:
            text.button(
                "Clear the saved holdings", on_click=entering.clear, key="clear", icon=":material/delete:"
            )
        entered = entering.entered()
        if entered:
            with above:
                preview(entered)
    return portfolio


def outside_choice(portfolio: Portfolio, symbols: tuple[str, ...]) -> None:
    """Lists what the universe does not know, and asks whether it is kept or sold."""
    strange = outsiders(portfolio.positions, symbols)
    if not strange:
        return
    names = ", ".join(
        f"**{plain(position.symbol)}**{meant(position.symbol, symbols)} ("
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
        on_change=lambda: _choose(lambda now: replace(now, outside=st.session_state["outside"])),
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
        on_change=lambda: _choose(lambda now: replace(now, minimum=st.session_state["minimum"])),
    )


def _typed(symbols: tuple[str, ...], portfolio: Portfolio, stamp: str) -> None:
    st.markdown("**Type** shares or market values; a row at the end takes other stocks.")
    cash = st.text_input("Cash ($)", plain_number(portfolio.cash), key=f"cash-{stamp}", width=240)
    own = {position.symbol: position for position in portfolio.positions}
    names = _names(symbols, own)
    amounts = {
        "Shares": [_text(own[name].shares) if name in own else "" for name in names],
        "Value": [_text(own[name].value) if name in own else "" for name in names],
    }
    # Text, not numbers: a field of numbers drops the marks that it does not know, and -7 or 0,5 with them.
    amount = st.column_config.TextColumn
    edited = st.data_editor(
        pd.DataFrame({"Symbol": names, **amounts}),
        hide_index=True,
        num_rows="dynamic",
        height=table_height(len(names)),
        key=f"positions-{stamp}",
        placeholder="",
        alt="Holdings by stock: shares, or market value in dollars",
        column_config={
            "Symbol": st.column_config.TextColumn("Symbol", required=True),
            "Shares": amount("Shares", alignment="right"),
            "Value": amount("Value ($)", alignment="right", help="Where shares are given, they count."),
        },
    )
    if st.form_submit_button("Save holdings", type="primary", key="save"):
        rows = [(name, shares, value) for name, shares, value in edited.fillna("").astype(str).to_numpy()]
        _enter(lambda answers: from_rows(rows, cash, answers))


def _pasted(stamp: str) -> None:
    st.markdown("**Paste** from a spreadsheet, or **upload** what your broker exports.")
    text = st.text_area(
        "Lines",
        height=180,
        key=f"pasted-{stamp}",
        placeholder="symbol,shares\nAAPL,12\nKO,40\nCASH,2500",
        help="With a line that names the columns: symbol, and shares or value (dollars). CASH is a symbol.",
    )
    file = file_field("CSV file", LARGEST_FILE, type=["csv", "txt"], key=f"file-{stamp}")
    if st.form_submit_button("Show how it is read", key="read"):
        if file:
            content = file.read(LARGEST_FILE + 1)
            entering.hold(Entered(lambda answers: from_file(BytesIO(content), answers)))
        else:
            entering.hold(Entered(partial(from_text, text)))


def _enter(read: Callable[[Answers], Preview]) -> None:
    """Save what was typed at once where it is what will be saved; else show that first."""
    try:
        typed = read(Answers())
    except HoldingsError as refusal:
        st.error("\n".join(f"- {said(finding)}" for finding in refusal.findings))
        return
    if typed.aside or typed.notes or typed.skipped:
        entering.hold(Entered(read))
    else:
        entering.save(typed.portfolio())


def _choose(changed: Callable[[Portfolio], Portfolio]) -> None:
    """Change how the holdings that are saved now are traded."""
    try:
        saved.choose(
            settings().data, visitors.visitor().name, lambda now: changed(EXAMPLE if now is None else now)
        )
    except DeskError as refusal:
        keep(entering.ANSWER, refusal)


def _stamp(portfolio: Portfolio) -> str:
    """What changes when the holdings do."""
    return hashlib.sha256(repr((portfolio.cash, portfolio.positions)).encode()).hexdigest()[:12]


def _names(symbols: Iterable[str], own: Iterable[str]) -> list[str]:
    """The universe's stocks, each in the holder's spelling if it is held, then the other stocks held."""
    held: dict[str, list[str]] = {symbol_key(symbol): [] for symbol in symbols}
    for name in own:
        held.setdefault(symbol_key(name), []).append(name)
    universe = {symbol_key(symbol): symbol for symbol in symbols}
    return [name for key, names in held.items() for name in names or [universe[key]]]


def _text(amount: float | None) -> str:
    return "" if amount is None else plain_number(amount)
