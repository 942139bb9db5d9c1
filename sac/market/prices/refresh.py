"""The folder of downloaded prices: one parquet per symbol, and the result of the last refresh."""

import dataclasses
import datetime as dt
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sac.errors import DataError
from sac.files import replace_file
from sac.market.calendar import exchange_sessions
from sac.market.fetching import Pause, Watch
from sac.market.prices.files import FETCHED_AT, read_price_file
from sac.market.prices.yahoo import load_prices_yfinance

if TYPE_CHECKING:
    import requests

__all__ = ["Refreshed", "last_closed_session", "refresh_prices"]

_OVERLAP = 10  # sessions that are fetched again to see whether the adjusted history changed
_SAME = 1e-4  # relative difference up to which a close is the same
_MANIFEST = "manifest.json"
_ASKED_FROM = b"asked_from"  # the start that a file was fetched for: it may be listed later


@dataclass(frozen=True)
class Refreshed:
    """The result of a refresh of prices; dates are ISO text, sha256 is of the symbol's file."""

    finished_at: str
    last_session: str
    fetched: list[str]
    kept: list[str]  # up to date before
    failed: dict[str, str]  # symbol -> reason
    sha256: dict[str, str]


def last_closed_session(now: pd.Timestamp | None = None) -> dt.date:
    """The newest session whose close is final: today's counts from 18:00 in New York."""
    moment = now or pd.Timestamp.now("America/New_York")
    today = np.datetime64(moment.date())
    sessions = exchange_sessions(today - np.timedelta64(14, "D"), today)
    over = sessions if moment.hour >= 18 else sessions[sessions < today]
    return over[-1].item()  # type: ignore[no-any-return]


def refresh_prices(
    folder: Path,
    symbols: Sequence[str],
    start: dt.date,
    end: dt.date,
    watch: Watch = lambda done, count, symbol: None,
    *,
    session: "requests.Session | None" = None,
    pause: Pause = time.sleep,
) -> Refreshed:
    """Bring every symbol's file up to `end`; each is replaced as soon as it is there: a kill loses nothing.

    Only what is missing is fetched, with an overlap of 10 sessions; where that shows another adjusted
    history (a split, a dividend), the symbol is fetched anew. `watch` may raise to stop.
    """
    folder.mkdir(parents=True, exist_ok=True)
    update = _Update(folder, symbols, start, end, watch)
    by_start: dict[dt.date, list[str]] = {}
    for symbol in symbols:
        if symbol not in update.kept:
            by_start.setdefault(update.begins(symbol), []).append(symbol)
    for since, missing in sorted(by_start.items()):
        accept = partial(update.accept, since=since)
        load_prices_yfinance(missing, since, end, accept, session=session, pause=pause)
    if update.changed:
        accept = partial(update.accept, since=start)
        load_prices_yfinance(update.changed, start, end, accept, session=session, pause=pause)
    files = sorted(folder.glob("*.parquet"))
    result = Refreshed(
        dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        end.isoformat(),
        update.fetched,
        update.kept,
        update.failed,
        {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
    )
    replace_file(folder / _MANIFEST, json.dumps(dataclasses.asdict(result), indent=2).encode())
    return result


class _Update:
    """A refresh under way: every symbol's file, and what became of it so far."""

    def __init__(
        self, folder: Path, symbols: Sequence[str], start: dt.date, end: dt.date, watch: Watch
    ) -> None:
        self._folder, self._count, self._start, self._watch = folder, len(symbols), start, watch
        self._stored = {symbol: _stored(folder, symbol, start) for symbol in symbols}
        self.kept = [symbol for symbol in symbols if _ends(self._stored[symbol]) >= end]
        self.fetched: list[str] = []
        self.failed: dict[str, str] = {}
        self.changed: list[str] = []  # their adjusted history is another one by now: to be fetched anew
        for symbol in self.kept:
            watch(len(self.kept), self._count, symbol)

    def begins(self, symbol: str) -> dt.date:
        """From when on a symbol is to be fetched."""
        table = self._stored[symbol]
        return self._start if table is None else _overlap(table)

    def accept(self, symbol: str, outcome: pd.DataFrame | str, since: dt.date) -> None:
        """Store prices that were fetched from `since` on, or note why there are none."""
        before = self._stored[symbol]
        if isinstance(outcome, str):
            self.failed[symbol] = outcome
        elif before is not None and since > self._start and not _continues(before, outcome):
            self.changed.append(symbol)
            return
        else:
            table = outcome if before is None or since == self._start else outcome.combine_first(before)
            _store(self._folder, symbol, table, self._start)
            self.fetched.append(symbol)
        done = len(self.kept) + len(self.fetched) + len(self.failed)
        self._watch(done, self._count, symbol)


def _stored(folder: Path, symbol: str, start: dt.date) -> pd.DataFrame | None:
    """What is there of a symbol; None where nothing usable is, or it was fetched for a later start."""
    path = folder / f"{symbol}.parquet"
    if not path.exists():
        return None
    try:
        table = read_price_file(path)
        asked = (pq.read_schema(path).metadata or {}).get(_ASKED_FROM, b"9999").decode()
    except (DataError, pa.ArrowException, OSError):
        return None  # damaged: fetched again
    return table if asked <= start.isoformat() else None


def _ends(table: pd.DataFrame | None) -> dt.date:
    return dt.date.min if table is None else table.index[-1].date()


def _overlap(table: pd.DataFrame) -> dt.date:
    """Where the last sessions of a table begin."""
    return table.index[-min(_OVERLAP, len(table))].date()  # type: ignore[no-any-return]


def _continues(before: pd.DataFrame, after: pd.DataFrame) -> bool:
    """Whether the sessions that both have show the same adjusted closes."""
    shared = before.index.intersection(after.index)
    old, new = (table.loc[shared, "close"].to_numpy() for table in (before, after))
    return len(shared) > 0 and bool(np.allclose(old, new, rtol=_SAME, atol=0.0))


def _store(folder: Path, symbol: str, table: pd.DataFrame, start: dt.date) -> None:
    arrow = pa.Table.from_pandas(table.sort_index().reset_index(), preserve_index=False)
    facts = {
        FETCHED_AT: dt.datetime.now(dt.UTC).isoformat(timespec="seconds").encode(),
        _ASKED_FROM: start.isoformat().encode(),
    }
    sink = pa.BufferOutputStream()
    pq.write_table(arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), **facts}), sink)
    replace_file(folder / f"{symbol}.parquet", sink.getvalue().to_pybytes())
