"""Target weights over HTTP."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.responses import Response

from app.api.dependencies import REFUSALS, Caller, answer, off_loop
from app.api.errors import NoModel
from app.api.request_log import log
from app.api.schemas import InferenceRequest, SubjectName, TargetWeights
from app.decisions.sealing import sealed_as_shown
from app.holdings.plan import respelled
from app.settings import settings
from sac.book import BOOK, decider_of
from sac.errors import DeskError, SettingsError
from sac.market import MarketPanel, load_panel, market_stamp
from sac.market.symbols import by_key, symbol_key
from sac.portfolio.trades import reference_prices
from sac.threads import one_thread

__all__ = ["market", "router"]

# One after the other: an answer takes about 10 ms of one core, and pages and trainings need theirs.
DESK = ThreadPoolExecutor(1, thread_name_prefix="inference")

router = APIRouter(responses=REFUSALS)


@router.post("/inference/{variant}", response_model=TargetWeights)
async def inference(caller: Caller, variant: SubjectName, body: InferenceRequest) -> Response:
    """Target weights of the variant's champion, or of the book, for a portfolio in dollars."""
    weights = await asyncio.get_running_loop().run_in_executor(DESK, partial(recommended, variant, body))
    response = answer(weights)
    response.background = BackgroundTask(_seal, variant, body)
    return response


async def _seal(variant: str, wanted: InferenceRequest) -> None:
    """Seal what was answered, once the client has it. What is in the way is logged."""
    unsealed = await off_loop(partial(_sealed, variant, wanted))
    if unsealed:
        log.warning("%s: %s", variant, unsealed)


def _sealed(variant: str, wanted: InferenceRequest) -> str | None:
    root = settings()
    try:
        panel = market(root.data)
        return sealed_as_shown(root, variant, panel, panel.step_at(wanted.as_of_date))
    except DeskError as changed:  # the data were replaced since the answer
        return str(changed)


def recommended(variant: str, wanted: InferenceRequest) -> TargetWeights:
    """Target weights of the champion, or of the book.

    Nothing but the market is kept in memory from one request to the next: a version's files are read and
    compared with their checksums every time, which costs a few milliseconds.
    """
    if len({symbol_key(holding.symbol) for holding in wanted.portfolio.positions}) < len(
        wanted.portfolio.positions
    ):
        raise SettingsError("A symbol is listed twice: add its values up.", "portfolio.positions")
    root = settings()
    decider = decider_of(root.registry, variant, root.cache)
    if decider is None:
        missing = f"{variant} has no champion yet: train it first (POST /train/{variant}/full)."
        raise NoModel("Nobody chose a book yet: do so on the page Weights." if variant == BOOK else missing)
    from sac.inference import Holdings  # here, because it loads torch

    one_thread()
    panel = market(root.data)
    step = panel.step_at(wanted.as_of_date)
    positions, spelling = _held(wanted, reference_prices(panel, step))
    holdings = Holdings(wanted.portfolio.cash, positions)
    advice = decider.advise(panel, step, holdings, outside=wanted.outside)
    return TargetWeights.model_validate(respelled(advice, spelling))


def market(data: Path) -> MarketPanel:
    """The market data, read again whenever the choice or a file of theirs changed."""
    return _panel(data, market_stamp(data))


def _held(wanted: InferenceRequest, prices: Mapping[str, float]) -> tuple[dict[str, float], dict[str, str]]:
    """Dollars by symbol, and symbol of the universe -> as the client writes it. Raises SettingsError."""
    universe = by_key(prices)
    dollars: dict[str, float] = {}
    spelling: dict[str, str] = {}
    for place, holding in enumerate(wanted.portfolio.positions):
        symbol = universe.get(symbol_key(holding.symbol), holding.symbol)
        price = prices.get(symbol)
        value = holding.market_value if holding.shares is None or price is None else holding.shares * price
        if value is None and wanted.outside == "sell":
            raise SettingsError(
                f"{symbol} is outside the universe, where the desk knows no prices: give its market_value.",
                f"portfolio.positions.{place}",
            )
        dollars[symbol] = value or 0.0  # what is kept aside has no part in the weights
        spelling |= {symbol: holding.symbol} if symbol != holding.symbol else {}
    return dollars, spelling


@lru_cache(maxsize=1)
def _panel(data: Path, state: str) -> MarketPanel:
    return load_panel(data)
