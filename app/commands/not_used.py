"""What of the news and reports is not used, as `sac-desk data status` tells it."""

from app.commands.printing import print_table, say
from app.settings import settings
from sac.market.findings import SignalFindings, signal_findings

__all__ = ["not_used", "print_not_used"]


def not_used() -> SignalFindings:
    """The findings for the chosen universe."""
    return signal_findings(settings().data)


def print_not_used(findings: SignalFindings) -> None:
    """Counts, and every finding by name."""
    for sentence in findings.counts:
        say(f"not used: {sentence}")
    if findings.table:
        print_table(("symbol", "quarter to", "finding"), findings.table)
