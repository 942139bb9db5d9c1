"""Fundamentals from Alpha Vantage: 25 answers a day, kept as they came, errors never."""

import datetime as dt
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from sac.files import replace_file
from sac.market.fetching import Pause, Watch
from sac.market.fundamentals.bodies import ENDPOINTS, problem_of
from sac.market.fundamentals.reports import folders_of
from sac.market.fundamentals.requests import DAILY_REQUESTS, FRESH_DAYS, Requests, read_json
from sac.market.symbols import spelled, symbol_key, written
from sac.text import lost

__all__ = ["DAILY_REQUESTS", "Fetched", "refresh_fundamentals"]

_SECONDS_BETWEEN = 1.2  # and one request a second
_BURST_SECONDS = 15.0  # after "too fast": then once more
_ADDRESS = "https://www.alphavantage.co"
_LATER = "the key's requests of today are used up: refresh again tomorrow, it goes on where it stopped"
_TOMORROW = "Refresh again tomorrow, it goes on where it stopped"
_BURST = re.compile(r"\b(per|a)[ -](second|minute)\b|sparingly|burst", re.IGNORECASE)
_DAILY = re.compile(r"(requests?|calls?|[0-9]+)\s*(per|a|/)\s*day\b|\bdaily\b[^.]*\blimit", re.IGNORECASE)
_SECRET = 8  # letters of a key that is worth hiding
_MARKS = ("-", ".")  # before a share class: it lists BRK-B; some of its answers know only BRK.B


@dataclass(frozen=True)
class Fetched:
    """The result of a refresh: symbols by outcome."""

    fetched: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # not four weeks old, also the answer that there is none
    failed: dict[str, str] = field(default_factory=dict)  # symbol -> reason


class _Limited(Exception):  # noqa: N818 - an answer to be respected, not an error
    """The service gives no more today; the message says why."""


class _Refused(Exception):  # noqa: N818 - an answer, too
    """There is no answer that can be kept; the message says why."""

    def __init__(self, reason: str, none: bool = False) -> None:
        super().__init__(reason)
        self.none = none  # the service has nothing of the symbol


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

    Every answer is kept at once, so that the next day's refresh goes on. What was asked for in vain comes
    after the others; what the service has nothing of is asked for again after four weeks. `watch` may raise
    to stop.
    """
    day, result, folders = today or dt.date.today(), Fetched(), folders_of(root)
    requests = Requests(root, day)
    stale = (day - dt.timedelta(days=FRESH_DAYS)).isoformat()
    homes = {symbol: folders.get(symbol_key(symbol), root / symbol) for symbol in symbols}
    ages = {symbol: _oldest(home, day) for symbol, home in homes.items()}
    order = sorted(symbols, key=lambda symbol: (requests.in_vain(symbol), ages[symbol]))
    used_up = ""
    with httpx.Client(base_url=address, timeout=30.0) as http:
        client = _Client(http, key, requests, pause)
        for done, symbol in enumerate(order, start=1):
            if ages[symbol] > stale or requests.has_none(symbol):
                result.kept.append(symbol)
            elif used_up:
                result.failed[symbol] = used_up
            else:
                try:
                    _company(client, homes[symbol], symbol, day, stale)
                except _Limited as limit:
                    result.failed[symbol], used_up = str(limit), _LATER
                except _Refused as refusal:
                    requests.note(symbol, refusal.none)
                    result.failed[symbol] = str(refusal)
                else:
                    requests.forget(symbol)
                    result.fetched.append(symbol)
            watch(done, len(symbols), symbol)
    return result


@dataclass(frozen=True)
class _Client:
    """Asks for one answer after the other, as slowly and as often as the service allows."""

    http: httpx.Client
    key: str
    requests: Requests
    pause: Pause

    def ask(self, endpoint: str, symbol: str) -> dict[str, Any]:
        """An answer with something in it, or an empty one. Raises _Limited and _Refused."""
        answer = self._once(endpoint, symbol)
        if _BURST.search(_said(answer)):
            self.pause(_BURST_SECONDS)
            answer = self._once(endpoint, symbol)
        said = _said(answer)
        if len(self.key) >= _SECRET:
            said = said.replace(self.key, "***")  # some texts name the key
        if _DAILY.search(said) and not _BURST.search(said) and "premium endpoint" not in said:
            raise _Limited(f"Alpha Vantage: {said} {_TOMORROW}")
        if said:
            raise _Refused(f"Alpha Vantage: {said}")
        return answer

    def _once(self, endpoint: str, symbol: str) -> dict[str, Any]:
        if not self.requests.count():
            raise _Limited(_LATER)
        self.pause(_SECONDS_BETWEEN)
        query = {"function": endpoint.upper(), "symbol": symbol, "apikey": self.key}
        try:
            answer = self.http.get("/query", params=query).raise_for_status().json()
        except httpx.TransportError as error:
            raise _Refused(f"Alpha Vantage cannot be reached: {lost(error)}") from None
        except (httpx.HTTPError, ValueError, RecursionError):
            raise _Refused("Alpha Vantage's answer could not be read: it is no JSON") from None
        if not isinstance(answer, dict):
            raise _Refused("Alpha Vantage's answer could not be read: it is no object")
        return answer


def _company(client: _Client, home: Path, symbol: str, day: dt.date, stale: str) -> None:
    """Fetch a symbol's stale answers. Raises _Limited and _Refused."""
    for endpoint in ENDPOINTS:
        path = home / f"{endpoint}.json"
        if _fetched_at(path, day) > stale:
            continue
        for spelling in dict.fromkeys(spelled(written(symbol), mark) for mark in _MARKS):
            answer = client.ask(endpoint, spelling)
            if _holds_something(answer):
                break
        else:
            if _holds_something(read_json(path).get("response")):
                raise _Refused("Alpha Vantage sends an empty answer: what was there is kept")
            if endpoint == ENDPOINTS[0]:
                raise _Refused(
                    "Alpha Vantage has no fundamentals of it: asked again in four weeks", none=True
                )
        if problem := problem_of(endpoint, answer):
            raise _Refused(f"Alpha Vantage's {endpoint} {problem}: not kept")
        body = {"symbol": symbol, "endpoint": endpoint, "fetched_at": _now(day), "response": answer}
        replace_file(path, json.dumps(body).encode())


def _said(answer: dict[str, Any]) -> str:
    """What the service says in place of an answer, in one line."""
    texts = [str(answer[name]) for name in ("Information", "Note", "Error Message") if name in answer]
    return " ".join(" ".join(texts).split())[:400]


def _holds_something(answer: object) -> bool:
    """Whether there is a value beside the name of the symbol that is not empty."""
    return isinstance(answer, dict) and any(value for name, value in answer.items() if name != "symbol")


def _oldest(folder: Path, day: dt.date) -> str:
    return min(_fetched_at(folder / f"{endpoint}.json", day) for endpoint in ENDPOINTS)


def _fetched_at(path: Path, day: dt.date) -> str:
    """When an answer was fetched, ISO text; "" for one that is missing, damaged or of unknown age.

    An answer from the day after tomorrow was fetched by a clock that was wrong, so that its age is not known.
    """
    moment = str(read_json(path).get("fetched_at", ""))
    return moment if moment < (day + dt.timedelta(days=2)).isoformat() else ""


def _now(day: dt.date) -> str:
    return dt.datetime.combine(day, dt.datetime.now(dt.UTC).timetz()).isoformat(timespec="seconds")
