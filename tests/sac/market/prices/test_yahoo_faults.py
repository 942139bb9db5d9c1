"""What Yahoo got wrong once and mends later, with the true client against a Yahoo on this machine."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sac.errors import DataError
from sac.files import replace_file
from sac.market import Accepted, MarketChoice, load_panel, price_folder, write_choice
from sac.market.prices.refresh import refresh_prices
from tests.support.loopback_yahoo import LoopbackYahoo, daily, session_to
from tests.support.synthetic import random_closes, write_prices

pytestmark = pytest.mark.slow

CLOSES = random_closes(stocks=2, first="2015-01-02", last="2019-12-31")
SYMBOLS = ("S00", "S01")
START = dt.date(2015, 1, 2)
THEN, NOW = dt.date(2019, 11, 29), dt.date(2019, 12, 31)
SPLIT = pd.Timestamp("2017-03-01")


@pytest.fixture
def yahoo(tmp_path):
    import yfinance

    yfinance.set_tz_cache_location(str(tmp_path / "client"))
    yfinance.data.YfData.cache_get.cache_clear()
    with LoopbackYahoo(daily(CLOSES)) as server:
        yield server


@pytest.fixture
def refresh(tmp_path, yahoo):
    """Refreshes a data root that has the source Yahoo, as of a day."""
    write_choice(tmp_path, MarketChoice("yahoo", SYMBOLS, START))

    def run(end=NOW, symbols=SYMBOLS, **options):
        yahoo.charts.clear()
        return refresh_prices(
            price_folder(tmp_path),
            symbols,
            START,
            end,
            session=session_to(yahoo.url),
            pause=lambda seconds: None,
            **options,
        )

    return run


def stored(root, symbol="S00"):
    return pd.read_parquet(price_folder(root) / f"{symbol}.parquet").set_index("date")["close"]


def aged(root, days):
    """Let every file say that its whole history was fetched so many days ago."""
    for path in price_folder(root).glob("*.parquet"):
        table = pq.read_table(path)
        moment = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
        facts = {**table.schema.metadata, b"whole_at": moment.isoformat().encode()}
        pq.write_table(table.replace_schema_metadata(facts), path)


def lost_split(frame):
    wrong = frame.copy()
    wrong.loc[wrong.index < SPLIT] *= 3.0
    return wrong


def hole(frame):
    return frame.drop(SPLIT)


def zero(frame):
    wrong = frame.copy()
    wrong.loc[SPLIT, ["close", "adjclose"]] = 0.0
    return wrong


def still(frame):
    wrong = frame.copy()
    wrong.iloc[200:210, [wrong.columns.get_loc("close"), wrong.columns.get_loc("adjclose")]] = 50.0
    return wrong


@pytest.mark.parametrize("fault", [lost_split, hole, zero, still])
def test_what_the_checks_refuse_is_fetched_from_the_start_and_mended(tmp_path, yahoo, refresh, fault):
    right = yahoo.frames["S00"]
    yahoo.frames["S00"] = fault(right)
    refresh(THEN)
    with pytest.raises(DataError, match=r"S00 .*Refresh the data, which fetches it from the start"):
        load_panel(tmp_path)
    yahoo.frames["S00"] = right
    result = refresh()
    assert result.corrected == {"S00": "2015" if fault is still else "2017"}
    np.testing.assert_allclose(stored(tmp_path), CLOSES["S00"], rtol=1e-9)
    assert load_panel(tmp_path).symbols == SYMBOLS


@pytest.mark.parametrize("fault", [lost_split, hole, zero])
def test_it_is_mended_also_on_the_same_day(tmp_path, yahoo, refresh, fault):
    right = yahoo.frames["S00"]
    yahoo.frames["S00"] = fault(right)
    refresh()
    yahoo.frames["S00"] = right
    result = refresh()
    assert (result.fetched, result.kept) == (["S00"], ["S01"])
    np.testing.assert_allclose(stored(tmp_path), CLOSES["S00"], rtol=1e-9)


def test_what_was_accepted_is_not_fetched_again(yahoo, refresh):
    yahoo.frames["S00"] = lost_split(yahoo.frames["S00"])
    refresh()
    assert refresh().fetched == ["S00"]
    real = Accepted(str(SPLIT.date()), "spun off two thirds", "Ada", "S00")
    assert refresh(accepted=[real]).kept == ["S00", "S01"]
    assert yahoo.charts == []


def test_a_fault_that_no_check_sees_is_mended_within_a_month_and_named(tmp_path, yahoo, refresh):
    right = yahoo.frames["S00"]
    wrong = right.copy()
    wrong.loc[SPLIT, ["close", "adjclose"]] *= 1.05
    yahoo.frames["S00"] = wrong
    refresh(THEN)
    yahoo.frames["S00"] = right
    assert refresh().corrected == {}, "ten sessions show nothing of it"
    assert stored(tmp_path)[SPLIT] == pytest.approx(1.05 * CLOSES["S00"][SPLIT])
    aged(tmp_path, 29)
    assert refresh().kept == ["S00", "S01"]
    aged(tmp_path, 31)
    result = refresh()
    assert sorted(result.fetched) == ["S00", "S01"]
    assert result.corrected == {"S00": "2017"}
    np.testing.assert_allclose(stored(tmp_path), CLOSES["S00"], rtol=1e-9)
    assert refresh().kept == ["S00", "S01"], "the month begins anew"


def test_ten_new_sessions_do_not_make_an_old_history_young(tmp_path, refresh):
    refresh(THEN)
    aged(tmp_path, 20)
    refresh()
    facts = pq.read_schema(price_folder(tmp_path) / "S00.parquet").metadata
    age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(facts[b"whole_at"].decode())
    assert age.days == 20


def test_a_dividend_rescales_a_history_and_corrects_nothing(yahoo, refresh):
    refresh(THEN)
    for symbol in SYMBOLS:
        yahoo.frames[symbol] = yahoo.frames[symbol] * 0.991
    assert refresh().corrected == {}


def test_a_running_bar_that_yahoo_adds_is_no_close(tmp_path, yahoo, refresh):
    yahoo.live = {"S00"}
    yesterday = dt.date(2019, 12, 30)
    refresh(yesterday)
    assert str(stored(tmp_path).index[-1].date()) == "2019-12-30"
    assert refresh(yesterday).kept == ["S00", "S01"]
    refresh()
    assert str(stored(tmp_path).index[-1].date()) == "2019-12-31"


def test_files_of_ones_own_are_never_overwritten(tmp_path, yahoo, refresh):
    folder = price_folder(tmp_path)
    write_prices(folder, CLOSES[["S00"]])
    CLOSES[["S01"]].rename(columns={"S01": "close"}).rename_axis("date").reset_index().to_parquet(
        folder / "S01.parquet", index=False
    )
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    result = refresh()
    assert set(result.failed) == set(SYMBOLS)
    assert "S00.csv is a file of your own" in result.failed["S00"]
    assert (result.fetched, yahoo.charts) == ([], [])
    assert {name: (folder / name).read_bytes() for name in before} == before
    panel = load_panel(tmp_path)
    assert (panel.provenance.source, panel.provenance.fetched_at) == ("files", None)


def test_where_prices_are_from_is_told_by_what_wrote_the_file(tmp_path, refresh):
    refresh()
    write_choice(tmp_path, MarketChoice("files", SYMBOLS, START))
    assert load_panel(tmp_path).provenance.source == "yahoo"
    folder = price_folder(tmp_path)
    (folder / "S01.parquet").unlink()
    write_prices(folder, CLOSES[["S01"]])
    write_choice(tmp_path, MarketChoice("yahoo", SYMBOLS, START))
    panel = load_panel(tmp_path)
    assert panel.provenance.source == "mixed"
    assert "S01: prices are files of your own, the others' are from Yahoo." in panel.provenance.note


def test_a_damaged_download_is_fetched_again(tmp_path, refresh):
    refresh()
    replace_file(price_folder(tmp_path) / "S00.parquet", b"PAR1 cut off")
    assert refresh().fetched == ["S00"]
    np.testing.assert_allclose(stored(tmp_path), CLOSES["S00"], rtol=1e-9)


def test_a_share_class_is_asked_for_as_yahoo_writes_it(tmp_path, yahoo, refresh):
    yahoo.frames["BRK-B"] = yahoo.frames.pop("S01")
    result = refresh(symbols=("S00", "BRK.B"))
    assert ("fetched", sorted(result.fetched)) == ("fetched", ["BRK.B", "S00"])
    assert {symbol for symbol, _ in yahoo.charts} == {"S00", "BRK-B"}
    assert len(stored(tmp_path, "BRK.B")) == len(stored(tmp_path))
    again = refresh(symbols=("S00", "BRK-B"))  # the same file under the universe's new spelling
    assert not again.failed
    assert [path.name for path in price_folder(tmp_path).glob("BRK*")] == ["BRK.B.parquet"]
