"""Sections of what strategies earned, and at what risk."""

from collections.abc import Sequence

from app.ui.compare import tables
from app.ui.compare.blocks import Behind, Blocks, Table, Text
from app.ui.compare.comparison import Comparison
from app.ui.shared.charts import growth, returns
from app.ui.shared.charts.figure import Chart
from app.ui.shared.glossary import meaning
from sac.portfolio import Backtest

__all__ = [
    "deepest",
    "distribution",
    "drawdown",
    "equity",
    "figures",
    "months",
    "rolling",
    "tails",
    "years",
]


def equity(comparison: Comparison) -> Chart:
    """The first chart."""
    return growth.equity(comparison.backtests)


def figures(comparison: Comparison, _: Sequence[Backtest]) -> Blocks:
    """Every figure of every strategy."""
    table = tables.figures(
        comparison.backtests,
        comparison.first.settings.constraints,
        comparison.reference,
        comparison.search,
        counted=comparison.versions,
    )
    yield Table(table, "Figures of every strategy")
    note = (
        f"Information ratio (IR): {meaning('information ratio (IR)')} P(IR > 0) allows for skewness and fat "
        "tails"
    )
    if comparison.search.candidates > 1:
        note += f"; the row below it is the deflated Sharpe ratio: {meaning('deflated Sharpe ratio')}"
        if comparison.external:
            note += " It is n/a for external strategies: how many were tried is not known."
    if any(not each.symbols for each in comparison.backtests):
        note += " An index is not traded: here it pays no costs and earns no dividends."
    yield Text("52 weeks a year.", note)


def drawdown(comparison: Comparison, _: Sequence[Backtest]) -> Blocks:
    """How far all of them were below their highest wealth."""
    yield growth.drawdowns(comparison.backtests)


def deepest(_: Comparison, shown: Sequence[Backtest]) -> Blocks:
    """The deepest falls of one, with their dates."""
    for each in shown:
        yield Table(tables.drawdown_dates(each), f"Deepest drawdowns of {each.name}")
    yield Text("The five deepest, by their closes of peak, trough and recovery.", meaning("drawdown"))


def years(comparison: Comparison, _: Sequence[Backtest]) -> Blocks:
    """Calendar years of all."""
    yield returns.years(comparison.backtests)
    yield Behind(
        "Years as a table", lambda: tables.years(comparison.backtests), "Net return (%) per calendar year"
    )


def months(_: Comparison, shown: Sequence[Backtest]) -> Blocks:
    """Calendar months of one."""
    for each in shown:
        yield returns.months(each)
    yield Text("Net return (%) of the weeks that end in the month; the first and last may be no full ones.")


def rolling(comparison: Comparison, _: Sequence[Backtest]) -> Blocks:
    """Lead and risk of the last half year, along the record."""
    if len(comparison.reference.net) <= growth.ROLLING_WEEKS:
        yield Text(f"More than {growth.ROLLING_WEEKS} weeks are needed.")
        return
    others = [each for each in comparison.backtests if each.name != comparison.reference.name]
    if others:
        yield growth.excess(others, comparison.reference)
    yield growth.volatility(comparison.backtests)
    yield growth.sharpe(comparison.backtests)
    yield Text(
        f"Of the {growth.ROLLING_WEEKS} weeks before each date, annualised. A lead that lasts stays above 0."
    )


def tails(comparison: Comparison, _: Sequence[Backtest]) -> Blocks:
    """How bad bad weeks were, of all."""
    yield Table(tables.tail_figures(comparison.backtests), "Tails of the weekly returns")
    yield Text("Of the weeks as they were.", f"{meaning('VaR')} CVaR: {meaning('CVaR')}")


def distribution(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    """The weekly returns of one beside equal weight's."""
    for each in shown:
        yield returns.distribution(each, comparison.reference)
