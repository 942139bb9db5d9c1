"""Exchange sessions, and the weeks in which the desk decides and trades."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import exchange_calendars
import numpy as np
import pandas as pd

from sac.arrays import Dates

__all__ = [
    "NEW_YORK",
    "TradingWeeks",
    "exchange_sessions",
    "last_complete_week",
    "last_ended_session",
    "session_end",
    "trading_weeks",
    "weeks_behind",
]

NEW_YORK = "America/New_York"  # where sessions have their days and hours

_SINCE = 1990  # few price histories begin earlier
_LOOK_AHEAD = np.timedelta64(21, "D")  # enough sessions past the data to name the next fill and week end


@dataclass(frozen=True, eq=False)
class TradingWeeks:
    """Complete exchange weeks, oldest first; every array is (weeks,) of datetime64[D]."""

    decisions: Dates  # last session of the week: its close is the last information a decision may use
    fills: Dates  # first session after it: trades happen at its close
    ends: Dates  # last session of the week that begins with the fill


def exchange_sessions(first: np.datetime64, last: np.datetime64, closures: Collection[str] = ()) -> Dates:
    """Sessions of the New York Stock Exchange from first to last, both included: (sessions,), not to be
    written to.

    `closures`: ISO days on which nobody traded although the calendar has them.
    """
    start, end = (np.datetime64(pd.Timestamp(day).date()) for day in (first, last))
    days = _sessions(*_years(start, end))
    inside = days[np.searchsorted(days, start) : np.searchsorted(days, end, side="right")]
    return inside[~np.isin(inside, np.array(sorted(closures), "datetime64[D]"))] if closures else inside


def last_ended_session(now: pd.Timestamp | None = None) -> np.datetime64:
    """The newest session that is over, half-days at their own hour."""
    moment = now or pd.Timestamp.now(NEW_YORK)
    today = np.datetime64(moment.tz_convert(NEW_YORK).date())
    years = _years(today, today)
    ended = _ends(*years).searchsorted(moment.tz_convert("UTC"), side="right")
    return _sessions(*years)[ended - 1]  # type: ignore[no-any-return]


def session_end(session: np.datetime64) -> pd.Timestamp:
    """When a session ends, half-days at their own hour: UTC. Raises ValueError for a day that is none."""
    years = _years(session, session)
    days = _sessions(*years)
    place = int(np.searchsorted(days, session))
    if place == len(days) or days[place] != session:
        raise ValueError(f"{session} is not a session of the exchange")
    return _ends(*years)[place]


def last_complete_week(closures: Collection[str] = (), now: pd.Timestamp | None = None) -> np.datetime64:
    """Decision of the newest week whose last session is over."""
    ended = last_ended_session(now)
    return trading_weeks(ended - _LOOK_AHEAD, ended, closures).decisions[-1]  # type: ignore[no-any-return]


def has_ended(session: str, now: pd.Timestamp | None = None) -> bool:
    """Whether a session (ISO day) is over."""
    return bool(np.datetime64(session) <= last_ended_session(now))


@lru_cache(maxsize=4)
def _sessions(first_year: int, last_year: int) -> Dates:
    days: Dates = _calendar(first_year, last_year).sessions.to_numpy().astype("datetime64[D]")
    days.setflags(write=False)  # all callers share it
    return days


@lru_cache(maxsize=4)
def _ends(first_year: int, last_year: int) -> pd.DatetimeIndex:
    """When each session ends, UTC."""
    return pd.DatetimeIndex(_calendar(first_year, last_year).closes)


@lru_cache(maxsize=4)
def _calendar(first_year: int, last_year: int) -> Any:
    # Years take as long as weeks, 0.4 s: with wide limits one calendar serves prices, signals and freshness.
    return exchange_calendars.get_calendar("XNYS", start=f"{first_year}-01-01", end=f"{last_year}-12-31")


def _years(start: np.datetime64, end: np.datetime64) -> tuple[int, int]:
    """First and last year of a calendar that holds two days."""
    first, last = (int(pd.Timestamp(day).year) for day in (start, end))
    return min(_SINCE, first), last // 10 * 10 + 9


def trading_weeks(first: np.datetime64, last: np.datetime64, closures: Collection[str] = ()) -> TradingWeeks:
    """Weeks whose last session lies in [first, last]: a week that is still running is left out."""
    days = exchange_sessions(first, last + _LOOK_AHEAD, closures)
    week = (days.astype("int64") + 3) // 7  # Monday to Sunday; day 0 was a Thursday
    closes = np.flatnonzero(week[1:] != week[:-1])  # position of each week's last session
    closes = closes[days[closes] <= last]
    following = np.flatnonzero(np.append(week[1:] != week[:-1], True))[1 : len(closes) + 1]
    return TradingWeeks(decisions=days[closes], fills=days[closes + 1], ends=days[following])


def weeks_behind(last_session: str, today: np.datetime64 | None = None) -> int:
    """Complete exchange weeks after the last session of some data, until today in New York."""
    now = np.datetime64(pd.Timestamp.now(NEW_YORK).date()) if today is None else today
    since = np.datetime64(last_session) + 1
    return len(trading_weeks(since, now).decisions) if since <= now else 0  # by a clock that runs behind
