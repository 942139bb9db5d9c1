"""What is true of the data now, in the sentence that the page begins with."""

from sac.config import STALE_WEEKS
from sac.market import MarketPanel, Survey, weeks_behind

__all__ = ["state", "unusable"]

_OLD = ":material/event_busy: Too old to trade on"
_SHORT = {
    "sample": "embedded sample",
    "yahoo": "Yahoo",
    "files": "own files",
    "mixed": "own files and Yahoo",
}


def state(panel: MarketPanel, survey: Survey) -> str:
    """How fresh the data are, how many stocks they hold, and what is missing of their prices."""
    source = panel.provenance
    sample = source.source == "sample"
    behind = 0 if sample else weeks_behind(source.covered_until)
    age = "Fresh" if not behind else "Behind" if behind <= STALE_WEEKS else _OLD
    gaps = sum(report.gaps for report in survey.reports)
    missing = [_count(behind, "week")] * bool(behind) + [_count(gaps, "close")] * bool(gaps)
    return (
        f"{age}: {_SHORT[source.source]} to {source.window_end}; {len(panel.symbols)} stocks, "
        f"{' and '.join(missing) or 'nothing'} missing.{_to_do(source.source, behind)}"
    )


def _to_do(source: str, behind: int) -> str:
    if source == "sample":
        return " Not for trading."
    return (" Bring newer files." if source == "files" else " Refresh them.") if behind else ""


def unusable(survey: Survey | None) -> str:
    """The same of data that are refused."""
    found = _count(len(survey.findings), "finding") if survey and survey.findings else "see below"
    return f"Not usable yet: {found}."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
