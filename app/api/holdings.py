"""Holdings over HTTP: what a broker's file comes to, before anybody relies on it."""

from functools import partial
from io import BytesIO
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.api.dependencies import REFUSALS, Caller, answer, off_loop
from app.api.schemas import Holding, HoldingsRead, LineLeftOut, Portfolio
from app.holdings.reading import Answers, from_file

__all__ = ["router"]

router = APIRouter(responses=REFUSALS)

FILE: dict[str, Any] = {
    "requestBody": {
        "description": "The file as it is, in any encoding",
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Words = Annotated[list[str], Query(max_length=1000)]


@router.post("/holdings", response_model=HoldingsRead, openapi_extra=FILE)
async def holdings(
    caller: Caller,
    request: Request,
    column: Annotated[Words, Query(description="symbol=NAME, shares=NAME or value=NAME of a column")] = [],  # noqa: B006
    symbol: Annotated[Words, Query(description="NAME=SYMBOL, as the file names a stock")] = [],  # noqa: B006
    decimal: Annotated[Literal[".", ","] | None, Query(description="What marks decimals")] = None,
    leave_out: Annotated[bool, Query(description="Leave out what is no stock in dollars")] = False,
) -> Response:
    """Positions and cash of a broker's export or a CSV file, and what was left out. Saves nothing."""
    answers = Answers.said(column, symbol, decimal, leave_out=leave_out)
    return answer(await off_loop(partial(understood, await request.body(), answers)))


def understood(content: bytes, answers: Answers) -> HoldingsRead:
    """What a file comes to. Raises HoldingsError."""
    preview = from_file(BytesIO(content), answers)
    held = preview.portfolio(leave_out=answers.leave_out)
    positions = [
        Holding(symbol=one.symbol, shares=one.shares, market_value=one.value) for one in held.positions
    ]
    return HoldingsRead(
        portfolio=Portfolio(cash=held.cash, positions=positions),
        skipped=[LineLeftOut.model_validate(row) for row in preview.skipped],
        left_out=[LineLeftOut.model_validate(row) for row in preview.aside],
        notes=list(preview.notes),
    )
