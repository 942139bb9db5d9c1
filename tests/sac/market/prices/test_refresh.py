"""Refreshing prices: the true client against a Yahoo on this machine."""

import dataclasses
import datetime as dt
import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sac import training
from sac.errors import Cancelled, DiskFull
from sac.market import MarketChoice, load_panel, write_choice
from sac.market.prices.refresh import last_closed_session, refresh_prices
from sac.registry import Registry
from tests.support.loopback_yahoo import LoopbackYahoo, daily, session_to
from tests.support.small_trainings import TINY
from tests.support.synthetic import random_closes

pytestmark = pytest.mark.slow

CLOSES = random_closes(stocks=30, first="2015-01-02", last="2019-12-31")
FEW = random_closes(stocks=3, first="2015-01-02", last="2019-12-31")
START, END = dt.date(2015, 1, 2), dt.date(2019, 12, 31)


@pytest.fixture(autouse=True)
def own_client_cache(tmp_path):
    import yfinance

    yfinance.set_tz_cache_location(str(tmp_path / "client"))
    yfinance.data.YfData.cache_get.cache_clear()


@pytest.fixture
def yahoo():
    with LoopbackYahoo(daily(CLOSES)) as server:
        yield server


@pytest.fixture
def few():
    with LoopbackYahoo(daily(FEW)) as server:
        yield server


def refresh(folder, server, symbols, start=START, end=END, **options):
    pauses = []
    result = refresh_prices(
        folder, symbols, start, end, session=session_to(server.url), pause=pauses.append, **options
    )
    return result, pauses


def test_thirty_symbols_of_which_three_fail_and_one_is_limited_twice(tmp_path, yahoo):
    symbols = list(CLOSES.columns)
    del yahoo.frames["S03"]
    yahoo.trouble["S07"] = ["{ cut off"] * 9
    yahoo.frames["S11"] = yahoo.frames["S11"] * np.nan
    yahoo.trouble["S20"] = [429, 429]
    folder = tmp_path / "raw" / "prices"
    result, pauses = refresh(folder, yahoo, symbols)
    assert sorted(result.failed) == ["S03", "S07", "S11"]
    assert "delisted" in result.failed["S03"]
    assert len(set(result.failed.values())) == 3
    assert len(result.fetched) == 27
    assert "S20" in result.fetched
    assert pauses == [] or pauses[0] == 2.0
    assert json.loads((folder / "manifest.json").read_bytes()) == dataclasses.asdict(result)

    usable = tuple(symbol for symbol in symbols if symbol not in result.failed)
    write_choice(tmp_path, MarketChoice("yahoo", usable, START))
    panel = load_panel(tmp_path)
    assert panel.provenance.source == "yahoo"
    assert panel.provenance.fetched_at
    np.testing.assert_allclose(panel.closes[-1], CLOSES[list(usable)].loc["2019-12-27"], rtol=1e-9)

    one_year = dataclasses.replace(TINY, evaluation_years=1)
    outcome = training.full("sac_lstm", panel, one_year, Registry(tmp_path / "models"), tmp_path / "cache")
    assert outcome.version.symbols == usable

    yahoo.charts.clear()
    yahoo.trouble.clear()
    again, _ = refresh(folder, yahoo, symbols)
    assert {symbol for symbol, _ in yahoo.charts} == {"S03", "S07", "S11"}
    assert (len(again.kept), again.fetched) == (27, ["S07"])


def test_a_later_refresh_fetches_ten_sessions_and_the_new_ones(tmp_path, few):
    full, few.frames = few.frames, {name: frame.loc[:"2019-11-29"] for name, frame in few.frames.items()}
    refresh(tmp_path, few, ["S00", "S01"], end=dt.date(2019, 11, 29))
    few.frames = full
    few.charts.clear()
    result, _ = refresh(tmp_path, few, ["S00", "S01"])
    assert result.fetched == ["S00", "S01"] or result.fetched == ["S01", "S00"]
    since = {
        pd.Timestamp(int(query["period1"]), unit="s").date() for _, query in few.charts if "period1" in query
    }
    assert since == {dt.date(2019, 11, 15)}
    table = pd.read_parquet(tmp_path / "S00.parquet")
    np.testing.assert_allclose(table["close"], FEW["S00"], rtol=1e-9)


def test_a_changed_history_is_fetched_anew(tmp_path, few):
    refresh(tmp_path, few, ["S00", "S01"], end=dt.date(2019, 11, 29))
    split = few.frames["S00"] / 2
    few.frames["S00"] = split
    refresh(tmp_path, few, ["S00", "S01"])
    table = pd.read_parquet(tmp_path / "S00.parquet")
    np.testing.assert_allclose(table["close"], FEW["S00"] / 2, rtol=1e-9)


def test_an_earlier_start_is_fetched_anew_and_a_late_listing_is_not(tmp_path, few):
    refresh(tmp_path, few, ["S00"], start=dt.date(2016, 1, 4))
    refresh(tmp_path, few, ["S00"])
    assert len(pd.read_parquet(tmp_path / "S00.parquet")) == len(FEW)
    few.charts.clear()
    result, _ = refresh(tmp_path, few, ["S00"], start=dt.date(2016, 1, 4))
    assert (result.kept, few.charts) == (["S00"], [])


def test_a_symbol_that_stays_limited_stops_the_rest(tmp_path, few):
    few.trouble = {name: [429] * 50 for name in ("S00", "S01", "S02")}
    result, pauses = refresh(tmp_path, few, ["S00", "S01", "S02"])
    assert pauses == [2.0, 4.0, 8.0]
    assert all("refresh again" in reason for reason in result.failed.values())
    assert len(result.failed) == 3


def test_the_watch_sees_every_symbol_and_can_stop(tmp_path, few):
    seen = []

    def watch(done, count, symbol):
        seen.append((done, count, symbol))
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        refresh(tmp_path, few, ["S00", "S01", "S02"], watch=watch)
    assert [done for done, _, _ in seen] == [1, 2]
    assert len(list(tmp_path.glob("*.parquet"))) == 2
    seen.clear()
    refresh(tmp_path, few, ["S00", "S01", "S02"], watch=lambda *look: seen.append(look))
    assert [look[:2] for look in seen] == [(2, 3), (2, 3), (3, 3)]


def test_a_full_disk_leaves_the_old_prices(tmp_path, few, monkeypatch):
    refresh(tmp_path, few, ["S00"], end=dt.date(2019, 11, 29))
    before = (tmp_path / "S00.parquet").read_bytes()

    def full(number):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sac.files.os.fsync", full)
    with pytest.raises(DiskFull, match="is full"):
        refresh(tmp_path, few, ["S00"])
    assert (tmp_path / "S00.parquet").read_bytes() == before
    assert [path.name for path in tmp_path.glob(".*")] == []


KILLED = """
import datetime as dt, sys
from pathlib import Path
from sac.market.prices.refresh import refresh_prices
from tests.support.loopback_yahoo import session_to
import yfinance
yfinance.set_tz_cache_location(sys.argv[1] + "/client")
def told(done, count, symbol):
    print(symbol, flush=True)
refresh_prices(Path(sys.argv[1]) / "prices", sys.argv[3:], dt.date(2015, 1, 2), dt.date(2019, 12, 31), told,
               session=session_to(sys.argv[2]))
"""


@pytest.mark.parametrize("after", [1, 9])
def test_a_killed_refresh_leaves_a_readable_cache_and_the_next_one_goes_on(tmp_path, yahoo, after):
    symbols = list(CLOSES.columns)
    command = [sys.executable, "-c", KILLED, str(tmp_path), yahoo.url, *symbols]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[4], text=True)
    for _ in range(after):
        process.stdout.readline()
    time.sleep(0.01 * after)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    folder = tmp_path / "prices"
    whole = sorted(path.stem for path in folder.glob("*.parquet"))
    assert after <= len(whole)
    for symbol in whole:
        np.testing.assert_allclose(pd.read_parquet(folder / f"{symbol}.parquet")["close"], CLOSES[symbol])
    result, _ = refresh(folder, yahoo, symbols)
    assert sorted(result.kept) == whole
    assert len(result.kept) + len(result.fetched) == 30


@pytest.mark.parametrize(
    ("now", "session"),
    [
        ("2019-03-08 17:59", "2019-03-07"),
        ("2019-03-08 18:00", "2019-03-08"),
        ("2019-03-10 12:00", "2019-03-08"),
    ],
)
def test_a_close_is_final_in_the_evening(now, session):
    assert str(last_closed_session(pd.Timestamp(now, tz="America/New_York"))) == session
