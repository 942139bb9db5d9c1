"""A Yahoo of our own on 127.0.0.1, and a session that leads the true client there."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pandas as pd
import requests
from requests.adapters import HTTPAdapter

FIELDS = ("open", "high", "low", "close", "volume")
NOT_FOUND = {"code": "Not Found", "description": "No data found, symbol may be delisted"}


class LoopbackYahoo:
    """Serves charts of `frames` (symbol -> sessions × fields and adjclose).

    `trouble` maps a symbol to answers that come first: an HTTP status, or text to send in place of a chart.
    """

    def __init__(self, frames):
        self.frames, self.trouble, self.asked = dict(frames), {}, []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *problem):
        self._server.shutdown()
        self._server.server_close()

    def symbols_asked(self):
        """Symbols of the chart requests so far."""
        return [symbol for symbol, _ in self.asked]

    def answer(self, path, query):
        """Status, content type and body of a request."""
        chart = re.match(r"/v8/finance/chart/(.+)$", path)
        if not chart:
            return 200, "text/plain", b"crumb"
        symbol = unquote(chart[1])
        self.asked.append((symbol, query))
        trouble = self.trouble.get(symbol)
        if trouble:
            first = trouble.pop(0)
            if isinstance(first, int):
                return first, "text/plain", b"Too Many Requests" if first == 429 else b"oops"
            return 200, "application/json", first.encode()
        if symbol not in self.frames:
            body = {"chart": {"result": None, "error": NOT_FOUND}}
            return 404, "application/json", json.dumps(body).encode()
        return 200, "application/json", json.dumps(chart_of(symbol, self.frames[symbol], query)).encode()

    def _handler(self):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *parts):
                pass

            def do_GET(self):
                address = urlsplit(self.path)
                query = {key: values[0] for key, values in parse_qs(address.query).items()}
                status, kind, body = outer.answer(address.path, query)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        return Handler


def chart_of(symbol, frame, query):
    """The body of a chart, as the service writes it."""
    opens = (frame.index + pd.Timedelta(hours=9, minutes=30)).tz_localize("America/New_York")
    stamps = [int(moment.timestamp()) for moment in opens]
    first, last = int(query.get("period1", 0)), int(query.get("period2", 2**40))
    rows = [row for row, stamp in enumerate(stamps) if first <= stamp < last]
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
        "timestamp": [stamps[row] for row in rows],
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
        def send(self, request, **options):
            address = urlsplit(request.url)
            request.url = url + address.path + (f"?{address.query}" if address.query else "")
            return super().send(request, **options)

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
