"""Exchange sessions, and the weeks in which the desk decides and trades."""

from dataclasses import dataclass
from functools import lru_cache

import exchange_calendars
import numpy as np
import pandas as pd

from sac.arrays import Dates

__all__ = ["TradingWeeks", "exchange_sessions", "trading_weeks", "weeks_behind"]


_SINCE = 1990  # few price histories begin earlier
_LOOK_AHEAD = np.timedelta64(21, "D")  # enough sessions past the data to name the next fill and week end


@dataclass(frozen=True, eq=False)
class TradingWeeks:
    """Complete exchange weeks, oldest first; every array is (weeks,) of datetime64[D]."""

    decisions: Dates  # last session of the week: its close is the last information a decision may use
    fills: Dates  # first session after it: trades happen at its close
    ends: Dates  # last session of the week that begins with the fill


def exchange_sessions(first: np.datetime64, last: np.datetime64) -> Dates:
    """Sessions of the New York Stock Exchange from first to last, both included: (sessions,), not to be
    written to."""
    start, end = (np.datetime64(pd.Timestamp(day).date()) for day in (first, last))
    days = _sessions(min(_SINCE, _year(start)), _year(end) // 10 * 10 + 9)
    return days[np.searchsorted(days, start) : np.searchsorted(days, end, side="right")]


@lru_cache(maxsize=4)
def _sessions(first_year: int, last_year: int) -> Dates:
    # Years take as long as weeks, 0.4 s: with wide limits one calendar serves prices, signals and freshness.
    calendar = exchange_calendars.get_calendar("XNYS", start=f"{first_year}-01-01", end=f"{last_year}-12-31")
    days: Dates = calendar.sessions.to_numpy().astype("datetime64[D]")
    days.setflags(write=False)  # all callers share it
    return days


def _year(day: np.datetime64) -> int:
    return int(pd.Timestamp(day).year)


def trading_weeks(first: np.datetime64, last: np.datetime64) -> TradingWeeks:
    """Weeks whose last session lies in [first, last]: a week that is still running is left out."""
    days = exchange_sessions(first, last + _LOOK_AHEAD)
    week = (days.astype("int64") + 3) // 7  # Monday to Sunday; day 0 was a Thursday
    closes = np.flatnonzero(week[1:] != week[:-1])  # position of each week's last session
    closes = closes[days[closes] <= last]
    following = np.flatnonzero(np.append(week[1:] != week[:-1], True))[1 : len(closes) + 1]
    return TradingWeeks(decisions=days[closes], fills=days[closes + 1], ends=days[following])


def weeks_behind(last_session: str, today: np.datetime64 | None = None) -> int:
    """Complete exchange weeks after the last session of some data, until today in New York."""
    now = np.datetime64(pd.Timestamp.now("America/New_York").date()) if today is None else today
    since = np.datetime64(last_session) + 1
    return len(trading_weeks(since, now).decisions) if since <= now else 0  # by a clock that runs behind
