"""The sections of a comparison as blocks, so that the page and the report cannot say different things."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
from pandas.io.formats.style import Styler

from app.formats import percent, points, unbroken
from app.ui.compare import tables
from app.ui.compare.comparison import Comparison
from app.ui.shared.charts import attribution, growth, members, weights
from app.ui.shared.charts.figure import Chart
from sac.evidence import cagr, edge, edge_by_asset
from sac.portfolio import Backtest

__all__ = ["SECTIONS", "Block", "Section", "Table", "Text", "equity", "outside_note", "verdicts"]

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
    chooses: str = ""  # among which walks a reader chooses: an attribute of `Comparison`


def verdicts(found: Comparison) -> list[str]:
    """Each strategy in a sentence or two."""
    equal = cagr(found.reference.net)
    return [
        unbroken(
            f"**{walk.name}**: {percent(cagr(walk.net))} a year, {points(cagr(walk.net) - equal)} against "
            f"equal weight. {tables.difference_verdict(judged)}"
        )
        for walk, judged in zip(found.strategies, found.differences, strict=True)
    ]


def outside_note(found: Comparison) -> str:
    """What nobody here can vouch for, and whether it kept the limits that versions keep."""
    names = " and ".join(f"**{walk.name}**" for walk in found.outside)
    note = (
        f"From outside: {names}. That these weeks are out of sample is the word of whoever stored the walk: "
        "the desk fitted nothing and cannot check. It walks the stored weights anew, from cash and at the "
        "versions' costs."
    )
    for walk in found.outside:
        limits = found.hosts[walk.name].settings.constraints
        cap, buffer = limits.max_position, limits.cash_buffer
        most, least = walk.weights[:, :-1].max(), walk.weights[:, -1].min()
        if most > cap + SLACK or least < buffer - SLACK:
            note += (
                f" {walk.name} does not keep the versions' limits ({percent(cap, 0)} a stock, "
                f"{percent(buffer, 0)} cash): it held up to {percent(most)} in one stock and as little as "
                f"{percent(least)} cash."
            )
    return note


def equity(found: Comparison) -> Chart:
    """The first chart."""
    return growth.equity(found.walks)


def _figures(found: Comparison, shown: Sequence[Backtest]) -> Blocks:
    yield Table(tables.figures(found.walks, found.first.settings.constraints), "Metrics of every strategy")
    yield Table(
        tables.luck(found.strategies, found.differences, found.search, uncounted=found.hosts),
        "How sure each lead and each Sharpe ratio is",
    )
    yield Text(
        "Leads over equal weight are in log growth a year. The interval and P(better) come from 10,000 "
        "resampled histories, in blocks of a few weeks; a true difference below the detectable one would "
        "not show in a sample of this size. P(Sharpe > 0) allows for fat tails"
        + (
            ", the last column also for having picked the best of all candidates that were ever trained."
            if found.search.candidates > 1
            else "."
        )
        + (
            " It is n/a for outside strategies: how many were tried before one was stored, the desk does "
            "not know."
            if found.search.candidates > 1 and found.outside
            else ""
        )
    )
    if any(not walk.symbols for walk in found.walks):
        yield Text(
            "An index is not traded: it pays no costs and earns no dividends here, unlike everybody else."
        )


def _falls(found: Comparison, shown: Sequence[Backtest]) -> Blocks:
    yield growth.drawdowns(found.walks)
    others = [walk for walk in found.walks if walk.name != found.reference.name]
    if len(found.reference.net) > growth.EXCESS_WEEKS and others:
        yield growth.excess(others, found.reference)
        yield Text(
            f"How far a dollar got ahead of equal weight in the {growth.EXCESS_WEEKS} weeks up to each "
            "date. An edge that lasts stays above zero in most of them."
        )


def _years(found: Comparison, shown: Sequence[Backtest]) -> Blocks:
    yield Table(tables.years(found.walks), "Net return per calendar year")
    yield Text("Net return over the weeks that end in the year. With less than 52 weeks it is no full year.")


def _weights(found: Comparison, shown: Sequence[Backtest]) -> Blocks:
    for walk in shown:
        yield Text(f"**{walk.name}**: target weights at each fill.")
        yield weights.allocation(walk)
    yield growth.turnover(found.held)
    yield Text("Turnover without the first purchase out of cash, which is about the same for everybody.")


def _costs(found: Comparison, shown: Sequence[Backtest]) -> Blocks:
    yield Table(tables.cost_sensitivity(found.walks, found.reference), "CAGR at other costs")
    yield Text(
        "The same trades at other costs of every dollar traded in stocks, paid by everybody; the agents were "
        "trained at their own. The break-even is the rate at which a lead over equal weight is used up."
    )


def _attribution(found: Comparison, shown: Sequence[Backtest]) -> Blocks:
    rivals = [walk for walk in found.held if walk.name != found.reference.name]
    edges = {walk.name: edge(walk, found.reference) for walk in rivals}
    yield Table(tables.edges(edges), "Edge over equal weight without its best stock and month")
    yield Text(
        "Log growth a year over equal weight, net. An edge that is gone without one stock or one month is "
        "one bet that went well. Beta and tracking error are to equal weight."
    )
    for walk in shown:
        if walk.name in edges and edges[walk.name].tracking_error < tables.SAME:
            yield Text(f"**{walk.name}** held what equal weight holds: there is no edge to take apart.")
        elif walk.name in edges:
            yield Text(f"**{walk.name}**: what each asset and the costs add to its edge.")
            lead = edge_by_asset(walk, found.reference)
            yield attribution.edge_by_stock(lead, walk.name, found.reference.name)
        yield Text(f"**{walk.name}**: where its log growth comes from, by the year in which weeks end.")
        yield Table(tables.contributions_by_year(walk), "Contribution by asset and calendar year")


def _members(found: Comparison, shown: Sequence[Backtest]) -> Blocks:
    alone = [walk for walk in found.models if walk.members.shape[1]]
    if alone:
        yield members.member_spread(alone)
        yield Table(tables.members(alone), "CAGR of the members")
        yield Text(
            "Each member walked alone (dots), whether trusted to trade or not, their interquartile mean "
            "(bar) and the committee (diamond): how much of a result is luck of the seed."
        )
    for walk in shown:
        if walk.members.shape[1]:
            yield Text(f"**{walk.name}**: each member (thin) and the committee against equal weight.")
            yield members.member_fan(walk, found.reference, found.palette[walk.name])
    judged = tables.held_out({name: version.metadata.validations for name, version in found.versions.items()})
    if not judged.empty:
        yield Text(
            "**Who earned its trades.** Before a committee may trade, it must beat equal weight by one "
            "standard error, net of costs, on the last weeks of its training window, which its agents had "
            "not seen until then."
        )
        yield Table(judged, "Verdict on the held-out weeks of every committee")


def _forecasts(found: Comparison, shown: Sequence[Backtest]) -> Blocks:
    for name, version in found.versions.items():
        years = version.metadata.forecast_skill
        yield Text(f"**{name}.** {tables.skill_verdict(years)}")
        if years:
            yield Table(tables.skill(years), f"Rank IC per year of the forecaster of {name}")


SECTIONS = (
    Section("Figures", _figures),
    Section("Drawdown", _falls),
    Section("Years", _years),
    Section("Weights", _weights, chooses="held"),
    Section("Costs", _costs),
    Section("Attribution", _attribution, chooses="held"),
    Section("Members", _members, chooses="models"),
    Section("Forecasts", _forecasts),
)
