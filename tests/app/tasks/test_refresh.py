"""The refresh as a job, with the true client: what it fetches, what it leaves out and why."""

import datetime as dt

import pytest

from app.jobs.kind import NoSettings
from app.settings import Settings
from app.tasks.refresh import MARKET, run_refresh
from sac.errors import DataError
from sac.market import MarketChoice, load_panel, write_choice
from sac.market.prices import refresh
from sac.market.prices.yahoo import load_prices_yfinance
from tests.support.loopback_yahoo import LoopbackYahoo, daily, session_to
from tests.support.quick_jobs import ASIDE, COUNT, Steps, follow, running
from tests.support.synthetic import random_closes

KEYS = ("ALPHA_VANTAGE_API_KEY", "ALPACA_API_KEY", "ALPACA_SECRET_KEY")


@pytest.fixture
def home(tmp_path, monkeypatch):
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)
    return Settings(tmp_path)


def test_a_refresh_brings_prices_and_says_what_it_left_out(home, monkeypatch, tmp_path):
    import yfinance

    yfinance.set_tz_cache_location(str(tmp_path / "client"))
    monkeypatch.setattr(refresh, "last_closed_session", lambda: dt.date(2019, 12, 31))
    closes = random_closes(stocks=3)
    write_choice(home.data, MarketChoice("yahoo", ("S00", "S01", "NONE"), dt.date(2015, 1, 2)))
    seen = []
    with LoopbackYahoo(daily(closes)) as yahoo:

        def detour(*arguments, session, pause):
            load_prices_yfinance(*arguments, session=session_to(yahoo.url), pause=lambda seconds: None)

        monkeypatch.setattr(refresh, "load_prices_yfinance", detour)
        result = run_refresh(None, NoSettings(), home, seen.append)
    assert sorted(result.prices.fetched) == ["S00", "S01"]
    assert list(result.prices.failed) == ["NONE"]
    assert "ALPHA_VANTAGE_API_KEY" in result.skipped["fundamentals"]
    assert "ALPACA_API_KEY" in result.skipped["news"]
    assert [look.fraction for look in seen] == sorted(look.fraction for look in seen)
    assert {look.stage for look in seen} == {"prices"}
    with pytest.raises(DataError, match="NONE has no prices"):
        load_panel(home.data)
    write_choice(home.data, MarketChoice("yahoo", ("S00", "S01"), dt.date(2015, 1, 2)))
    assert load_panel(home.data).symbols == ("S00", "S01")


def test_the_sample_and_own_files_without_keys_have_nothing_to_refresh(home):
    with pytest.raises(DataError, match="never changes"):
        run_refresh(None, NoSettings(), home, lambda look: None)
    write_choice(home.data, MarketChoice("files"))
    with pytest.raises(DataError, match="nothing to refresh: prices are your own files"):
        run_refresh(None, NoSettings(), home, lambda look: None)


def test_a_refresh_that_reaches_nobody_fails_and_says_so(home, monkeypatch):
    def unreachable(symbols, start, end, report, session, pause):
        for symbol in symbols:
            report(symbol, "Yahoo cannot be reached (DNSError): check the network, refresh again")

    monkeypatch.setattr(refresh, "load_prices_yfinance", unreachable)
    write_choice(home.data, MarketChoice("yahoo", ("S00", "S01"), dt.date(2015, 1, 2)))
    with pytest.raises(DataError, match=r"No price could be fetched\. S00: Yahoo cannot be reached"):
        run_refresh(None, NoSettings(), home, lambda look: None)


def test_a_job_that_takes_no_turn_works_beside_a_training(jobs):
    slow = jobs.submit(COUNT, "sac_lstm", Steps(steps=200, seconds=20), "Ada")
    follow(jobs, slow.id, until=running)
    aside = jobs.submit(ASIDE, MARKET, Steps(), "Ada")
    assert follow(jobs, aside.id).status == "succeeded"
    assert jobs.get(slow.id).status == "running"
    jobs.cancel(slow.id)
