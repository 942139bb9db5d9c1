"""What the files of news and reports hold that reaches no stock, or not as it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sac.market.choice import read_choice
from sac.market.fundamentals.reports import Doubt, folders_of, fundamentals_folder, read_reports
from sac.market.fundamentals.requests import without_reports
from sac.market.news.sentiment import outside_universe, read_sentiment, sentiment_file
from sac.market.symbols import symbol_key

__all__ = ["SignalFindings", "signal_findings"]


@dataclass(frozen=True)
class SignalFindings:
    """Everything of the signals' files that no decision uses as it stands there."""

    news_outside: Mapping[str, int] = field(default_factory=dict)  # symbol outside the universe -> rows
    reports_outside: tuple[str, ...] = ()  # folders of symbols outside the universe
    without_reports: tuple[str, ...] = ()  # symbols of which Alpha Vantage has none
    doubts: tuple[Doubt, ...] = ()

    @property
    def counts(self) -> list[str]:
        """A sentence for each kind that there is."""
        rows, names = sum(self.news_outside.values()), len(self.news_outside)
        folders, none, doubts = map(len, (self.reports_outside, self.without_reports, self.doubts))
        sentences = {
            f"{_counted(rows, 'news row')} of {_counted(names, 'symbol')} outside the universe.": names,
            f"{_counted(folders, 'report folder')} outside the universe.": folders,
            f"Alpha Vantage has no reports of {_counted(none, 'symbol')}.": none,
            f"{_counted(doubts, 'quarterly report')} not believed as written.": doubts,
        }
        return [sentence for sentence, count in sentences.items() if count]

    @property
    def table(self) -> list[tuple[str, str, str]]:
        """Every finding by name: symbol, quarter ("" for all), finding."""
        return [
            *(
                (name, "", f"{_counted(rows, 'news row')}: not in the universe")
                for name, rows in self.news_outside.items()
            ),
            *((name, "", "reports: not in the universe") for name in self.reports_outside),
            *((name, "", "Alpha Vantage has no reports of it") for name in self.without_reports),
            *((doubt.symbol, doubt.quarter, doubt.finding) for doubt in self.doubts),
        ]


def signal_findings(data: Path) -> SignalFindings:
    """The findings for the chosen universe; none for the sample, which has no such files.

    Raises DataError where a file cannot be used at all.
    """
    choice = read_choice(data)
    if choice.source == "sample":
        return SignalFindings()
    news, root = sentiment_file(data), fundamentals_folder(data)
    folders, known = folders_of(root), {symbol_key(symbol) for symbol in choice.symbols}
    return SignalFindings(
        outside_universe(read_sentiment(news), choice.symbols) if news.exists() else {},
        tuple(folder.name for key, folder in folders.items() if key not in known),
        tuple(symbol for symbol in without_reports(root) if symbol_key(symbol) in known),
        tuple(doubt for key, folder in folders.items() if key in known for doubt in read_reports(folder)[1]),
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
