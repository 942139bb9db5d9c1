"""Days as text: ISO 8601 and nothing else, for any other order of day and month would be a guess."""

import datetime as dt
import re

import numpy as np

__all__ = ["iso_day"]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def iso_day(text: object) -> np.datetime64 | None:
    """The day of a text like 2022-12-16; None for whatever is written otherwise, or is no day."""
    if not isinstance(text, str) or not _DAY.fullmatch(text):
        return None
    try:
        return np.datetime64(dt.date.fromisoformat(text), "D")
    except ValueError:
        return None
