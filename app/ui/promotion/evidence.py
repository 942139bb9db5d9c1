"""The evidence on the Promotion page: the verdict, and the figures behind it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from app.formats import bps, dollars, percent, points
from app.queries import promotion, weights
from app.ui.shared.charts import growth
from app.ui.shared.charts.figure import show
from app.ui.shared.charts.weights import before_after
from app.ui.shared.figures import figure, lead, right_aligned
from app.ui.shared.refusals import refusals_shown
from sac.evidence import COST_RATES, Difference, interquartile_mean
from sac.promotion.case import Case
from sac.promotion.following import FOLLOWS
from sac.registry import Version
from sac.text import plain, said

__all__ = ["evidence", "verdict_strip"]


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


def verdict_strip(case: Case) -> None:
    """The gate's verdict and what the evidence adds, in one line each."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            if case.gate.passed:
                st.badge("ELIGIBLE", icon=":material/check_circle:", color="green", width="content")
            else:
                st.badge("NOT ELIGIBLE", icon=":material/block:", color="orange", width="content")
            st.markdown(f"**{said(case.gate.reason)}**", width="content")
        with st.container(horizontal=True, vertical_alignment="center"):
            word, icon, colour = STRENGTHS[case.strength]
            st.badge(word, icon=icon, color=colour, width="content")
            st.markdown(said(case.advice), width="content")
        st.caption("The gate compares CAGR alone; the evidence is advice.")
        for warning in case.warnings:
            st.warning(said(warning), icon=":material/warning:")


def evidence(case: Case, challenger: Version, champion: Version | None) -> None:
    """Figures on common weeks, then what stands behind them, behind tabs."""
    whose = "weeks that both have out of sample" if case.shared and champion else "weeks of its evaluation"
    st.markdown(f"**{case.weeks} {whose}**, {case.start} to {case.end}, net of costs, from cash.")
    _figures(case, case.against_champion if champion else case.against_equal_weight)
    _details(case, challenger, champion)


def _figures(case: Case, difference: Difference | None) -> None:
    benchmark = "champion" if "champion" in case.growth else "Equal weight"
    whom = benchmark.lower()
    sure, interval = "n/a", "too few weeks"
    if difference and difference.none:
        interval = f"same as {whom} in every week"
    elif difference:
        sure = percent(difference.p_better, 0)
        interval = f"{points(difference.low)} to {points(difference.high)} a year"
    grid = st.grid(4, min_column_width=250)
    lead(
        grid,
        "Challenger, CAGR",
        percent(case.growth["challenger"]),
        points(case.growth["challenger"] - case.growth[benchmark]),
        than=whom,
        border=True,
        help=f"Compound annual growth on these weeks; {whom}: {percent(case.growth[benchmark])}.",
    )
    figure(
        grid,
        "P(better)",
        sure,
        interval,
        help=f"Share of resampled histories in which the challenger ends above the {whom}, and the 95 % "
        "interval of the difference in log growth a year (paired stationary bootstrap).",
    )
    figure(
        grid,
        "Deflated Sharpe ratio",
        percent(case.deflated_sharpe, 0),
        f"{case.trials} candidates tried",
        help="Probability that its Sharpe ratio is above the best that luck alone yields among all "
        "candidates ever trained here. 95 % is convincing.",
    )
    over_equal = points(case.growth[benchmark] - case.growth["Equal weight"])
    figure(
        grid,
        f"{benchmark.capitalize()}, CAGR",
        percent(case.growth[benchmark]),
        f"{over_equal} vs equal weight" if benchmark == "champion" else None,
    )


def _details(case: Case, challenger: Version, champion: Version | None) -> None:
    equity, costs, members, attribution, weights_tab = st.tabs(
        ["Equity", "Costs and baselines", "Members", "Attribution", "Before and after"],
        on_change="rerun",
        key="evidence",
    )
    if equity.open:
        with equity:
            plain = ("challenger", "champion", "Equal weight")
            backtests = [
                replace(each, name=each.name.capitalize())
                for each in promotion.backtests(challenger, champion)
                if each.name in plain
            ]
            show(growth.equity(backtests), "promotion-equity")
    if costs.open:
        with costs:
            st.table(_cost_table(case), border="horizontal", alt="CAGR at other costs of trading")
            rest = {name: growth for name, growth in case.growth.items() if name not in case.costs}
            st.table(
                pd.DataFrame({"CAGR, net": rest}).style.format(_percent),
                border="horizontal",
                alt="CAGR of the baselines on the same weeks",
            )
    if members.open:
        with members:
            _members(case)
    if attribution.open:
        with attribution:
            _attribution(case, "the champion" if champion else "equal weight")
    if weights_tab.open:
        with weights_tab, refusals_shown():
            _weights(challenger, champion)


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
    edge = case.edge
    if edge is None:
        st.markdown("No weeks in common to attribute.")
        return
    if case.strength == "none":
        st.markdown(f"Same as {whom} in every week: no edge to attribute.")
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
    show(before_after(now, then, ("Champion", "Challenger")), "promotion-weights")
    st.dataframe(
        pd.DataFrame(
            {
                "Asset": names,
                "Champion": [percent(now[name]) for name in names],
                "Challenger": [percent(then[name]) for name in names],
                "Change": [points(then[name] - now[name]) for name in names],
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
