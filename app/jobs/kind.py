"""What a kind of job must say of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.jobs.record import Job
from app.settings import Settings
from sac.progress import Report

__all__ = ["Kind"]


@dataclass(frozen=True)
class Kind:
    """A kind of job."""

    check: Callable[[str, Mapping[str, Any], Settings], None]  # of (variant, request, home): raises DeskError
    run: Callable[[Job, Settings, Report], dict[str, Any]]  # the work; its result must be plain JSON
    takes_turns: bool = True  # with all others that do: one of them works at a time
