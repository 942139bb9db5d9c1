"""What the HTTP interface answers about sealed decisions and track records."""

from typing import Literal

from pydantic import Field

from app.api.schemas import Answer

__all__ = ["ConeWeek", "ScoredWeek", "SealedRow", "SealedRows", "Track", "TrackStanding"]


class SealedRow(Answer):
    """One sealed decision; times are UTC, weights shares of wealth."""

    seq: int
    subject: str = Field(description="The variant, or book")
    version: str
    decision: str = Field(description="Session whose close was the last thing known")
    fill: str = Field(description="Session at whose close it trades")
    sealed_at: str
    kind: str = Field(description="prospective, late or restated")
    weights: dict[str, float] = Field(description="By symbol, and CASH; empty where nothing could be decided")
    agents: dict[str, float] = Field(description="What its agents want, whatever the conviction")
    conviction: float | None
    follow: str
    forecasts: dict[str, float | None]
    closes: dict[str, float] = Field(description="Dollars, at the decision")
    constraints: dict[str, float] = Field(description="Costs and limits by which the week is accounted")
    source: str
    fingerprint: str = Field(description="SHA-256 of all data up to the decision's close")
    note: str
    previous: str = Field(description="Hash of the row before")
    hash: str = Field(description="SHA-256 over all the above")
    intact: bool = Field(description="false: somebody changed it; its weights and prices are left out")


class SealedRows(Answer):
    """Sealed decisions, newest first."""

    decisions: list[SealedRow]
    problems: list[str] = Field(description="What shows that rows were changed or removed; empty for all")


class ScoredWeek(Answer):
    """What became of a live week, fill to fill and net of costs."""

    decision: str
    fill: str
    end: str = Field(description="Session at whose close the return is measured: the next fill")
    net: float
    equal_weight_net: float
    lead: float = Field(description="Log growth over equal weight")
    turnover: float
    cost: float = Field(description="Fraction of wealth")


class ConeWeek(Answer):
    """Cumulative log lead over equal weight that the back-test promises after so many live weeks."""

    week: int
    low90: float
    low50: float
    median: float
    high50: float
    high90: float


class TrackStanding(Answer):
    """Where a live record stands in its cone."""

    word: Literal["inside", "below", "above"] = Field(description="Of the 90 % band after these weeks")
    weeks: int
    lead: float = Field(description="Cumulative log growth over equal weight")
    probability: float = Field(description="Share of the promised histories that are no better by then")
    anytime: float = Field(description="Share that fall as far behind their mean in some week of a year")


class Track(Answer):
    """The track record of a version that is or was champion."""

    variant: str
    version: str
    champion: bool = Field(description="Whether it is champion now")
    since: str | None
    until: str | None
    live_weeks: int = Field(description="Sealed before their prices existed")
    growth: float | None = Field(description="Of a dollar over the scored weeks, net of costs")
    equal_weight_growth: float | None
    standing: TrackStanding | None = Field(description="null without a scored week")
    weeks: list[ScoredWeek]
    cone: list[ConeWeek]
    unsealed: dict[str, str] = Field(description="Weeks without a row, and why")
    problems: list[str]
