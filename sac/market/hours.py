"""Whether a session of the New York Stock Exchange is over."""

from functools import lru_cache

import exchange_calendars
import pandas as pd

__all__ = ["has_ended"]


def has_ended(session: str, now: pd.Timestamp | None = None) -> bool:
    """Whether a session (ISO day) is over; half-days end at their own hour."""
    return bool((now or pd.Timestamp.now("UTC")) >= _end(session))


@lru_cache(maxsize=16)
def _end(session: str) -> pd.Timestamp:
    day, around = pd.Timestamp(session), pd.Timedelta(days=14)
    calendar = exchange_calendars.get_calendar("XNYS", start=day - around, end=day + around)
    return pd.Timestamp(calendar.session_close(day))
