"""Which week there is to run, and when the schedule runs it."""

from collections.abc import Collection
from functools import cache

import numpy as np
import pandas as pd

from app.settings import Settings
from app.week.schedule import Schedule
from sac.errors import DataError
from sac.market import MarketChoice, read_choice, sample_panel
from sac.market.accepted import closures_of
from sac.market.calendar import NEW_YORK, last_complete_week, session_end

__all__ = ["due_at", "newest_week", "next_week"]

_FINAL_HOUR = 18  # in New York: before it a refresh does not take that day's prices from Yahoo
_AHEAD = pd.Timedelta(days=1)


def newest_week(root: Settings, now: pd.Timestamp | None = None) -> str:
    """Decision of the newest complete week, ISO; of the sample, which is known to end, its last one."""
    choice = _choice(root)
    if choice is not None and choice.source == "sample":
        return _end_of_sample()
    return str(last_complete_week(_closures(choice), now))


def next_week(root: Settings, now: pd.Timestamp | None = None) -> str | None:
    """Decision of the week that is not complete yet, ISO; None for the sample."""
    choice, moment = _choice(root), now or pd.Timestamp.now(NEW_YORK)
    if choice is not None and choice.source == "sample":
        return None
    closures = _closures(choice)
    complete = last_complete_week(closures, moment)
    later = moment
    while (week := last_complete_week(closures, later)) == complete:
        later += _AHEAD
    return str(week)


def due_at(root: Settings, schedule: Schedule, week: str) -> pd.Timestamp:
    """When the schedule runs a week, in New York: hours after its last close, with Yahoo from 18:00 on."""
    choice = _choice(root)
    closed = session_end(np.datetime64(week)).tz_convert(NEW_YORK)
    due = closed + pd.Timedelta(hours=schedule.hours)
    if choice is not None and choice.source == "yahoo":
        due = max(due, closed.normalize() + pd.Timedelta(hours=_FINAL_HOUR))
    return due


def _choice(root: Settings) -> MarketChoice | None:
    """The market; None where nobody can tell: the run's checks say why, and a week there is all the same."""
    try:
        return read_choice(root.data)
    except DataError:
        return None


def _closures(choice: MarketChoice | None) -> Collection[str]:
    return closures_of(choice.accepted) if choice else ()


@cache
def _end_of_sample() -> str:
    return str(sample_panel().decisions[-1])
