"""The sections of a comparison as a tear sheet has them: returns, holdings, the agents behind them."""

from app.ui.compare import agents, holdings, returns
from app.ui.compare.blocks import Part, Section

__all__ = ["SECTIONS"]

SECTIONS = (
    Section("Figures", (Part(returns.figures),)),
    Section("Drawdown", (Part(returns.drawdown), Part(returns.deepest, of="backtests"))),
    Section("Years", (Part(returns.years), Part(returns.months, of="backtests"))),
    Section("Rolling", (Part(returns.rolling),)),
    Section("Distribution", (Part(returns.tails), Part(returns.distribution, of="backtests"))),
    Section("Weights", (Part(holdings.weights, of="invested"), Part(holdings.turnover))),
    Section("Costs", (Part(holdings.costs),)),
    Section("Attribution", (Part(holdings.edges), Part(holdings.attribution, of="invested"))),
    Section("Members", (Part(agents.members), Part(agents.fan, of="models"))),
    Section("Conviction", (Part(agents.conviction), Part(agents.learned, of="models"))),
    Section("Forecasts", (Part(agents.forecasts),)),
)
