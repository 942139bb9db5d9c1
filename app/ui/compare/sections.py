"""The sections of a comparison as blocks, so that the page and the report cannot say different things."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
from pandas.io.formats.style import Styler

from app.formats import percent, points, unbroken
from app.ui.compare import tables
from app.ui.compare.comparison import Comparison
from app.ui.compare.conviction import conviction_of, convictions, unlike_members
from app.ui.shared.charts import attribution, growth, members, weights
from app.ui.shared.charts.figure import Chart
from app.ui.shared.charts.learning import learning
from sac.evidence import cagr, edge, edge_by_asset
from sac.portfolio import Backtest

__all__ = ["SECTIONS", "Block", "Section", "Table", "Text", "equity", "external_note", "verdicts"]

SLACK = 1e-6  # a limit is kept in single precision


class Text(NamedTuple):
    """A remark; **bold** is the only mark-up."""

    text: str


class Table(NamedTuple):
    """A table of text, and what it is to somebody who cannot see it."""

    cells: Styler | pd.DataFrame
    alt: str


Block = Text | Table | Chart
Blocks = Iterator[Block]


@dataclass(frozen=True)
class Section:
    """One tab of the page, one chapter of the report."""

    title: str
    blocks: Callable[[Comparison, Sequence[Backtest]], Blocks]  # what is compared, and whom it is shown of
    chooses: str = ""  # among which backtests a reader chooses: an attribute of `Comparison`


def verdicts(comparison: Comparison) -> list[str]:
    """Each strategy in a sentence or three."""
    equal = cagr(comparison.reference.net)
    return [
        unbroken(
            f"**{each.name}**: {percent(cagr(each.net))} a year, "
            + (
                "same as equal weight in every week."
                if judged.none
                else f"{points(cagr(each.net) - equal)} against equal weight. "
                + tables.difference_verdict(judged)
            )
            + (
                f" {conviction_of(comparison.versions[each.name])}"
                if each.name in comparison.versions
                else ""
            )
        )
        for each, judged in zip(comparison.strategies, comparison.differences, strict=True)
    ]


def external_note(comparison: Comparison) -> str:
    """What nobody here can vouch for, and whether it kept the limits that versions keep."""
    names = " and ".join(f"**{each.name}**" for each in comparison.external)
    note = (
        f"External: {names}. That these weeks are out of sample is the owner's claim: the desk fitted "
        "nothing and cannot check. The stored weights are re-run from cash at the versions' costs."
    )
    for each in comparison.external:
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


def equity(comparison: Comparison) -> Chart:
    """The first chart."""
    return growth.equity(comparison.backtests)


def _figures(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    constraints, search = comparison.first.settings.constraints, comparison.search
    yield Table(tables.figures(comparison.backtests, constraints), "Metrics of every strategy")
    yield Table(
        tables.luck(
            comparison.strategies,
            comparison.reference,
            comparison.differences,
            search,
            uncounted=comparison.hosts,
        ),
        "How sure each lead over equal weight is",
    )
    note = (
        "Leads over equal weight are in log growth a year. Interval and P(better): 10,000 resampled "
        "histories, in blocks of a few weeks. IR: Sharpe ratio of the weekly lead, allowing for fat tails"
    )
    if search.candidates > 1:
        note += ", the last column also for having picked the best of all candidates ever trained"
        if comparison.external:
            note += " (n/a for external strategies: how many were tried is not known)"
    yield Text(f"{note}.")
    if any(not each.symbols for each in comparison.backtests):
        yield Text("An index is not traded: here it pays no costs and earns no dividends.")


def _drawdown(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    yield growth.drawdowns(comparison.backtests)
    others = [each for each in comparison.backtests if each.name != comparison.reference.name]
    if len(comparison.reference.net) > growth.EXCESS_WEEKS and others:
        yield growth.excess(others, comparison.reference)
        yield Text("An edge that lasts stays above zero at most dates.")


def _years(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    yield Table(tables.years(comparison.backtests), "Net return per calendar year")
    yield Text("Net return over the weeks that end in the year; fewer than 52 are no full year.")


def _weights(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    for each in shown:
        yield Text(f"**{each.name}**: target weights at each fill.")
        yield weights.allocation(each)
    yield growth.turnover(comparison.invested)
    yield Text("Turnover without the first purchase out of cash, which is about the same for all strategies.")


def _costs(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    yield Table(tables.cost_sensitivity(comparison.backtests, comparison.reference), "CAGR at other costs")
    yield Text(
        "The same trades at other costs of every dollar traded in stocks; agents were trained at their own. "
        "Break-even: the rate at which a lead over equal weight is used up."
    )


def _attribution(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    reference = comparison.reference
    edges = {each.name: edge(each, reference) for each in comparison.invested if each.name != reference.name}
    yield Table(tables.edges(edges), "Edge over equal weight without its best stock and month")
    yield Text(
        "Log growth a year over equal weight, net. An edge that is gone without one stock or one month is "
        "one lucky bet. Beta and tracking error are to equal weight."
    )
    for each in shown:
        if each.name in edges and edges[each.name].tracking_error < tables.SAME:
            yield Text(f"**{each.name}**: same as equal weight, no edge to attribute.")
        elif each.name in edges:
            yield Text(f"**{each.name}**: what each asset and the costs add to its edge.")
            yield attribution.edge_by_stock(edge_by_asset(each, reference), each.name, reference.name)
        yield Text(f"**{each.name}**: log growth by asset and by the year in which weeks end.")
        yield Table(tables.contributions_by_year(each), "Contribution by asset and calendar year")


def _members(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    alone = [each for each in comparison.models if each.members.shape[1]]
    if alone:
        yield members.member_spread(alone)
        yield Table(tables.members(alone), "CAGR of the members")
        yield Text(
            "Each member alone (dots), their interquartile mean (bar) and the committee (diamond): the "
            "spread is luck of the seed."
        )
    for each in shown:
        if each.members.shape[1]:
            yield Text(f"**{each.name}**: each member (thin) and the committee against equal weight.")
            yield members.member_fan(each, comparison.reference, comparison.palette[each.name])
    unlike = [name for name, version in comparison.versions.items() if unlike_members(version)]
    if unlike and not comparison.own:
        yield Text(
            f"Members of {' and '.join(unlike)} are shown without reserve: so their engine stored them."
        )


def _conviction(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    judged = convictions(comparison.versions)
    if judged.empty:
        yield Text("No weeks were held out to measure a conviction: the agents are followed without reserve.")
    else:
        yield Table(judged, "Conviction of every committee")
        yield Text(
            "As traded, weights go from equal weight towards the agents' own by the conviction: half of t, "
            "less the luck of the search, of the weekly lead over equal weight on weeks that the agents had "
            "not seen."
        )
    for each in (one for one in shown if one.name in comparison.versions):
        curve = comparison.versions[each.name].metadata.learning
        if curve:
            yield Text(
                f"**{each.name}**: lead of the committee (line) and its members (band) on the validation "
                "weeks, by update, before its agents saw them."
            )
            yield learning(curve, each.name, comparison.palette[each.name])
        else:
            yield Text(f"**{each.name}**: no learning curve was stored.")


def _forecasts(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    for name, version in comparison.versions.items():
        years = version.metadata.forecast_skill
        yield Text(f"**{name}.** {tables.skill_verdict(years)}")
        if years:
            yield Table(tables.skill(years), f"Rank IC per year of the forecaster of {name}")


SECTIONS = (
    Section("Figures", _figures),
    Section("Drawdown", _drawdown),
    Section("Years", _years),
    Section("Weights", _weights, chooses="invested"),
    Section("Costs", _costs),
    Section("Attribution", _attribution, chooses="invested"),
    Section("Members", _members, chooses="models"),
    Section("Conviction", _conviction, chooses="models"),
    Section("Forecasts", _forecasts),
)
