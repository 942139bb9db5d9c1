"""Which of many stocks have a place of their own in a chart."""

import pandas as pd

__all__ = ["ROWS", "largest"]

ROWS = 30  # stocks that a person tells apart; the smaller ones share one place


def largest(sizes: "pd.Series[float]") -> tuple[list[str], list[str]]:
    """Names of the largest stocks, the largest first, and of all others, by their sizes."""
    ordered = [str(name) for name in sizes.sort_values(ascending=False, kind="stable").index]
    return ordered[:ROWS], ordered[ROWS:]
