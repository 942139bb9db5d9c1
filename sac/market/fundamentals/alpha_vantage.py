"""Fundamentals from Alpha Vantage: 25 answers a day, kept as they came, errors never."""

import datetime as dt
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from sac.files import replace_file
from sac.market.fetching import Pause, Watch
from sac.market.fundamentals.ratios import ENDPOINTS

__all__ = ["DAILY_REQUESTS", "Fetched", "refresh_fundamentals"]

DAILY_REQUESTS = 25  # of a free key
_SECONDS_BETWEEN = 1.2  # and one request a second
_FRESH_DAYS = 28  # companies report once a quarter
_QUOTA = "requests.json"
_ADDRESS = "https://www.alphavantage.co"
_LATER = "the key's requests of today are used up: refresh again tomorrow, it goes on where it stopped"


@dataclass(frozen=True)
class Fetched:
    """The result of a refresh: symbols by outcome."""

    fetched: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # not four weeks old
    failed: dict[str, str] = field(default_factory=dict)  # symbol -> reason


class _Limited(Exception):  # noqa: N818 - an answer to be respected, not an error
    """The service gives no more today."""


def refresh_fundamentals(
    root: Path,
    symbols: Sequence[str],
    key: str,
    watch: Watch = lambda done, count, symbol: None,
    *,
    address: str = _ADDRESS,
    today: dt.date | None = None,
    pause: Pause = time.sleep,
) -> Fetched:
    """Fetch what is missing, then what is oldest, until the day's requests are used up.

    Every answer is kept at once, so that the next day's refresh goes on. `watch` may raise to stop.
    """
    day, result = today or dt.date.today(), Fetched()
    stale = (day - dt.timedelta(days=_FRESH_DAYS)).isoformat()
    ages = {symbol: _oldest(root / symbol, day) for symbol in symbols}
    order = sorted(symbols, key=lambda symbol: ages[symbol])
    used_up = False
    with httpx.Client(base_url=address, timeout=30.0) as client:
        for done, symbol in enumerate(order, start=1):
            if ages[symbol] > stale:
                result.kept.append(symbol)
            elif used_up:
                result.failed[symbol] = _LATER
            else:
                try:
                    problem = _company(client, root, symbol, key, day, stale, pause)
                except _Limited:
                    used_up, problem = True, _LATER
                if problem:
                    result.failed[symbol] = problem
                else:
                    result.fetched.append(symbol)
            watch(done, len(symbols), symbol)
    return result


def _company(
    client: httpx.Client, root: Path, symbol: str, key: str, day: dt.date, stale: str, pause: Pause
) -> str:
    """Fetch a symbol's stale answers; the reason where one cannot be had. Raises _Limited."""
    for endpoint in ENDPOINTS:
        path = root / symbol / f"{endpoint}.json"
        if _fetched_at(path, day) > stale:
            continue
        _count(root / _QUOTA, day)
        pause(_SECONDS_BETWEEN)
        try:
            query = {"function": endpoint.upper(), "symbol": symbol, "apikey": key}
            answer = client.get("/query", params=query).raise_for_status().json()
        except (httpx.HTTPError, json.JSONDecodeError) as error:
            return f"Alpha Vantage's answer could not be read: {type(error).__name__}"
        if not isinstance(answer, dict) or not answer:
            return "Alpha Vantage has no fundamentals of it"
        if "Note" in answer or "Information" in answer:
            raise _Limited
        if "Error Message" in answer:
            return f"Alpha Vantage: {str(answer['Error Message'])[:160]}"
        body = {"symbol": symbol, "endpoint": endpoint, "fetched_at": _now(day), "response": answer}
        replace_file(path, json.dumps(body).encode())
    return ""


def _count(path: Path, day: dt.date) -> None:
    """Use up one of the day's requests, before it is made. Raises _Limited when none is left."""
    used = _read(path)
    count = int(used.get("used", 0)) if used.get("day") == day.isoformat() else 0
    if count >= DAILY_REQUESTS:
        raise _Limited
    replace_file(path, json.dumps({"day": day.isoformat(), "used": count + 1}).encode())


def _oldest(folder: Path, day: dt.date) -> str:
    return min(_fetched_at(folder / f"{endpoint}.json", day) for endpoint in ENDPOINTS)


def _fetched_at(path: Path, day: dt.date) -> str:
    """When an answer was fetched, ISO text; "" for one that is missing, damaged or of unknown age.

    An answer from the day after tomorrow was fetched by a clock that was wrong, so that its age is not known.
    """
    moment = str(_read(path).get("fetched_at", ""))
    return moment if moment < (day + dt.timedelta(days=2)).isoformat() else ""


def _read(path: Path) -> dict[str, Any]:
    try:
        body = json.loads(path.read_bytes())
    except (FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError):
        return {}
    return body if isinstance(body, dict) else {}


def _now(day: dt.date) -> str:
    return dt.datetime.combine(day, dt.datetime.now(dt.UTC).timetz()).isoformat(timespec="seconds")
