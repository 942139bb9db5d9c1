"""Sections of what strategies held and paid, and where their leads come from."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from app.ui.compare import tables
from app.ui.compare.blocks import Behind, Blocks, Table, Text
from app.ui.compare.comparison import Comparison
from app.ui.shared.charts import active, growth
from app.ui.shared.charts.attribution import edge_by_stock
from app.ui.shared.glossary import meaning
from sac.evidence import edge, edge_by_asset
from sac.evidence.comparison import active_weights
from sac.portfolio import Backtest

__all__ = ["attribution", "costs", "edges", "turnover", "weights"]


def weights(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    """What one holds over or under equal weight."""
    for each in shown:
        bets = active_weights(each, comparison.first.settings.constraints)
        if bets.abs().to_numpy().max() < tables.SAME:
            yield Text(f"**{each.name}** holds equal weight in every week.")
        else:
            yield active.active_weights(each, bets)
            title = f"Weights of {each.name}"
            yield Behind(title, partial(tables.bets, each, bets), title)


def turnover(comparison: Comparison, _: Sequence[Backtest]) -> Blocks:
    """How much all of them trade."""
    yield growth.turnover(comparison.invested)
    yield Text("Turnover without the first purchase out of cash.", meaning("turnover"))


def costs(comparison: Comparison, _: Sequence[Backtest]) -> Blocks:
    """CAGR at other costs."""
    yield Table(tables.cost_sensitivity(comparison.backtests, comparison.reference), "CAGR at other costs")
    yield Text(
        "The same trades at other costs of every dollar traded in stocks.",
        "Agents were trained at their own costs. Break-even: the rate at which a lead over equal weight is "
        "used up.",
    )


def edges(comparison: Comparison, _: Sequence[Backtest]) -> Blocks:
    """What is left of each lead without its best parts."""
    reference = comparison.reference
    found = {each.name: edge(each, reference) for each in comparison.invested if each.name != reference.name}
    yield Table(tables.edges(found), "Edge over equal weight without its best stock and month")
    yield Text(
        "Log growth a year over equal weight, net; beta and tracking error to it.",
        "An edge that is gone without one stock or one month is one lucky bet.",
    )


def attribution(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    """Which stocks made the lead of one."""
    reference = comparison.reference
    for each in shown:
        if each.name != reference.name and np.abs(each.net - reference.net).max() < tables.SAME:
            yield Text(f"**{each.name}**: same as equal weight, no edge to attribute.")
        elif each.name != reference.name:
            yield edge_by_stock(edge_by_asset(each, reference), each.name, reference.name)
        yield Behind(
            f"Log growth of {each.name} by asset and year",
            partial(tables.contributions_by_year, each),
            f"Contribution to {each.name} by asset and calendar year",
        )
