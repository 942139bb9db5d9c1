"""One symbol's quarterly reports, each with the day since when it was public."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sac.errors import DataError
from sac.market.fundamentals.bodies import ENDPOINTS, FIGURES, Row, Unusable, read_body
from sac.market.symbols import symbol_key

__all__ = ["Doubt", "Figures", "Report", "folders_of", "fundamentals_folder", "read_reports"]

_QUARTER_LAG, _YEAR_LAG = 60, 90  # days until a report without a date counts as published
_SOONEST = 10  # days after a quarter's end on or before which no company has closed its books

Figures = dict[str, float]  # NaN where not reported


@dataclass(frozen=True)
class Report:
    """A quarter's figures as they were published on one day."""

    fiscal_end: np.datetime64
    published: np.datetime64
    figures: Figures


@dataclass(frozen=True)
class Doubt:
    """What a body says of a quarter and is not believed."""

    symbol: str  # its folder's name
    quarter: str  # its end, ISO text
    finding: str


def fundamentals_folder(data: Path) -> Path:
    """One folder per symbol, one file per endpoint."""
    return data / "raw" / "fundamentals"


def folders_of(root: Path) -> dict[str, Path]:
    """The folders by their symbol's key. Raises DataError where two of them are of one share."""
    found: dict[str, Path] = {}
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if not folder.is_dir() or folder.name.startswith("."):
            continue
        other = found.setdefault(symbol_key(folder.name), folder)
        if other != folder:
            raise DataError(
                f"Fundamentals of {other.name} and {folder.name} are of one share: delete one of the folders."
            )
    return found


def read_reports(folder: Path) -> tuple[list[Report], list[Doubt]]:
    """One symbol's reports, by quarter and then by day of publication, and what was not believed.

    A quarter that stands twice with two report dates counts twice, each time from its own date. Raises
    DataError naming the file and the remedy.
    """
    income, balance, earnings = (_read(folder / f"{endpoint}.json", endpoint) for endpoint in ENDPOINTS)
    years = {row.fiscal_end for body in (income, balance) for row in body.get("annualReports", ())}
    statements = {
        "income_statement": income.get("quarterlyReports", []),
        "balance_sheet": balance.get("quarterlyReports", []),
    }
    reports, doubts = list[Report](), list[Doubt]()
    for end in sorted({row.fiscal_end for rows in statements.values() for row in rows}):
        announced = [row.reported for row in _of(end, earnings.get("quarterlyEarnings", []))]
        days, findings = _published(end, announced, end in years)
        dated: list[tuple[np.datetime64, Figures]] = []
        for name, rows in statements.items():
            versions = list(dict.fromkeys(row.figures for row in _of(end, rows)))
            if 1 < len(versions) != len(days):
                findings.append(
                    f"{name} has it {len(versions)} times, and nothing tells which came last: not used. "
                    "Keep one of them"
                )
                continue
            own = days if len(versions) > 1 else [max(days)] * len(versions)
            dated += [
                (day, dict(zip(FIGURES[name], figures, strict=True)))
                for day, figures in zip(own, versions, strict=True)
            ]
        reports += _merged(end, dated)
        doubts += [Doubt(folder.name, str(end), finding) for finding in findings]
    return reports, doubts


def _of(end: np.datetime64, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.fiscal_end == end]


def _published(
    end: np.datetime64, reported: Sequence[np.datetime64 | None], year: bool
) -> tuple[list[np.datetime64], list[str]]:
    """The days on which a quarter's reports became public, in their order, and what is not believed."""
    lagged = end + np.timedelta64(_YEAR_LAG if year else _QUARTER_LAG, "D")
    days, findings = list[np.datetime64](), list[str]()
    for day in dict.fromkeys(day for day in reported if day is not None):
        if day > end + np.timedelta64(_SOONEST, "D"):
            days.append(day)
        else:
            days.append(lagged)
            findings.append(f"reportedDate {day} is not believed: {lagged} is used")
    return days or [lagged], findings


def _merged(end: np.datetime64, dated: Sequence[tuple[np.datetime64, Figures]]) -> list[Report]:
    """A report for each day on which something of a quarter was published, with all that was until then."""
    reports, figures = list[Report](), Figures()
    for day in sorted({day for day, _ in dated}):
        for other, published in dated:
            if other == day:
                figures = figures | published
        reports.append(Report(end, day, figures))
    return reports


def _read(path: Path, endpoint: str) -> dict[str, list[Row]]:
    """An answer's lists; nothing where there is no file."""
    try:
        return dict(read_body(endpoint, json.loads(path.read_text(encoding="utf-8-sig"))))
    except FileNotFoundError:
        return {}
    except Unusable as problem:
        what = str(problem)
    except (ValueError, RecursionError, OSError) as error:
        what = f"is cut off or no JSON ({error})"
    raise DataError(
        f"Fundamentals of {path.parent.name}/{path.name}: it {what}. Delete it and refresh the fundamentals."
    )
