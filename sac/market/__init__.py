"""Market: calendar, prices and the panel of what was known when."""

from sac.market.accepted import Accepted
from sac.market.applying import accept_finding, apply_choice, blocks
from sac.market.calendar import TradingWeeks, exchange_sessions, trading_weeks, weeks_behind
from sac.market.choice import (
    FEWEST_SYMBOLS,
    MOST_SYMBOLS,
    SOURCES,
    MarketChoice,
    read_choice,
    write_choice,
)
from sac.market.loading import load_panel, market_stamp, price_folder, survey_market, surveyed_panel
from sac.market.panel import MarketPanel, Provenance, build_panel, numbered_panel, sample_panel
from sac.market.prices.checks import Finding, validate_closes
from sac.market.prices.sample import (
    DEMO_UNIVERSE,
    INDEX_NAME,
    SAMPLE_NOTE,
    sample_closes,
    sample_index,
    sample_path,
)
from sac.market.prices.survey import Survey
from sac.market.prices.uploads import LARGEST_UPLOAD, by_symbol

__all__ = [
    "DEMO_UNIVERSE",
    "FEWEST_SYMBOLS",
    "INDEX_NAME",
    "LARGEST_UPLOAD",
    "MOST_SYMBOLS",
    "SAMPLE_NOTE",
    "SOURCES",
    "Accepted",
    "Finding",
    "MarketChoice",
    "MarketPanel",
    "Provenance",
    "Survey",
    "TradingWeeks",
    "accept_finding",
    "apply_choice",
    "blocks",
    "build_panel",
    "by_symbol",
    "exchange_sessions",
    "load_panel",
    "market_stamp",
    "numbered_panel",
    "price_folder",
    "read_choice",
    "sample_closes",
    "sample_index",
    "sample_panel",
    "sample_path",
    "survey_market",
    "surveyed_panel",
    "trading_weeks",
    "validate_closes",
    "weeks_behind",
    "write_choice",
]
