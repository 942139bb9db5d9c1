"""What a job can be: the worker's table from a record's word to its kind."""

from typing import Any

from app.hub.pulling import PULL
from app.hub.sending import SEND
from app.jobs.kind import Kind
from app.tasks.refresh import REFRESH
from app.tasks.sweep import SWEEP
from app.tasks.training import FINETUNE, FULL
from app.tasks.week import WEEK

__all__ = ["KINDS"]


KINDS: dict[str, Kind[Any, Any]] = {
    kind.name: kind for kind in (FULL, FINETUNE, SWEEP, REFRESH, SEND, PULL, WEEK)
}
