"""A digest with everything in it."""

from dataclasses import replace
from datetime import UTC, datetime

from app.digest.content import ChampionWeek, Digest, Order, Target, Ticket, Waiting

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TICKET = Ticket(
    saved_at=NOON,
    value=100_000.0,
    orders=(
        Order("sell", 10, "AAPL", 123.45, 1_234.5),
        Order("buy", 1_200, "BRK B", 500.0, 600_000.0),
    ),
    cost=12.3,
    cash_after=4_000.11,
    notes=("Left out as too small: MSFT.",),
)
CHAMPION = ChampionWeek(
    label="SAC + LSTM",
    version="20261113-120000-full-0123456789",
    sealed="Sealed 2026-11-21 12:00 UTC, before its prices existed.",
    conviction=0.6,
    targets=(
        Target("AAPL", 0.3, 0.25, 0.4),
        Target("BRK-B", 0.5, 0.5, 0.4),
        Target("CASH", 0.2, None, 0.2),
    ),
    changes=("AAPL +5.0 pp: its forecast rose from 0.1 % to 0.4 %.",),
    record="12 sealed weeks, +1.2 pp against equal weight.",
    ticket=TICKET,
    notes=("Its agents expire in six weeks.",),
)
DIGEST = Digest(
    decision="2026-11-20",
    fill="2026-11-23",
    end="2026-11-27",
    composed_at=NOON,
    state="Trade 2 stocks at the close of 2026-11-23.",
    stopped=(),
    champions=(CHAMPION,),
    no_ticket="",
    waiting=(Waiting("SAC", "20261114-090000-full-9876543210", "ELIGIBLE", "CAGR 12 % against 10 %."),),
    findings=("12 news rows of 2 symbols outside the universe.",),
    next_decision="2026-11-27",
    next_fill="2026-11-30",
)
STOPPED = replace(
    DIGEST, state="The run stopped: no orders.", stopped=("2 weeks are missing.",), champions=()
)
