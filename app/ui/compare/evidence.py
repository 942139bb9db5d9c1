"""What the weeks say of every strategy against equal weight: in one sentence, and in one table."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from app.formats import percent, points, unbroken
from app.ui.compare.blocks import Table, Text
from app.ui.compare.comparison import Comparison
from app.ui.compare.conviction import followed_today, record_note
from app.ui.compare.writers import known, tenths, whole
from app.ui.shared.charts.figure import BOOK
from app.ui.shared.evidence import verdict, with_intervals
from app.ui.shared.glossary import meaning
from sac.evidence import Difference, cagr
from sac.portfolio import Backtest

__all__ = ["basis_line", "evidence", "evidence_note", "external_note", "state"]

SLACK = 1e-6  # a limit is kept in single precision
NAMED = 3  # as many are named in a sentence, more are counted
LEAD = "Lead over equal weight (pp)"
SHADES = {  # readable on light and on dark
    "▲": "color: light-dark(#1e7f5c, #4cc29a)",
    "▼": "color: light-dark(#b3372f, #ec7c73)",
}


def state(comparison: Comparison) -> str:
    """Who is ahead of equal weight, who behind, and of whom the weeks cannot tell, in one sentence."""
    judged = comparison.differences
    ahead = _those(judged, lambda one: one.low > 0.0)
    behind = _those(judged, lambda one: one.high < 0.0)
    same = _those(judged, lambda one: one.none)
    unsure = [name for name in judged if name not in (*ahead, *behind, *same)]
    groups = {
        "ahead of equal weight by more than luck": ahead,
        "behind equal weight by more than luck": behind,
        "the same as equal weight in every week": same,
    }
    parts = [f"{_names(whose, judged)} {what}" for what, whose in groups.items() if whose]
    if unsure:
        least = max(judged[name].detectable for name in unsure)
        whom = (
            f"None of the {len(judged)} can"
            if len(unsure) == len(judged) > 1
            else f"{_listed(unsure)} cannot"
        )
        parts.append(
            f"{whom} be told from equal weight: {len(comparison.reference.net)} weeks show only "
            f"{points(least).lstrip('+')} a year or more"
        )
    return unbroken(f"{'; '.join(parts)}.")


def _names(whose: Sequence[str], judged: Mapping[str, Difference]) -> str:
    """Somebody with the verb that fits."""
    if len(whose) == len(judged) > 1:
        return f"All {len(whose)} are"
    return f"{_listed(whose)} {'is' if len(whose) == 1 else 'are'}"


def _listed(names: Sequence[str]) -> str:
    if len(names) > NAMED:
        return f"{len(names)} strategies"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def basis_line(comparison: Comparison) -> str:
    """What every figure rests on, in one line."""
    return f"{comparison.basis}. {record_note(comparison)}".strip()


def evidence(comparison: Comparison) -> Table:
    """CAGR, lead with its interval, and verdict of each strategy; equal weight below them."""
    judged = comparison.differences
    reference = comparison.reference
    rows = {each.name: _row(comparison, each, judged[each.name]) for each in comparison.strategies}
    rows.setdefault(reference.name, {"CAGR (%)": cagr(reference.net), "Verdict": ""})
    styled = with_intervals(pd.DataFrame.from_dict(rows, orient="index"), LEAD, "low", "high")
    styled = styled.format(tenths, subset=["CAGR (%)"]).format(known(_signed), subset=[LEAD])
    styled = styled.format(known(tenths), subset=["Would show (pp)"])
    styled = styled.format(known(whole), subset=["P(better) (%)", "Followed (%)"])
    same = _those(judged, lambda one: one.none)
    styled = styled.format(lambda _: "no difference", subset=pd.IndexSlice[same, [LEAD]])
    return Table(styled.map(_shade, subset=["Verdict"]), "Lead of every strategy over equal weight")


def _row(comparison: Comparison, backtest: Backtest, judged: Difference) -> dict[str, Any]:
    """What is said of one strategy; NaN where there is nothing to say."""
    version = comparison.versions.get(backtest.name)
    return {
        "CAGR (%)": cagr(backtest.net),
        LEAD: judged.mean,
        "low": judged.low,
        "high": judged.high,
        "P(better) (%)": judged.p_better,
        "Would show (pp)": math.nan if judged.none else judged.detectable,
        "Verdict": verdict(judged),
        "Followed (%)": followed_today(version) if version else math.nan,
    }


def _signed(lead: Any) -> str:
    return points(lead).removesuffix(" pp")


def _those(judged: Mapping[str, Difference], of: Callable[[Difference], bool]) -> list[str]:
    return [name for name, difference in judged.items() if of(difference)]


def _shade(word: Any) -> str:
    return SHADES.get(str(word)[:1], "")


def evidence_note() -> Text:
    """What the table's columns mean."""
    return Text(
        "Log growth a year; bar: 95 % interval.",
        "Interval and P(better): 10,000 resampled histories, in blocks of a few weeks. "
        f"P(better): {meaning('P(better)')} Would show: {meaning('detectable difference')} "
        f"Followed: the conviction of today's committee, or 100 % where it is followed without reserve. "
        f"{meaning('conviction')}",
    )


def external_note(comparison: Comparison) -> str:
    """What nobody here can vouch for, and whether it kept the versions' limits; empty where all are known."""
    strangers = [each for each in comparison.external if each.name != BOOK]
    if not strangers:
        return ""
    names = " and ".join(f"**{each.name}**" for each in strangers)
    note = (
        f"External: {names}. That these weeks are out of sample is the owner's claim: the desk fitted "
        "nothing and cannot check. The stored weights are re-run from cash at the versions' costs."
    )
    for each in strangers:
        limits = comparison.hosts[each.name].settings.constraints
        cap, buffer = limits.max_position, limits.cash_buffer
        most, least = each.weights[:, :-1].max(), each.weights[:, -1].min()
        if most > cap + SLACK or least < buffer - SLACK:
            note += (
                f" {each.name} does not keep the versions' limits ({percent(cap, 0)} a stock, "
                f"{percent(buffer, 0)} cash): it held up to {percent(most)} in one stock and as little as "
                f"{percent(least)} cash."
            )
    return note
