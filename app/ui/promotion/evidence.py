"""The evidence on the Promotion page: the verdict, the picture, and the figures behind it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from app.formats import bps, dollars, percent, points, weight_digits
from app.queries import promotion, weights
from app.ui.shared.charts import growth
from app.ui.shared.charts.figure import show
from app.ui.shared.charts.weights import before_after
from app.ui.shared.evidence import with_intervals
from app.ui.shared.figures import right_aligned
from app.ui.shared.glossary import meaning
from app.ui.shared.labels import label
from app.ui.shared.refusals import refusals_shown
from sac.evidence import COST_RATES, Difference, interquartile_mean
from sac.promotion.case import Case
from sac.promotion.following import FOLLOWS
from sac.registry import Version
from sac.text import plain, said

__all__ = ["evidence", "verdict"]


_percent: Callable[[Any], str] = percent  # pandas styles cells of any type


class Strength(NamedTuple):
    """How strong evidence is written."""

    word: str
    icon: str
    colour: Literal["green", "gray", "orange"]


STRENGTHS = {
    "strong": Strength("STRONG EVIDENCE", ":material/verified:", "green"),
    "weak": Strength("WEAK EVIDENCE", ":material/help:", "gray"),
    "contrary": Strength("CONTRARY EVIDENCE", ":material/trending_down:", "orange"),
    "none": Strength("NO DIFFERENCE", ":material/equal:", "gray"),
}


def verdict(case: Case) -> None:
    """The gate's verdict and what the evidence adds, a line each, and the lead with its interval as a bar."""
    passed = case.gate.passed
    badge = (
        ":green-badge[:material/check: ELIGIBLE]"
        if passed
        else ":orange-badge[:material/block: NOT ELIGIBLE]"
    )
    _line(badge, case.gate.reason, meaning("gate"))
    word, icon, colour = STRENGTHS[case.strength]
    _line(f":{colour}-badge[{icon} {word}]", case.advice)
    for warning in case.warnings:
        st.warning(said(warning), icon=":material/warning:")
    beside = case.against_champion if case.champion else case.against_equal_weight
    if beside and case.strength != "none":
        _lead(case, beside)


def _line(badge: str, sentence: str, help: str | None = None) -> None:
    st.markdown(f"{badge} {said(sentence)}", help=help)


def _lead(case: Case, beside: Difference) -> None:
    """One row: the interval as a bar, how often it was ahead, and what luck alone would have found."""
    table = pd.DataFrame(
        {
            "Lead (95 %)": [beside.mean],
            "low": [beside.low],
            "high": [beside.high],
            "P(better)": [percent(beside.p_better, 0)],
            "Deflated Sharpe": [percent(case.deflated_sharpe, 0)],
        }
    )
    shown = with_intervals(table, "Lead (95 %)", "low", "high").hide(axis="index")
    st.table(shown, border="horizontal", alt="The lead with its 95 % interval, and how sure it is")


def evidence(case: Case, challenger: Version, champion: Version | None) -> None:
    """The picture first; what else stands behind the figures behind further tabs."""
    tabs = st.tabs(
        ["Growth", "Costs", "Members", "Attribution", "Before and after"], on_change="rerun", key="evidence"
    )
    drawn: tuple[Callable[[], None], ...] = (
        lambda: _growth(challenger, champion),
        lambda: _costs(case),
        lambda: _members(case),
        lambda: _attribution(case, "the champion" if champion else "equal weight"),
        lambda: _weights(challenger, champion),
    )
    for tab, draw in zip(tabs, drawn, strict=True):
        if tab.open:
            with tab, refusals_shown():
                draw()


def _growth(challenger: Version, champion: Version | None) -> None:
    """Champion, challenger and equal weight, the first two in colours of their variant."""
    variant = label(challenger.variant)
    names = {role: f"{variant} {role}" for role in ("champion", "challenger")} | {
        "Equal weight": "Equal weight"
    }
    found = {each.name: each for each in promotion.backtests(challenger, champion)}
    backtests = [replace(found[role], name=name) for role, name in names.items() if role in found]
    show(growth.equity(backtests), "promotion-equity")


def _costs(case: Case) -> None:
    st.table(_cost_table(case), border="horizontal", alt="CAGR at other costs of trading")
    rest = {name: growth for name, growth in case.growth.items() if name not in case.costs}
    st.table(
        pd.DataFrame({"CAGR, net": rest}).style.format(_percent),
        border="horizontal",
        alt="CAGR of the baselines on the same weeks",
    )


def _cost_table(case: Case) -> Styler:
    return pd.DataFrame(
        {f"{role.capitalize()}, CAGR": at for role, at in case.costs.items()},
        index=pd.Index([bps(rate) for rate in COST_RATES], name="Cost of trading"),
    ).style.format(_percent)


def _members(case: Case) -> None:
    alone = sorted(case.members)
    st.markdown(
        f"**CAGR of {len(alone)} members, each alone**: {', '.join(percent(member) for member in alone)}. "
        f"Interquartile mean {percent(interquartile_mean(np.array(alone)))}; the committee "
        f"{percent(case.growth['challenger'])}. A wide spread is luck of the seed."
    )


def _attribution(case: Case, whom: str) -> None:
    """What a lead hangs on; two strategies that are one have none, and no best stock either."""
    edge = case.edge
    if edge is None:
        same = f"Same as {whom} in every week: no edge to attribute."
        st.markdown(same if case.strength == "none" else "No weeks in common to attribute.")
        return
    st.markdown(
        f"Over {whom}: **{points(edge.total)}** of log growth a year.\n"
        f"- Without its best stock, {plain(edge.best_stock)}: {points(edge.without_best_stock)}\n"
        f"- Without its best month, {edge.best_month}: {points(edge.without_best_month)}\n"
        f"- Beta to it {edge.beta:.2f}, tracking error {percent(edge.tracking_error)} a year"
    )


def _weights(challenger: Version, champion: Version | None) -> None:
    """What approving would trade this week, for somebody who holds the champion's target weights."""
    wealth = st.number_input("Portfolio value ($)", 1_000, 10_000_000_000, 1_000_000, 10_000, width=220)
    after = weights.from_cash(challenger)
    held = weights.from_cash(champion) if champion else None
    before = held.target_weights if held else {"CASH": 1.0}
    names = list(dict.fromkeys([*after.target_weights, *before]))
    now, then = ({name: each.get(name, 0.0) for name in names} for each in (before, after.target_weights))
    digits = weight_digits(len(names) - 1)
    show(before_after(now, then, ("Champion", "Challenger")), "promotion-weights")
    st.dataframe(
        pd.DataFrame(
            {
                "Asset": names,
                "Champion": [percent(now[name], digits) for name in names],
                "Challenger": [percent(then[name], digits) for name in names],
                "Change": [points(then[name] - now[name], digits) for name in names],
                "Trade": [dollars((then[name] - now[name]) * wealth) for name in names],
            }
        ),
        hide_index=True,
        alt="Weights before and after, and the trades between them",
        column_config=right_aligned("Champion", "Challenger", "Change", "Trade"),
    )
    st.caption(
        f"Target weights as of the close of {after.as_of}, traded at the close of {after.target_week_start}."
        + (
            f" The champion follows {FOLLOWS[held.follow]} by choice."
            if held and held.follow != "as trained"
            else ""
        )
    )
