"""Alpha Vantage's answers, read strictly: dates are ISO, numbers are numbers, lists are lists of objects."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from reprlib import repr as cut
from typing import Any

import numpy as np

from sac.market.dates import iso_day

__all__ = ["ENDPOINTS", "FIGURES", "Row", "Unusable", "problem_of", "read_body"]

ENDPOINTS = ("income_statement", "balance_sheet", "earnings")
FIGURES = {
    "income_statement": ("totalRevenue", "grossProfit", "operatingIncome", "netIncome"),
    "balance_sheet": (
        "totalCurrentAssets",
        "totalCurrentLiabilities",
        "shortLongTermDebtTotal",
        "totalShareholderEquity",
    ),
}
_LISTS = {  # endpoint -> its lists that are read
    "income_statement": ("annualReports", "quarterlyReports"),
    "balance_sheet": ("annualReports", "quarterlyReports"),
    "earnings": ("quarterlyEarnings",),
}
_NONE = (None, "", "None", "-")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_REFUSALS = ("Error Message", "Note", "Information")


class Unusable(Exception):  # noqa: N818 - a finding about a body
    """What is wrong with a body, as the end of a sentence that begins with its name."""


@dataclass(frozen=True)
class Row:
    """One entry of a body's list: a quarter's figures, or the day of its announcement."""

    fiscal_end: np.datetime64
    figures: tuple[float, ...] = ()  # in the order of FIGURES, NaN where not reported
    reported: np.datetime64 | None = None


def read_body(endpoint: str, body: object) -> Mapping[str, list[Row]]:
    """The lists of an answer, bare or wrapped, by name; each oldest first where its order tells what is old.

    Raises Unusable.
    """
    if isinstance(body, dict) and "response" in body:
        body = body["response"]
    if not isinstance(body, dict):
        raise Unusable("is not an answer of Alpha Vantage")
    for key in _REFUSALS:
        if key in body:
            raise Unusable(f"holds an error: {str(body[key])[:120]}")
    return {name: _rows(body.get(name), name, endpoint) for name in _LISTS[endpoint]}


def problem_of(endpoint: str, answer: object) -> str:
    """Why an answer cannot be used; "" for one that can."""
    try:
        read_body(endpoint, answer)
    except Unusable as problem:
        return str(problem)
    return ""


def _rows(listed: object, name: str, endpoint: str) -> list[Row]:
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Unusable(f"has {name} {cut(listed)}, which is no list of reports")
    figures = FIGURES[endpoint] if name == "quarterlyReports" else ()
    rows = [_row(one, figures, name == "quarterlyEarnings") for one in listed]
    return rows[::-1] if rows and rows[0].fiscal_end > rows[-1].fiscal_end else rows


def _row(one: dict[str, Any], figures: Sequence[str], announced: bool) -> Row:
    reported = one.get("reportedDate") if announced else None
    return Row(
        _day(one.get("fiscalDateEnding")),
        tuple(_number(one, figure) for figure in figures),
        None if _missing(reported) else _day(reported),
    )


def _number(row: dict[str, Any], name: str) -> float:
    given = row.get(name)
    if _missing(given):
        return math.nan
    number = float(text) if _NUMBER.fullmatch(text := str(given)) else math.inf
    if not math.isfinite(number):
        raise Unusable(f"has {name} {cut(given)} for the quarter to {row['fiscalDateEnding']}")
    return number


def _missing(given: object) -> bool:
    return (given is None or isinstance(given, str)) and given in _NONE


def _day(text: object) -> np.datetime64:
    day = iso_day(text)
    if day is None:
        raise Unusable(f"has a date {cut(text)}, which is not written like 2022-12-31")
    return day
