"""Quarterly ratios as they were known: from Alpha Vantage bodies, with the lag of their publication."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sac.arrays import Dates, Floats
from sac.errors import DataError
from sac.market.calendar import exchange_sessions

__all__ = ["ENDPOINTS", "RATIOS", "fundamental_signals", "fundamentals_folder", "read_quarters"]


ENDPOINTS = ("income_statement", "balance_sheet", "earnings")
RATIOS = ("gross_margin", "operating_margin", "net_margin", "current_ratio", "debt_to_equity")
_QUARTER_LAG, _YEAR_LAG = 60, 90  # days until a report without a date counts as published
_DAYS, _OLDEST = 90.0, 4.0  # days of a quarter; age in quarters at which a report no longer counts
_NONE = (None, "", "None", "-")
_REFUSALS = ("Error Message", "Note", "Information")


def fundamentals_folder(data: Path) -> Path:
    """One folder per symbol, one file per endpoint."""
    return data / "raw" / "fundamentals"


def read_quarters(folder: Path) -> pd.DataFrame:
    """One symbol's quarters: fiscal_end, published (days), and the five ratios, NaN where not reported.

    Raises DataError naming the file and the remedy.
    """
    income, balance, earnings = (_body(folder / f"{name}.json") for name in ENDPOINTS)
    reported = {
        r.get("fiscalDateEnding"): r.get("reportedDate") for r in _rows(earnings, "quarterlyEarnings")
    }
    years = {
        row.get("fiscalDateEnding") for body in (income, balance) for row in _rows(body, "annualReports")
    }
    reports: dict[str, dict[str, Any]] = {}
    for body in (income, balance):
        for row in _rows(body, "quarterlyReports"):
            reports.setdefault(str(row.get("fiscalDateEnding")), {}).update(row)
    quarters = []
    for end, report in reports.items():
        fiscal_end = _day(end, folder)
        lag = _YEAR_LAG if end in years else _QUARTER_LAG
        published = fiscal_end + lag if reported.get(end) in _NONE else _day(str(reported[end]), folder)
        quarters.append({"fiscal_end": fiscal_end, "published": published, **_ratios(report, folder, end)})
    frame = pd.DataFrame(quarters, columns=["fiscal_end", "published", *RATIOS])
    return frame.sort_values("fiscal_end", ignore_index=True)


def fundamental_signals(root: Path, symbols: Sequence[str], decisions: Dates) -> Floats:
    """The five ratios and the age of the newest report known at each decision's close: (T, n, 6).

    A report counts from the session after its publication, for four quarters. Without one the ratios are
    NaN and the age is 4; without any symbol's reports everything is NaN.
    """
    values = np.full((len(decisions), len(symbols), len(RATIOS) + 1), np.nan)
    folders = [root / symbol for symbol in symbols]
    if not any(folder.is_dir() for folder in folders):
        return values
    values[..., -1] = _OLDEST
    reports = [read_quarters(folder) for folder in folders]
    first = min([decisions[0], *(_published(quarters).min() for quarters in reports if len(quarters))])
    sessions = exchange_sessions(first, decisions[-1] + np.timedelta64(14, "D"))
    for column, every in enumerate(reports):
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


def _body(path: Path) -> dict[str, Any]:
    """The content of an answer, bare or wrapped; nothing where there is no file."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise _refusal(path, f"is cut off or no JSON ({error})") from None
    if isinstance(body, dict) and "response" in body:
        body = body["response"]
    if not isinstance(body, dict):
        raise _refusal(path, "is not an answer of Alpha Vantage")
    for key in _REFUSALS:
        if key in body:
            raise _refusal(path, f"holds an error: {str(body[key])[:120]}")
    return body


def _rows(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [row for row in body.get(key) or [] if isinstance(row, dict)]


def _ratios(report: dict[str, Any], folder: Path, end: str) -> dict[str, float]:
    def number(name: str) -> float:
        text = report.get(name)
        if text in _NONE:
            return float("nan")
        try:
            return float(text)
        except (TypeError, ValueError):
            raise _refusal(folder, f"has {name} {text!r} for the quarter to {end}") from None

    def over(above: str, below: str) -> float:
        base = number(below)
        return number(above) / base if base > 0 else float("nan")

    return {
        "gross_margin": over("grossProfit", "totalRevenue"),
        "operating_margin": over("operatingIncome", "totalRevenue"),
        "net_margin": over("netIncome", "totalRevenue"),
        "current_ratio": over("totalCurrentAssets", "totalCurrentLiabilities"),
        "debt_to_equity": over("shortLongTermDebtTotal", "totalShareholderEquity"),
    }


def _day(text: str, folder: Path) -> np.datetime64:
    try:
        return np.datetime64(text, "D")
    except ValueError:
        raise _refusal(folder, f"has a date {text!r}") from None


def _refusal(path: Path, what: str) -> DataError:
    place = f"{path.parent.name}/{path.name}" if path.suffix else path.name
    return DataError(f"Fundamentals of {place}: it {what}. Delete it and refresh the fundamentals.")
