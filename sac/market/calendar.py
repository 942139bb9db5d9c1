"""Exchange sessions, and the weeks in which the desk decides and trades."""

from dataclasses import dataclass
from functools import lru_cache

import exchange_calendars
import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["TradingWeeks", "exchange_sessions", "trading_weeks", "weeks_behind"]

Dates = npt.NDArray[np.datetime64]

_LOOK_AHEAD = np.timedelta64(21, "D")  # enough sessions past the data to name the next fill and week end


@dataclass(frozen=True, eq=False)
class TradingWeeks:
    """Complete exchange weeks, oldest first; every array is (weeks,) of datetime64[D]."""

    decisions: Dates  # last session of the week: its close is the last information a decision may use
    fills: Dates  # first session after it: trades happen at its close
    ends: Dates  # last session of the week that begins with the fill


@lru_cache(maxsize=4)
def _sessions(first: str, last: str) -> Dates:
    # The calendar starts 20 years before today unless told otherwise.
    calendar = exchange_calendars.get_calendar("XNYS", start=first, end=last)
    return calendar.sessions.to_numpy().astype("datetime64[D]")  # type: ignore[no-any-return]


def exchange_sessions(first: np.datetime64, last: np.datetime64) -> Dates:
    """Sessions of the New York Stock Exchange from first to last, both included: (sessions,)."""
    return _sessions(str(pd.Timestamp(first).date()), str(pd.Timestamp(last).date()))


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
    now = today or np.datetime64(pd.Timestamp.now("America/New_York").date())
    return len(trading_weeks(np.datetime64(last_session) + 1, now).decisions)
