"""What the checks say of a market, on the command line."""

import dataclasses
from typing import Any

from app.commands.printing import print_table
from sac.errors import DataError
from sac.market import Survey

__all__ = ["printed", "raised", "shown"]

_HEAD = ("symbol", "verdict", "first", "last", "gaps", "last close", "written by")


def printed(survey: Survey) -> None:
    """Every symbol's verdict, then every finding, then what shortens the window and what was accepted."""
    rows = [
        (
            report.symbol,
            report.verdict,
            report.first or "n/a",
            report.last or "n/a",
            str(report.gaps) if report.first else "n/a",
            "n/a" if report.last_close is None else f"{report.last_close:.2f}",
            report.written_by or "n/a",
        )
        for report in survey.reports
    ]
    print_table(_HEAD, rows)
    for finding in survey.findings:
        print(f"refused: {finding.text}")
    for note in survey.notes:
        print(f"Note: {note}")
    for day in survey.unpriced:
        print(f"Note: no symbol has a close on {day}.")
    for one in survey.accepted:
        print(f"{one.text}.")


def shown(survey: Survey) -> dict[str, Any]:
    """The same as JSON values."""
    return {
        "reports": [
            {
                **{name: getattr(report, name) for name in ("symbol", "verdict", "first", "last", "gaps")},
                **{name: getattr(report, name) for name in ("last_close", "written_by", "fetched_at")},
            }
            for report in survey.reports
        ],
        "findings": [dataclasses.asdict(finding) for finding in survey.findings],
        "notes": list(survey.notes),
        "accepted": [dataclasses.asdict(one) for one in survey.accepted],
        "unpriced": list(survey.unpriced),
    }


def raised(survey: Survey) -> None:
    """Raise DataError with the number of findings; nothing where there are none."""
    count = len(survey.findings)
    if count:
        raise DataError(f"{count} finding{'s' * (count > 1)}: these prices cannot be used yet.")
