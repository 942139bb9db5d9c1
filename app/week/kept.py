"""What is kept of a week: which steps are done, what they said, why it stopped, and its digest."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from app.settings import Settings
from sac.files import explained, replace_file

__all__ = [
    "StepRecord",
    "WeekRecord",
    "digest_file",
    "digest_of_week",
    "keep",
    "keep_digest",
    "kept",
    "weeks",
]

_RECORD = "week.json"


class _Kept(BaseModel):
    """What another release wrote beside these fields is not read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class StepRecord(_Kept):
    """A step that is done."""

    name: str
    at: datetime  # UTC, by the clock of that moment
    said: tuple[str, ...]  # what it did, one sentence each
    problems: tuple[str, ...] = ()  # what went wrong and did not stop the week


class WeekRecord(_Kept):
    """One weekly run, as far as it has come."""

    week: str  # decision session, ISO
    job: str  # that worked on it last
    began: datetime
    steps: tuple[StepRecord, ...] = ()
    stops: int = 0  # how often it stopped
    stopped: str | None = None  # why it stopped, until it is started again
    finished: datetime | None = None

    def step(self, name: str) -> StepRecord | None:
        """What a step did; None while it is not done."""
        return next((step for step in self.steps if step.name == name), None)

    def with_step(self, name: str, said: Sequence[str], problems: Sequence[str]) -> "WeekRecord":
        """The same with a step that is done now."""
        step = StepRecord(name=name, at=datetime.now(UTC), said=tuple(said), problems=tuple(problems))
        return self.model_copy(update={"steps": (*self.steps, step)})

    @property
    def problems(self) -> list[str]:
        """What went wrong, in the order of the steps."""
        return [problem for step in self.steps for problem in step.problems]


def kept(root: Settings, week: str) -> WeekRecord | None:
    """The record of a week; None where there is none, or nobody can read it: its run starts again."""
    path = root.weeks / week / _RECORD
    with explained(path), suppress(FileNotFoundError, NotADirectoryError, ValidationError):
        return WeekRecord.model_validate_json(path.read_bytes())
    return None


def keep(root: Settings, record: WeekRecord) -> None:
    """Write a week's record; a reader sees the old one or the new one."""
    replace_file(root.weeks / record.week / _RECORD, record.model_dump_json(indent=2).encode())


def weeks(root: Settings) -> list[str]:
    """Weeks that have a record, newest first."""
    return sorted((path.parent.name for path in root.weeks.glob(f"*/{_RECORD}")), reverse=True)


def digest_file(root: Settings, week: str, suffix: str) -> Path:
    """Where a week's digest is: `html` or `txt`."""
    return root.weeks / week / f"digest.{suffix}"


def digest_of_week(root: Settings, week: str, suffix: str) -> str | None:
    """A week's digest in one of its forms; None where there is none."""
    path = digest_file(root, week, suffix)
    with explained(path), suppress(FileNotFoundError, NotADirectoryError):
        return path.read_text(encoding="utf-8", errors="replace")
    return None


def keep_digest(root: Settings, week: str, html: str, text: str) -> None:
    """Write both forms of a week's digest."""
    replace_file(digest_file(root, week, "html"), html.encode())
    replace_file(digest_file(root, week, "txt"), text.encode())
