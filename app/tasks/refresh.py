"""The refresh of the market data as a job: prices, fundamentals, news, as far as source and keys go."""

import dataclasses
from collections.abc import Callable

from pydantic import Field

from app.jobs.kind import Kind, NoSettings, Result
from app.jobs.record import Job
from app.settings import Settings, feeds
from sac.errors import DataError
from sac.market import MarketChoice, price_folder, read_choice
from sac.progress import Report, Stage, Stopwatch

__all__ = [
    "MARKET",
    "REFRESH",
    "FetchedPrices",
    "FetchedSymbols",
    "RefreshResult",
    "ScoredNews",
    "refreshable",
]

MARKET = "market"  # the subject of every refresh: there is one at a time
SYMBOL_SECONDS = 1.0  # that a stage is expected to take for each symbol, until its own pace is known


class FetchedSymbols(Result):
    """Symbols by outcome."""

    fetched: list[str] = Field(default_factory=list)
    kept: list[str] = Field(default_factory=list)  # up to date before
    failed: dict[str, str] = Field(default_factory=dict)  # symbol -> reason


class FetchedPrices(FetchedSymbols):
    """Symbols by outcome, and what their files are now. Dates are ISO text."""

    finished_at: str = ""
    last_session: str = ""
    corrected: dict[str, str] = Field(default_factory=dict)  # symbol -> years with other returns than before
    sha256: dict[str, str] = Field(default_factory=dict)  # of each symbol's file


class ScoredNews(Result):
    """How many articles were scored."""

    articles: int


Part = FetchedSymbols | ScoredNews


class RefreshResult(Result):
    """What a refresh fetched of each part of the market data; None for a part that was left out."""

    skipped: dict[str, str] = Field(default_factory=dict)  # part -> why it was left out
    prices: FetchedPrices | None = None
    fundamentals: FetchedSymbols | None = None
    news: ScoredNews | None = None

    @property
    def parts(self) -> dict[str, Part]:
        """Those that were refreshed, in order."""
        every = {"prices": self.prices, "fundamentals": self.fundamentals, "news": self.news}
        return {name: part for name, part in every.items() if part is not None}

    @property
    def failed(self) -> list[tuple[str, str]]:
        """Symbols of which something could not be fetched, and why."""
        fetched = [part for part in self.parts.values() if isinstance(part, FetchedSymbols)]
        return [failure for part in fetched for failure in part.failed.items()]


Step = Callable[[Callable[[int, int, str], None]], Part]


def run_refresh(job: Job, request: NoSettings, root: Settings, report: Report) -> RefreshResult:
    """Bring the chosen universe up to date. Raises DataError where nothing can be, or no price could."""
    choice = read_choice(root.data)
    if choice.source == "sample":
        raise DataError("The sample never changes. Choose the source yahoo or files to refresh data.")
    steps, skipped = _steps(choice, root)
    if not steps:
        raise DataError(f"There is nothing to refresh: {'; '.join(skipped.values())}.")
    watch = Stopwatch(report, dict.fromkeys(steps, len(choice.symbols) * SYMBOL_SECONDS))
    parts: dict[str, Part] = {}
    for stage, step in steps.items():
        watch.enter(stage, f"Fetching {stage}")

        def on_progress(done: int, count: int, what: str, stage: str = stage) -> None:
            watch.inner(done / count, f"{stage.capitalize()}: {what}, {done} of {count}")

        parts[stage] = step(on_progress)
    result = RefreshResult.model_validate({"skipped": skipped, **parts})
    prices = result.prices
    if prices and not prices.fetched and not prices.kept:
        symbol, reason = next(iter(prices.failed.items()))
        raise DataError(f"No price could be fetched. {symbol}: {reason}.")
    return result


def refreshable(choice: MarketChoice) -> bool:
    """Whether a refresh of that market would fetch anything."""
    keys = feeds()
    own = choice.source == "files" and (keys.alpha_vantage or keys.alpaca)
    return choice.source == "yahoo" or bool(own)


def _steps(choice: MarketChoice, root: Settings) -> tuple[dict[Stage, Step], dict[str, str]]:
    """What can be refreshed, in order, and why the rest cannot."""
    # Imported here: the server reads this module too and has no need of the clients.
    from sac.market.fundamentals.alpha_vantage import refresh_fundamentals
    from sac.market.fundamentals.ratios import fundamentals_folder
    from sac.market.news.alpaca import finbert, refresh_news
    from sac.market.news.sentiment import sentiment_file
    from sac.market.prices.refresh import last_closed_session, refresh_prices

    keys, steps, skipped = feeds(), dict[Stage, Step](), dict[str, str]()
    symbols, end, data = choice.symbols, last_closed_session(), root.data
    if choice.source == "yahoo":
        steps["prices"] = lambda on_progress: FetchedPrices(
            **dataclasses.asdict(
                refresh_prices(
                    price_folder(data), symbols, choice.start, end, on_progress, accepted=choice.accepted
                )
            )
        )
    else:
        skipped["prices"] = "prices are your own files, which a refresh never touches"
    key, alpaca = keys.alpha_vantage, keys.alpaca
    if key:
        steps["fundamentals"] = lambda on_progress: FetchedSymbols(
            **dataclasses.asdict(refresh_fundamentals(fundamentals_folder(data), symbols, key, on_progress))
        )
    else:
        skipped["fundamentals"] = "fundamentals need a key in ALPHA_VANTAGE_API_KEY"
    if alpaca:
        steps["news"] = lambda on_progress: ScoredNews(
            articles=refresh_news(
                sentiment_file(data),
                symbols,
                choice.start,
                end,
                alpaca,
                finbert(keys.sentiment_model),
                on_progress,
            )
        )
    else:
        skipped["news"] = "news need keys in ALPACA_API_KEY and ALPACA_SECRET_KEY"
    return steps, skipped


REFRESH = Kind(  # it spends its time on the network, so it takes no turn
    "refresh",
    NoSettings,
    RefreshResult,
    run_refresh,
    doing="refreshed",
    takes_turns=False,
    secrets=("ALPHA_VANTAGE_API_KEY", "ALPACA_API_KEY", "ALPACA_SECRET_KEY"),
)
