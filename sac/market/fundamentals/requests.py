"""What was asked of Alpha Vantage, on disk: the day's requests, and the symbols that were asked in vain."""

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sac.files import replace_file

__all__ = ["DAILY_REQUESTS", "FRESH_DAYS", "Requests", "read_json", "without_reports"]

DAILY_REQUESTS = 25  # of a free key
FRESH_DAYS = 28  # companies report once a quarter
_QUOTA, _IN_VAIN = "requests.json", "in_vain.json"


class Requests:
    """The requests of one day, beside the answers."""

    def __init__(self, root: Path, day: dt.date) -> None:
        self._root, self._day = root, day.isoformat()
        self._tomorrow = (day + dt.timedelta(days=1)).isoformat()
        self._stale = (day - dt.timedelta(days=FRESH_DAYS)).isoformat()

    def count(self) -> bool:
        """Use up one of the day's requests, before it is made; False when none is left."""
        path = self._root / _QUOTA
        quota = read_json(path)
        used = quota.get("used") if quota.get("day") == self._day else 0
        if not isinstance(used, int) or used >= DAILY_REQUESTS:
            return False
        replace_file(path, json.dumps({"day": self._day, "used": used + 1}).encode())
        return True

    def in_vain(self, symbol: str) -> str:
        """The day on which a symbol was last asked in vain, ISO text; "" for one that was not."""
        day = str(_entry(self._root, symbol).get("day", ""))
        return day if day <= self._tomorrow else ""  # a later one is of a clock that was wrong

    def has_none(self, symbol: str) -> bool:
        """Whether the service said within four weeks that it has nothing of a symbol."""
        return bool(_entry(self._root, symbol).get("none")) and self.in_vain(symbol) > self._stale

    def note(self, symbol: str, none: bool) -> None:
        """Remember that a symbol was asked in vain; `none`: that the service has nothing of it."""
        noted = {**read_json(self._root / _IN_VAIN), symbol: {"day": self._day, "none": none}}
        replace_file(self._root / _IN_VAIN, json.dumps(noted, indent=1).encode())

    def forget(self, symbol: str) -> None:
        """A symbol was answered."""
        noted = read_json(self._root / _IN_VAIN)
        if noted.pop(symbol, None) is not None:
            replace_file(self._root / _IN_VAIN, json.dumps(noted, indent=1).encode())


def without_reports(root: Path) -> list[str]:
    """The symbols of which the service said that it has nothing."""
    return sorted(symbol for symbol in read_json(root / _IN_VAIN) if _entry(root, symbol).get("none"))


def read_json(path: Path) -> dict[str, Any]:
    """A file's object; nothing where there is none, or it is damaged."""
    try:
        body = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _entry(root: Path, symbol: str) -> Mapping[str, Any]:
    entry = read_json(root / _IN_VAIN).get(symbol)
    return entry if isinstance(entry, dict) else {}
