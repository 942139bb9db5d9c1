"""Backtest equal weight and buy & hold over the last two years of the sample, net of costs.

python examples/first_backtest.py
"""

from sac.config import Constraints
from sac.evidence import difference, metrics
from sac.market import sample_panel
from sac.portfolio import BuyAndHold, EqualWeight, backtest

panel, constraints = sample_panel(), Constraints()
weeks = range(panel.complete_steps - 104, panel.complete_steps)
results = [
    backtest(each, panel, weeks, constraints) for each in (EqualWeight(constraints), BuyAndHold(constraints))
]

print(f"{len(panel.symbols)} stocks, {results[0].dates[0]} to {results[0].dates[-1]}")
for result in results:
    figures = metrics(result, constraints)
    print(
        f"{result.name}: CAGR {figures.cagr:+.1%}, Sharpe {figures.sharpe:.2f}, "
        f"max drawdown {figures.max_drawdown:.1%}, weekly turnover {figures.turnover:.2%}"
    )
found = difference(results[0].net, results[1].net)
print(
    f"{results[0].name} over {results[1].name}: {found.mean:+.1%} of log growth a year, which {found.verdict}"
)
