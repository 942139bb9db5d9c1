"""What the HTTP interface takes and answers. Bodies are strict: no text for a number, no unknown field."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

__all__ = [
    "Accepted",
    "Check",
    "Health",
    "Holding",
    "HoldingsRead",
    "InferenceRequest",
    "JobList",
    "JobRecord",
    "LineLeftOut",
    "ModelList",
    "ModelVersion",
    "Portfolio",
    "Readiness",
    "SubjectName",
    "TargetWeights",
    "TrainingSummary",
    "VariantName",
    "WeekAccepted",
    "WeekRun",
]

VariantName = Literal[
    "sac_lstm", "sac_patchtst", "ppo_lstm", "ppo_patchtst", "direct_lstm", "direct_patchtst"
]
SubjectName = Literal[VariantName, "book"]
Dollars = Annotated[float, Field(ge=0, le=1e15, description="Dollars, zero or more")]


def _calendar_day(text: str) -> str:
    date.fromisoformat(text)
    return text


Day = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"}),
    AfterValidator(_calendar_day),
]


class Strict(BaseModel):
    """A body: JSON of the declared types and nothing else."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Holding(Strict):
    """A position: its shares, or its market value; where shares are given, they count."""

    symbol: str = Field(min_length=1, max_length=20)
    shares: Annotated[float, Field(ge=0, le=1e12)] | None = None
    market_value: Dollars | None = Field(default=None, validate_default=True)

    @field_validator("market_value")
    @classmethod
    def _amount(cls, dollars: float | None, other: ValidationInfo) -> float | None:
        if dollars is None and other.data.get("shares") is None:
            raise ValueError("it is required where there are no shares")
        return dollars


class Portfolio(Strict):
    """What is held now."""

    cash: Dollars = 0.0
    positions: list[Holding] = Field(default=[], max_length=1000)


class InferenceRequest(Strict):
    """What is held, and as of when to decide; without a date as of the newest complete week."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "portfolio": {"cash": 1000.0, "positions": [{"symbol": "AAPL", "market_value": 500.0}]},
                "as_of_date": "2022-12-16",
            }
        }
    )

    portfolio: Portfolio
    as_of_date: Day | None = Field(
        default=None,
        description="The last decision at or before it, by default the newest. A past week is answered by "
        "the agents of today, who may have learned from it: the record of that week stands on the pages",
    )
    outside: Literal["refuse", "sell", "keep"] = Field(
        default="refuse", description="What to do with positions outside the model's universe"
    )


class Answer(BaseModel):
    """An answer; a figure that is not a number is null."""

    model_config = ConfigDict(from_attributes=True)


class WeightChange(Answer):
    """One asset's share of wealth before and after the trades."""

    symbol: str
    current_weight: float
    target_weight: float
    change: float


class TargetWeights(Answer):
    """Shares of wealth to hold over a week, and how far they are from what is held."""

    target_weights: dict[str, float] = Field(description="By symbol, and CASH")
    agents_weights: dict[str, float] = Field(description="What its agents want, whatever the conviction")
    conviction: float = Field(
        ge=0, le=1, description="How far the target goes from equal weight (0) to the agents' weights (1)"
    )
    follow: Literal["as trained", "agents", "equal weight"] = Field(
        description="Whether the training or a person decided the conviction"
    )
    turnover: float = Field(description="Dollars traded in stocks per dollar of wealth")
    target_week_start: str = Field(description="Fill session: trade at its close")
    target_week_end: str = Field(description="Last session of that week")
    model_version: str
    weight_changes: list[WeightChange]


class LineLeftOut(Answer):
    """A line of a file that becomes no position."""

    line: int
    text: str
    reason: str


class HoldingsRead(Answer):
    """What a file of holdings comes to; nothing is saved."""

    portfolio: Portfolio = Field(description="As a request for target weights takes it")
    skipped: list[LineLeftOut] = Field(description="Titles, totals, notes, lots: nothing that is held")
    left_out: list[LineLeftOut] = Field(description="Held, but not as a stock in dollars")
    notes: list[str] = Field(description="What was added up, or counted as cash")


class Accepted(Answer):
    """A job that was started, or had been by the same request."""

    job_id: str
    status_url: str


class TrainingSummary(Answer):
    """The result of a training."""

    version: str
    data_window_start: str
    data_window_end: str
    metrics: dict[str, float | None]
    promoted: bool
    prior_version: str | None
    symbols_used: list[str]
    hf_repo: str | None
    hf_url: str | None


class JobRecord(Answer):
    """One look at a job; times are UTC."""

    job_id: str = Field(validation_alias="id")
    variant: str = Field(validation_alias="subject", description="What is worked on: a variant, the market")
    kind: str
    request: dict[str, Any]
    actor: str
    status: Literal["queued", "running", "cancelling", "succeeded", "failed", "cancelled"]
    stage: str
    fraction: float
    eta_seconds: float | None
    message: str
    error: str | None
    result: dict[str, Any] | None
    created_at: datetime | None = Field(description="null in a damaged record")
    started_at: datetime | None
    finished_at: datetime | None


class JobList(Answer):
    """The latest jobs, newest first."""

    jobs: list[JobRecord]


class WeekAccepted(Accepted):
    """A weekly run that was started, or is at work already."""

    week: str = Field(description="The session that decides it")


class StepDone(Answer):
    """A step of a weekly run that is done."""

    name: str
    at: datetime
    said: list[str]
    problems: list[str] = Field(description="What went wrong and did not stop the week")


class WeekRun(Answer):
    """One week: how far its run is, and what it says."""

    week: str = Field(description="The session that decides it")
    status: Literal[
        "queued", "running", "cancelling", "finished", "stopped", "interrupted", "cancelled", "failed"
    ]
    job_id: str | None = Field(description="The job that worked on it last")
    began: datetime | None
    finished: datetime | None
    reason: str | None = Field(description="Why it did not come to its end")
    steps: list[StepDone]
    digest: str | None = Field(description="As plain text; null before its end")


class ModelVersion(Answer):
    """A version on the shelf."""

    version: str
    kind: Literal["full", "finetune"]
    preset: str
    parent: str | None
    created_at: str
    data_window_start: str
    data_window_end: str
    last_decision: str
    metrics: dict[str, float | None]


class ModelList(Answer):
    """A variant's champion and versions, newest first."""

    variant: str
    champion: str | None
    versions: list[ModelVersion]
    damaged: dict[str, str] = Field(description="Folders that cannot be read as a version, and why")


class Health(Answer):
    """The desk is up."""

    status: Literal["ok"] = "ok"
    version: str


class Check(BaseModel):
    """One thing that the desk needs for its work."""

    passed: bool
    detail: str


class Readiness(BaseModel):
    """Whether the desk can do its work, and what it lacks."""

    ready: bool
    data_root: Check
    databases: Check
    data_age: Check
    champions: Check
