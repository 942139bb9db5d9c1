"""Target weights over HTTP."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import Response

from app.api.dependencies import REFUSALS, Caller, answer
from app.api.errors import NoModel
from app.api.schemas import InferenceRequest, TargetWeights, VariantName
from app.settings import settings
from sac.errors import SettingsError
from sac.market import MarketPanel, load_panel, market_stamp
from sac.promotion.deciding import champion_of
from sac.promotion.following import follow_of
from sac.threads import one_thread

__all__ = ["market", "router"]

# One after the other: an answer takes about 10 ms of one core, and pages and trainings need theirs.
DESK = ThreadPoolExecutor(1, thread_name_prefix="inference")

router = APIRouter(responses=REFUSALS)


@router.post("/inference/{variant}", response_model=TargetWeights)
async def inference(caller: Caller, variant: VariantName, body: InferenceRequest) -> Response:
    """Target weights of the variant's champion for a portfolio in dollars."""
    weights = await asyncio.get_running_loop().run_in_executor(DESK, partial(recommended, variant, body))
    return answer(weights)


def recommended(variant: str, wanted: InferenceRequest) -> TargetWeights:
    """Target weights of the champion.

    Nothing but the market is kept in memory from one request to the next: a version's files are read and
    compared with their checksums every time, which costs a few milliseconds.
    """
    positions = {holding.symbol: holding.market_value for holding in wanted.portfolio.positions}
    if len(positions) < len(wanted.portfolio.positions):
        raise SettingsError("A symbol is listed twice: add its values up.", "portfolio.positions")
    root = settings()
    champion = champion_of(root.registry, variant)
    if champion is None:
        raise NoModel(f"{variant} has no champion yet: train it first (POST /train/{variant}/full).")
    from sac.inference import Holdings, target_weights  # here, because it loads torch

    one_thread()
    panel = market(root.data)
    holdings, step = Holdings(wanted.portfolio.cash, positions), panel.step_at(wanted.as_of_date)
    weights = target_weights(
        champion,
        panel,
        holdings,
        step,
        outside=wanted.outside,
        follow=follow_of(root.registry, variant, champion.name),
        cache=root.cache,
    )
    return TargetWeights.model_validate(weights)


def market(data: Path) -> MarketPanel:
    """The market data, read again whenever the choice or a file of theirs changed."""
    return _panel(data, market_stamp(data))


@lru_cache(maxsize=1)
def _panel(data: Path, state: str) -> MarketPanel:
    return load_panel(data)
