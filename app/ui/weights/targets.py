"""Target weights, what they are made of, and what they may be expected to risk."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from app.formats import UNKNOWN, percent
from app.queries import weights
from app.ui.shared.figures import figure, table_height
from app.ui.shared.glossary import meaning
from app.ui.weights import tables
from sac.config import Constraints
from sac.portfolio import equal_weights

__all__ = ["is_equal_weight", "targets"]

_SAME = 1e-9  # weights that differ by rounding only


def is_equal_weight(target: Mapping[str, float], constraints: Constraints) -> bool:
    """Whether target weights by asset, CASH last, are those of equal weight."""
    equal = equal_weights(len(target) - 1, constraints)
    return np.allclose([*target.values()], equal, rtol=0.0, atol=_SAME)


def targets(
    now: Mapping[str, float],
    target: Mapping[str, float],
    *,
    turnover: float,
    as_of: str,
    constraints: Constraints,
    agents: Mapping[str, float] | None = None,
    after: Mapping[str, float] | None = None,
    start: str = "Now",
) -> None:
    """Weights side by side, each stock's share of risk, and the expected risk of the target as a whole.

    now, target, agents, after: shares of wealth by asset, CASH last in the target; turnover: dollars traded
    in stocks per dollar of wealth on the way to it; start: what the column of the first is called.
    """
    st.subheader("Targets")
    risk = weights.risk(target, as_of, constraints)
    same = is_equal_weight(target, constraints)
    grid = st.grid(3, min_column_width=200)
    figure(
        grid,
        "Expected volatility",
        percent(risk.volatility) if risk else UNKNOWN,
        help=meaning("expected volatility"),
    )
    figure(
        grid,
        "Tracking error",
        "= equal weight" if same else percent(risk.tracking_error) if risk else UNKNOWN,
        help=meaning("tracking error"),
    )
    figure(grid, "One-sided turnover", percent(turnover / 2), help=meaning("one-sided turnover"))
    st.dataframe(
        tables.targets(now, target, agents=agents, after=after, risk=risk),
        hide_index=True,
        height=table_height(len(now)),
        placeholder=UNKNOWN,
        alt="Weights of now and of the target, and each stock's share of the target's risk",
        column_config=tables.target_columns(start, len(target) - 1),
    )
