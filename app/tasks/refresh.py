"""The refresh of the market data as a job: prices, fundamentals, news, as far as source and keys go."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from app.jobs.record import Job
from app.settings import Settings, feeds
from sac.errors import DataError, SettingsError
from sac.market import MarketChoice, price_folder, read_choice
from sac.progress import Report, Stage, Stopwatch

__all__ = ["MARKET", "check_refresh", "run_refresh"]

MARKET = "market"  # stands where a training names its variant: one refresh at a time

Step = Callable[[Callable[[int, int, str], None]], dict[str, Any]]


def check_refresh(variant: str, request: Mapping[str, Any], home: Settings) -> None:
    """A refresh takes no settings. Raises SettingsError."""
    if variant != MARKET or request:
        raise SettingsError("A refresh takes no settings: it follows market.toml.")


def run_refresh(job: Job, settings: Settings, report: Report) -> dict[str, Any]:
    """Bring the chosen universe up to date; what came of each part, and why a part was left out."""
    choice = read_choice(settings.data)
    if choice.source == "sample":
        raise DataError("The sample never changes. Choose the source yahoo or files to refresh data.")
    steps, skipped = _steps(choice, settings)
    if not steps:
        raise DataError(f"There is nothing to refresh: {'; '.join(skipped.values())}.")
    watch = Stopwatch(report)
    result: dict[str, Any] = {"skipped": skipped}
    for number, (stage, step) in enumerate(steps.items()):
        watch.enter(stage, number / len(steps), (number + 1) / len(steps), f"Fetching {stage}")

        def told(done: int, count: int, what: str, stage: str = stage) -> None:
            watch.inner(done / count, f"{stage.capitalize()}: {what}, {done} of {count}")

        result[stage] = step(told)
    prices = result.get("prices")
    if prices and not prices["fetched"] and not prices["kept"]:
        symbol, reason = next(iter(prices["failed"].items()))
        raise DataError(f"No price could be fetched. {symbol}: {reason}.")
    return result


def _steps(choice: MarketChoice, settings: Settings) -> tuple[dict[Stage, Step], dict[str, str]]:
    """What can be refreshed, in order, and why the rest cannot."""
    # Imported here: the server reads this module too and has no need of the clients.
    from sac.market.fundamentals.alpha_vantage import refresh_fundamentals
    from sac.market.fundamentals.ratios import fundamentals_folder
    from sac.market.news.alpaca import finbert, refresh_news
    from sac.market.news.sentiment import sentiment_file
    from sac.market.prices.refresh import last_closed_session, refresh_prices

    keys, steps, skipped = feeds(), dict[Stage, Step](), dict[str, str]()
    symbols, end, data = choice.symbols, last_closed_session(), settings.data
    if choice.source == "yahoo":
        steps["prices"] = lambda told: dataclasses.asdict(
            refresh_prices(price_folder(data), symbols, choice.start, end, told)
        )
    else:
        skipped["prices"] = "prices are your own files, which a refresh never touches"
    key, alpaca = keys.alpha_vantage, keys.alpaca
    if key:
        steps["fundamentals"] = lambda told: dataclasses.asdict(
            refresh_fundamentals(fundamentals_folder(data), symbols, key, told)
        )
    else:
        skipped["fundamentals"] = "fundamentals need a key in ALPHA_VANTAGE_API_KEY"
    if alpaca:
        steps["news"] = lambda told: {
            "articles": refresh_news(
                sentiment_file(data), symbols, choice.start, end, alpaca, finbert(keys.sentiment_model), told
            )
        }
    else:
        skipped["news"] = "news need keys in ALPACA_API_KEY and ALPACA_SECRET_KEY"
    return steps, skipped
