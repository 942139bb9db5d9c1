"""Hand a backtest to skfolio and to QuantStats: weekly returns, net of our costs, 52 periods a year.

pip install quantstats
python examples/other_libraries.py
"""

import pandas as pd
import quantstats
from skfolio import Population
from skfolio.portfolio import BasePortfolio

from sac.config import Constraints
from sac.evidence import metrics
from sac.market import sample_panel
from sac.portfolio import BuyAndHold, EqualWeight, backtest

panel, constraints = sample_panel(), Constraints()
weeks = range(panel.complete_steps - 5 * 52, panel.complete_steps)
results = [
    backtest(each, panel, weeks, constraints) for each in (EqualWeight(constraints), BuyAndHold(constraints))
]

# skfolio: a portfolio from its returns. `Portfolio(X, weights)` would compute them anew, with other costs.
population = Population(
    [BasePortfolio(each.net, each.ends, name=each.name, annualization_factor=52) for each in results]
)
print(population.summary().loc[["Annualized Sharpe Ratio", "CVaR at 95%", "CDaR at 95%"]].to_string())

# QuantStats: a series of returns by date, and the benchmark's beside it.
returns, benchmark = (pd.Series(each.net, pd.DatetimeIndex(each.ends), name=each.name) for each in results)
table = quantstats.reports.metrics(returns, benchmark, periods_per_year=52, display=False)  # type: ignore[no-untyped-call]
print(table.loc[["CAGR﹪", "Sharpe", "Max Drawdown"]].to_string())

print(
    f"Sharpe ratio of {returns.name}: ours {metrics(results[0], constraints).sharpe:.4f}, "
    f"skfolio's {population[0].annualized_sharpe_ratio:.4f}, "
    f"QuantStats' {quantstats.stats.sharpe(returns, periods=52):.4f}"
)
