"""A Yahoo of our own on 127.0.0.1, and a session that leads the true client there."""

import re
from urllib.parse import unquote, urlsplit

import pandas as pd
import requests
from requests.adapters import HTTPAdapter

from tests.support.loopback import LoopbackService

FIELDS = ("open", "high", "low", "close", "volume")
NOT_FOUND = {"code": "Not Found", "description": "No data found, symbol may be delisted"}


class LoopbackYahoo(LoopbackService):
    """Serves charts of `frames` (symbol -> sessions × fields and adjclose).

    `trouble` maps a symbol to answers that come first: an HTTP status, or text to send in place of a chart.
    """

    def __init__(self, frames):
        super().__init__(self._answer)
        self.frames, self.trouble = dict(frames), {}
        self.live = set()  # symbols whose last row is sent whatever range was asked for
        self.charts = []  # (symbol, query) of every chart that was asked for

    def _answer(self, path, query, headers):
        chart = re.match(r"/v8/finance/chart/(.+)$", path)
        if not chart:
            return 200, "crumb"
        symbol = unquote(chart[1])
        self.charts.append((symbol, query))
        trouble = self.trouble.get(symbol)
        if trouble:
            first = trouble.pop(0)
            return (first, "Too Many Requests") if isinstance(first, int) else (200, first)
        if symbol not in self.frames:
            return 404, {"chart": {"result": None, "error": NOT_FOUND}}
        return 200, chart_of(symbol, self.frames[symbol], query, symbol in self.live)


def chart_of(symbol, frame, query, live=False):
    """The body of a chart, as the service writes it.

    Where its last row is live it comes whatever range was asked for, and once more an hour later.
    """
    opens = (frame.index + pd.Timedelta(hours=9, minutes=30)).tz_localize("America/New_York")
    stamps = [int(moment.timestamp()) for moment in opens]
    first, last = int(query.get("period1", 0)), int(query.get("period2", 2**40))
    rows = [row for row, stamp in enumerate(stamps) if first <= stamp < last]
    if live:
        last = len(stamps) - 1
        rows = [*(row for row in rows if row < last), last, last]
    if "range" in query:
        rows = rows[-5:]
    shown = frame.iloc[rows]

    def numbers(name):
        return [None if pd.isna(value) else float(value) for value in shown[name]]

    period = {"timezone": "EST", "start": stamps[-1], "end": stamps[-1] + 23_400, "gmtoffset": -18_000}
    meta = {
        "currency": "USD",
        "symbol": symbol,
        "exchangeName": "NMS",
        "instrumentType": "EQUITY",
        "firstTradeDate": stamps[0],
        "regularMarketTime": stamps[-1],
        "gmtoffset": -18_000,
        "timezone": "EST",
        "exchangeTimezoneName": "America/New_York",
        "regularMarketPrice": numbers("close")[-1],
        "priceHint": 2,
        "currentTradingPeriod": dict.fromkeys(("pre", "regular", "post"), period),
        "dataGranularity": "1d",
        "range": query.get("range", ""),
        "validRanges": ["1d", "5d", "1mo", "max"],
    }
    result = {
        "meta": meta,
        "timestamp": [
            stamps[row] + 3600 * (live and place == len(rows) - 1) for place, row in enumerate(rows)
        ],
        "events": {},
        "indicators": {
            "quote": [{name: numbers(name) for name in FIELDS}],
            "adjclose": [{"adjclose": numbers("adjclose")}],
        },
    }
    return {"chart": {"result": [result], "error": None}}


def session_to(url):
    """A session that sends every request for Yahoo's hosts to the loopback server instead."""

    class Detour(HTTPAdapter):
        def send(self, request, *arguments, **options):
            address = urlsplit(request.url)
            request.url = url + address.path + (f"?{address.query}" if address.query else "")
            return super().send(request, *arguments, **options)

    session = requests.Session()
    session.mount("https://", Detour())
    return session


def daily(closes):
    """Frames as Yahoo has them, of closes (sessions × symbols)."""
    return {
        symbol: pd.DataFrame(
            {
                "open": closes[symbol] * 0.99,
                "high": closes[symbol] * 1.01,
                "low": closes[symbol] * 0.98,
                "close": closes[symbol],
                "adjclose": closes[symbol],
                "volume": 1e6,
            }
        )
        for symbol in closes.columns
    }
