"""Quarterly ratios as they were known: from Alpha Vantage bodies, with the lag of their publication."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sac.arrays import Dates, Floats
from sac.market.calendar import exchange_sessions
from sac.market.fundamentals.bodies import ENDPOINTS
from sac.market.fundamentals.reports import Figures, folders_of, fundamentals_folder, read_reports
from sac.market.symbols import symbol_key

__all__ = ["ENDPOINTS", "RATIOS", "fundamental_signals", "fundamentals_folder", "read_quarters"]

RATIOS = ("gross_margin", "operating_margin", "net_margin", "current_ratio", "debt_to_equity")
_DAYS, _OLDEST = 90.0, 4.0  # days of a quarter; age in quarters at which a report no longer counts
_EXPIRED = np.timedelta64(400, "D")  # before the first decision: published then, a report is too old for any


def read_quarters(folder: Path) -> pd.DataFrame:
    """One symbol's reports: fiscal_end, published (days), and the five ratios, NaN where not reported.

    Ascending; a quarter that was reported anew stands twice. Raises DataError naming the file and the remedy.
    """
    reports, _ = read_reports(folder)
    rows = [(report.fiscal_end, report.published, *_ratios(report.figures)) for report in reports]
    return pd.DataFrame(rows, columns=["fiscal_end", "published", *RATIOS])


def fundamental_signals(root: Path, symbols: Sequence[str], decisions: Dates) -> Floats:
    """The five ratios and the age of the newest report known at each decision's close: (T, n, 6).

    A report counts from the session after its publication, for four quarters. Without one the ratios are
    NaN and the age is 4; without any symbol's reports everything is NaN.
    """
    values = np.full((len(decisions), len(symbols), len(RATIOS) + 1), np.nan)
    folders = folders_of(root)
    own = [folders.get(symbol_key(symbol)) for symbol in symbols]
    if not any(own):
        return values
    values[..., -1] = _OLDEST
    sessions = exchange_sessions(decisions[0] - _EXPIRED, decisions[-1] + np.timedelta64(14, "D"))
    for column, folder in enumerate(own):
        every = read_quarters(folder) if folder else pd.DataFrame({"published": []})
        quarters = every[_published(every) < sessions[-1]]
        if quarters.empty:
            continue
        known = sessions[np.searchsorted(sessions, _published(quarters), side="right")]  # (Q,) by fiscal end
        latest = np.where(known <= decisions[:, None], np.arange(len(known)), -1).max(axis=1)  # (T,)
        age = (decisions - known[latest]) / np.timedelta64(1, "D") / _DAYS
        usable = (latest >= 0) & (age < _OLDEST)
        values[usable, column, :-1] = quarters[list(RATIOS)].to_numpy()[latest[usable]]
        values[usable, column, -1] = age[usable]
    return values


def _published(quarters: pd.DataFrame) -> Dates:
    return quarters["published"].to_numpy().astype("datetime64[D]")


def _ratios(figures: Figures) -> tuple[float, ...]:
    """In the order of RATIOS."""

    def over(above: str, below: str) -> float:
        base = figures.get(below, math.nan)
        ratio = figures.get(above, math.nan) / base if base > 0 else math.nan
        return ratio if math.isfinite(ratio) else math.nan

    return (
        over("grossProfit", "totalRevenue"),
        over("operatingIncome", "totalRevenue"),
        over("netIncome", "totalRevenue"),
        over("totalCurrentAssets", "totalCurrentLiabilities"),
        over("shortLongTermDebtTotal", "totalShareholderEquity"),
    )
