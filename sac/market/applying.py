"""From a choice that was checked to what the desk works on; and findings that a person accepts."""

from collections.abc import Mapping
from pathlib import Path

from sac.errors import DataError
from sac.files import replace_file
from sac.market.accepted import Accepted
from sac.market.choice import MarketChoice, accept, write_choice
from sac.market.loading import price_folder, survey_market
from sac.market.prices.checks import refuse
from sac.market.prices.files import files_of
from sac.market.prices.survey import Survey

__all__ = ["accept_finding", "apply_choice", "blocks"]


def blocks(choice: MarketChoice, survey: Survey) -> bool:
    """Whether a choice cannot be applied yet. A refresh fetches again what is refused of Yahoo's prices."""
    return choice.source != "yahoo" and bool(survey.findings)


def apply_choice(data: Path, choice: MarketChoice, staged: Mapping[str, bytes] | None = None) -> None:
    """Let the desk work on a choice.

    `staged`: CSV files by symbol; those of the universe replace what the data folder holds. Raises DataError,
    and changes nothing, where own prices are refused.
    """
    own = staged if staged and choice.source == "files" else {}
    survey = survey_market(data, choice, own)
    if blocks(choice, survey):
        refuse(survey.findings)
    folder = price_folder(data)
    for symbol in choice.symbols:
        if symbol in own:
            new = folder / f"{symbol}.csv"
            replace_file(new, own[symbol])
            for path in files_of(folder, symbol):
                if path != new:
                    path.unlink()
    write_choice(data, choice)


def accept_finding(data: Path, survey: Survey, entry: Accepted) -> None:
    """Keep in `market.toml` that a person accepts a finding, or a session on which nobody traded.

    Raises DataError where the survey has no such finding.
    """
    known = {(finding.symbol, finding.day) for finding in survey.findings if finding.acceptable}
    known |= {("", day) for day in survey.unpriced}
    if (entry.symbol, entry.day) not in known:
        what = f"of {entry.symbol} on {entry.day}" if entry.symbol else f"that nobody traded on {entry.day}"
        raise DataError(f"There is no finding {what} that a person could accept: check the data again.")
    accept(data, entry)
