"""The table of trades: on the page, and as a file."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

if TYPE_CHECKING:
    from sac.inference import Recommendation  # importing it loads torch

__all__ = ["trade_columns", "trades", "trades_csv", "trades_shown"]


def trades(advice: "Recommendation", wealth: float) -> pd.DataFrame:
    """One row per asset: weights and forecast (fractions; missing where the model had none), dollars."""
    return pd.DataFrame(
        {
            "symbol": [change.symbol for change in advice.weight_changes],
            "current_weight": [change.current_weight for change in advice.weight_changes],
            "target_weight": [change.target_weight for change in advice.weight_changes],
            "change": [change.change for change in advice.weight_changes],
            "trade_dollars": [round(change.change * wealth, 2) for change in advice.weight_changes],
            "target_dollars": [round(change.target_weight * wealth, 2) for change in advice.weight_changes],
            "forecast_next_week": pd.array(
                [advice.forecasts.get(change.symbol) for change in advice.weight_changes], dtype="Float64"
            ),
        }
    )


def trades_shown(advice: "Recommendation", wealth: float) -> pd.DataFrame:
    """The table of trades with percentages in place of fractions."""
    table = trades(advice, wealth)
    shares = ["current_weight", "target_weight", "change", "forecast_next_week"]
    return table.assign(**{name: table[name] * 100 for name in shares})


def trade_columns() -> dict[str, Any]:
    """How the table of trades is written on the page."""
    number = st.column_config.NumberColumn
    return {
        "symbol": "Asset",
        "current_weight": number("Weight now", format="%.1f %%"),
        "target_weight": number("Target weight", format="%.1f %%"),
        "change": number("Change (pp)", format="%+.1f"),
        "trade_dollars": number("Trade ($)", format="dollar"),
        "target_dollars": number("Target value ($)", format="dollar"),
        "forecast_next_week": number("Forecast, next week", format="%+.2f %%"),
    }


def trades_csv(advice: "Recommendation", wealth: float) -> str:
    """The table of trades as a file; it names its version, dates and unit in every line."""
    table = trades(advice, wealth).assign(
        model_version=advice.model_version,
        as_of=advice.as_of,
        trade_at_close=advice.target_week_start,
        week_end=advice.target_week_end,
    )
    return table.to_csv(index=False)
