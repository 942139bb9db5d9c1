"""The folder of downloaded prices: one parquet per symbol, and the result of the last refresh."""

import dataclasses
import datetime as dt
import hashlib
import json
import time
from collections.abc import Collection, Sequence
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
from sac.market.accepted import Accepted, closures_of
from sac.market.calendar import exchange_sessions
from sac.market.fetching import Pause, Watch
from sac.market.prices.checks import series_findings, settled
from sac.market.prices.files import files_of
from sac.market.prices.tables import FETCHED_AT, LARGEST, read_price_file
from sac.market.prices.yahoo import load_prices_yfinance
from sac.parquet import UnreadableTable, read_schema

if TYPE_CHECKING:
    import requests

__all__ = ["Refreshed", "last_closed_session", "refresh_prices"]

_OVERLAP = 10  # sessions that are fetched again to see whether the adjusted history changed
_SAME = 1e-4  # relative difference up to which a close is the same
_MANIFEST = "manifest.json"
_ASKED_FROM = b"asked_from"  # the start that a file was fetched for: it may be listed later
_WHOLE_AT = b"whole_at"  # when its whole history was fetched, UTC, ISO text
_WHOLE_EVERY = dt.timedelta(days=30)  # by then a vendor's fault that no check sees is corrected
_CORRECTED = 1e-3  # log return that differs by more was corrected: what dividends rescale differs by less


@dataclass(frozen=True)
class Refreshed:
    """The result of a refresh of prices; dates are ISO text, sha256 is of the symbol's file."""

    finished_at: str
    last_session: str
    fetched: list[str]
    kept: list[str]  # up to date before
    failed: dict[str, str]  # symbol -> reason
    corrected: dict[str, str]  # symbol -> years in which the returns are others than before
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
    accepted: Collection[Accepted] = (),
    session: "requests.Session | None" = None,
    pause: Pause = time.sleep,
) -> Refreshed:
    """Bring every symbol's file up to `end`; each is replaced as soon as it is there: a kill loses nothing.

    Only what is missing is fetched, with an overlap of 10 sessions; where that shows another adjusted
    history (a split, a dividend), the symbol is fetched anew. So is one whose prices the checks refuse, but
    for what was `accepted`, and every one once a month. A file that is not a download is left alone.
    `watch` may raise to stop.
    """
    folder.mkdir(parents=True, exist_ok=True)
    update = _Update(folder, symbols, start, end, watch, accepted)
    by_start: dict[dt.date, list[str]] = {}
    for symbol in symbols:
        if symbol not in update.kept and symbol not in update.failed:
            by_start.setdefault(update.begins(symbol), []).append(symbol)
    for since, missing in sorted(by_start.items()):
        accept = partial(update.accept, since=since)
        load_prices_yfinance(missing, since, end, accept, session=session, pause=pause)
    if update.changed:
        accept = partial(update.accept, since=start)
        load_prices_yfinance(update.changed, start, end, accept, session=session, pause=pause)
    files = sorted(folder.glob("*.parquet"))
    result = Refreshed(
        _now(),
        end.isoformat(),
        update.fetched,
        update.kept,
        update.failed,
        update.corrected,
        {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
    )
    replace_file(folder / _MANIFEST, json.dumps(dataclasses.asdict(result), indent=2).encode())
    return result


class _Update:
    """A refresh under way: every symbol's file, and what became of it so far."""

    def __init__(
        self,
        folder: Path,
        symbols: Sequence[str],
        start: dt.date,
        end: dt.date,
        watch: Watch,
        accepted: Collection[Accepted],
    ) -> None:
        self._folder, self._count, self._start, self._watch = folder, len(symbols), start, watch
        self._stored = {symbol: _stored(folder, symbol, start, accepted) for symbol in symbols}
        self.kept = [name for name, one in self._stored.items() if one and one.sound and one.ends >= end]
        self.fetched: list[str] = []
        self.failed = {symbol: why for symbol in symbols if (why := _not_ours(folder, symbol))}
        self.corrected: dict[str, str] = {}
        self.changed: list[str] = []  # their adjusted history is another one by now: to be fetched anew
        for symbol in self.kept:
            watch(len(self.kept), self._count, symbol)

    def begins(self, symbol: str) -> dt.date:
        """From when on a symbol is to be fetched."""
        stored = self._stored[symbol]
        return stored.overlap if stored and stored.sound else self._start

    def accept(self, symbol: str, outcome: pd.DataFrame | str, since: dt.date) -> None:
        """Store prices that were fetched from `since` on, or note why there are none."""
        stored = self._stored[symbol]
        if isinstance(outcome, str):
            self.failed[symbol] = outcome
        elif stored is not None and since > self._start and not _continues(stored.table, outcome):
            self.changed.append(symbol)
            return
        else:
            table, whole_at = outcome, _now()
            if stored is not None and since > self._start:
                table, whole_at = outcome.combine_first(stored.table), stored.whole_at
            elif stored is not None and (years := _corrected(stored.table, outcome)):
                self.corrected[symbol] = years
            _store(self._folder, symbol, table, self._start, whole_at)
            self.fetched.append(symbol)
        done = len(self.kept) + len(self.fetched) + len(self.failed)
        self._watch(done, self._count, symbol)


@dataclass(frozen=True, eq=False)
class _Stored:
    """What was there of a symbol before."""

    table: pd.DataFrame
    whole_at: str  # ISO; "": nobody knows
    sound: bool  # no check refuses it, and its whole history was fetched within a month

    @property
    def ends(self) -> dt.date:
        return self.table.index[-1].date()  # type: ignore[no-any-return]

    @property
    def overlap(self) -> dt.date:
        """Where its last sessions begin."""
        return self.table.index[-min(_OVERLAP, len(self.table))].date()  # type: ignore[no-any-return]


def _stored(folder: Path, symbol: str, start: dt.date, accepted: Collection[Accepted]) -> _Stored | None:
    """What is there of a symbol; None where nothing usable is, or it was fetched for a later start."""
    path = _place(folder, symbol)
    if not path.exists():
        return None
    try:
        table = read_price_file(path).table
        facts = read_schema(path, LARGEST).metadata or {}
        whole_at = facts.get(_WHOLE_AT, b"").decode()
        age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(whole_at or "0001-01-01T00:00:00+00:00")
    except (DataError, OSError, ValueError, TypeError):
        return None  # damaged: fetched again
    if facts.get(_ASKED_FROM, b"9999").decode() > start.isoformat():
        return None
    recent = abs(age) < _WHOLE_EVERY  # a clock may have run ahead
    return _Stored(table, whole_at, recent and not _refused(symbol, table, accepted))


def _place(folder: Path, symbol: str) -> Path:
    """Where a symbol's download is, also under an earlier spelling of its share class, or will be."""
    return next(iter(files_of(folder, symbol)), folder / f"{symbol}.parquet")


def _refused(symbol: str, table: pd.DataFrame, accepted: Collection[Accepted]) -> bool:
    """Whether a check refuses stored prices, or a session is missing among them."""
    closures = closures_of(accepted)
    first, last = table.index[[0, -1]].to_numpy()
    sessions = exchange_sessions(first, last, closures)
    whole = table["close"].reindex(table.index.union(pd.DatetimeIndex(sessions)))
    return bool(settled(series_findings(symbol, whole, closures=closures), accepted)[0])


def _not_ours(folder: Path, symbol: str) -> str | None:
    """Why a symbol is not fetched: it has a file that no refresh wrote."""
    for path in files_of(folder, symbol):
        try:
            own = path.suffix == ".csv" or FETCHED_AT not in (read_schema(path, LARGEST).metadata or {})
        except (UnreadableTable, OSError):
            own = False  # damaged
        if own:
            return f"{path.name} is a file of your own, which stays as it is: delete it to fetch from Yahoo"
    return None


def _corrected(before: pd.DataFrame, after: pd.DataFrame) -> str:
    """Years in which two whole histories have other daily returns: "2012, 2016"; "" where they are alike."""
    first, last = max(before.index[0], after.index[0]), min(before.index[-1], after.index[-1])
    old, new = (_returns(table).loc[first:last] for table in (before, after))
    both = pd.DataFrame({"old": old, "new": new}).iloc[1:]
    alike = ((both["old"] - both["new"]).abs() <= _CORRECTED) | both.isna().all(axis=1)
    return ", ".join(str(year) for year in sorted({day.year for day in both.index[~alike]}))


def _returns(table: pd.DataFrame) -> pd.Series:
    """Log returns by day; NaN where a close is not positive."""
    closes = table["close"].where(table["close"] > 0)
    return pd.Series(np.log(closes.to_numpy()), closes.index).diff()


def _continues(before: pd.DataFrame, after: pd.DataFrame) -> bool:
    """Whether the sessions that both have show the same adjusted closes."""
    shared = before.index.intersection(after.index)
    old, new = (table.loc[shared, "close"].to_numpy() for table in (before, after))
    return len(shared) > 0 and bool(np.allclose(old, new, rtol=_SAME, atol=0.0))


def _store(folder: Path, symbol: str, table: pd.DataFrame, start: dt.date, whole_at: str) -> None:
    """Replace a symbol's file."""
    arrow = pa.Table.from_pandas(table.sort_index().reset_index(), preserve_index=False)
    facts = {
        FETCHED_AT: _now().encode(),
        _ASKED_FROM: start.isoformat().encode(),
        _WHOLE_AT: whole_at.encode(),
    }
    sink = pa.BufferOutputStream()
    pq.write_table(arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), **facts}), sink)
    replace_file(_place(folder, symbol), sink.getvalue().to_pybytes())


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
