"""What Alpha Vantage says in place of reports, with the true client against a service on this machine."""

import datetime as dt
import json

import pytest

from sac.market.fundamentals.alpha_vantage import DAILY_REQUESTS, refresh_fundamentals
from sac.market.fundamentals.ratios import read_quarters
from sac.market.fundamentals.requests import without_reports
from tests.support.loopback import LoopbackService
from tests.support.quarters import balance, income

TODAY = dt.date(2024, 3, 1)
END = "2023-12-31"
KEY = "QX7DEMO12345"
REPORTS = {
    "INCOME_STATEMENT": {"quarterlyReports": [income(END)]},
    "BALANCE_SHEET": {"quarterlyReports": [balance(END)]},
    "EARNINGS": {"quarterlyEarnings": [{"fiscalDateEnding": END, "reportedDate": "2024-02-01"}]},
}
DAILY = {
    "as it is now": f"We have detected your API key as {KEY} and our standard API rate limit is 25 requests "
    "per day. Please subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to "
    "instantly remove all daily rate limits.",
    "shorter": "Thank you for using Alpha Vantage! Our standard API rate limit is 25 requests/day.",
    "in other words": "Daily request limit exhausted.",
}
BURST = {
    "as it is now": "Thank you for using Alpha Vantage! Please consider spreading out your free API requests "
    "more sparingly (1 request per second). You may subscribe to any of the premium plans at "
    "https://www.alphavantage.co/premium/ to lift the free key rate limit (25 requests per day), raise the "
    "per-second burst limit, and instantly unlock all premium endpoints",
    "as it was": "Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute "
    "and 500 calls per day.",
}
OTHER = {
    "premium": "Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of "
    "the premium plans at https://www.alphavantage.co/premium/ to instantly unlock all premium endpoints",
    "premium and daily": "This is a premium endpoint: premium plans have no limit of 25 requests per day.",
    "demo": "The **demo** API key is for demo purposes only. Please claim your free API key.",
    "maintenance": "Service is down for maintenance today.",
}


class Vendor:
    """Answers by symbol in place of the reports, one after the other; the last one stays."""

    def __init__(self):
        self.says = {}

    def __call__(self, path, query, headers):
        said = self.says.get(query["symbol"])
        if said is None:
            return 200, REPORTS[query["function"]]
        answer = said.pop(0) if len(said) > 1 else said[0]
        return 200, REPORTS[query["function"]] if answer == "reports" else answer


@pytest.fixture
def vendor():
    return Vendor()


@pytest.fixture
def service(vendor):
    with LoopbackService(vendor) as running:
        yield running


def refresh(root, service, symbols, day=0, pauses=None, key=KEY):
    return refresh_fundamentals(
        root,
        symbols,
        key,
        address=service.url,
        today=TODAY + dt.timedelta(days=day),
        pause=(pauses if pauses is not None else []).append,
    )


@pytest.mark.parametrize("name", ["Information", "Note"])
@pytest.mark.parametrize("text", DAILY.values(), ids=DAILY)
def test_the_daily_limit_means_tomorrow_for_all_that_is_left(tmp_path, vendor, service, name, text):
    vendor.says["B"] = [{name: text}]
    result = refresh(tmp_path, service, ["A", "B", "C", "D"])
    assert (result.fetched, list(result.failed)) == (["A"], ["B", "C", "D"])
    assert all("tomorrow" in reason for reason in result.failed.values())
    assert text.replace(KEY, "***") in result.failed["B"]
    assert len(service.asked) == 4
    assert not any(KEY in reason for reason in result.failed.values())


@pytest.mark.parametrize("name", ["Information", "Note"])
@pytest.mark.parametrize("text", OTHER.values(), ids=OTHER)
def test_anything_else_is_shown_as_it_is_and_the_others_go_on(tmp_path, vendor, service, name, text):
    vendor.says["B"] = [{name: text}]
    result = refresh(tmp_path, service, ["A", "B", "C"])
    assert result.fetched == ["A", "C"]
    assert result.failed == {"B": f"Alpha Vantage: {text}"}
    assert len(service.asked) == 7


@pytest.mark.parametrize("text", BURST.values(), ids=BURST)
def test_too_fast_is_waited_out_once(tmp_path, vendor, service, text):
    vendor.says["A"] = [{"Information": text}, "reports"]
    pauses = []
    assert refresh(tmp_path, service, ["A", "B"], pauses=pauses).fetched == ["A", "B"]
    assert max(pauses) > 10
    assert len(service.asked) == 7


@pytest.mark.parametrize("text", BURST.values(), ids=BURST)
def test_too_fast_again_is_shown_as_it_is_and_is_not_tomorrow(tmp_path, vendor, service, text):
    vendor.says["A"] = [{"Information": text}]
    result = refresh(tmp_path, service, ["A", "B"])
    assert (result.fetched, result.failed) == (["B"], {"A": f"Alpha Vantage: {text}"})


def test_a_text_of_several_lines_is_one_and_a_long_one_is_cut(tmp_path, vendor, service):
    vendor.says["A"] = [{"Information": "Please\n  wait " + "x" * 900}]
    reason = refresh(tmp_path, service, ["A"]).failed["A"]
    assert reason.startswith("Alpha Vantage: Please wait xxx")
    assert len(reason) < 430


FUNDS = [f"ETF{i:02d}" for i in range(DAILY_REQUESTS)]


@pytest.mark.parametrize(
    "nothing",
    [{}, {"symbol": "ETF", "annualReports": [], "quarterlyReports": []}, {"quarterlyReports": None}],
    ids=["empty", "empty lists", "null"],
)
def test_twenty_five_funds_do_not_starve_the_company_after_them(tmp_path, vendor, service, nothing):
    vendor.says |= {fund: [nothing] for fund in FUNDS}
    symbols = [*FUNDS, "AAPL"]
    first = refresh(tmp_path, service, symbols)
    assert len(service.asked) == DAILY_REQUESTS  # one for each
    assert all("no fundamentals of it" in first.failed[fund] for fund in FUNDS)
    assert "tomorrow" in first.failed["AAPL"]
    second = refresh(tmp_path, service, symbols, day=1)
    assert (second.fetched, sorted(second.kept), second.failed) == (["AAPL"], FUNDS, {})
    assert len(service.asked) == DAILY_REQUESTS + 3
    assert without_reports(tmp_path) == FUNDS
    assert read_quarters(tmp_path / "AAPL")["gross_margin"].tolist() == [0.5]
    # Four weeks later the company comes first again, and the funds are asked once more.
    service.asked.clear()
    third = refresh(tmp_path, service, symbols, day=30)
    assert third.fetched == ["AAPL"]
    assert [query["symbol"] for query in service.asked[:4]] == ["AAPL"] * 3 + FUNDS[:1]


@pytest.mark.parametrize("answer", [{"Error Message": "Invalid API call."}, "{ cut off", 5, []])
def test_symbols_that_fail_day_after_day_do_not_starve_the_others_either(tmp_path, vendor, service, answer):
    bad = [f"BAD{i:02d}" for i in range(DAILY_REQUESTS + 5)]
    vendor.says |= {symbol: [answer] for symbol in bad}
    symbols = [*bad, "AAPL"]
    refresh(tmp_path, service, symbols)
    assert refresh(tmp_path, service, symbols, day=1).fetched == ["AAPL"]
    assert without_reports(tmp_path) == []
    again = refresh(tmp_path, service, symbols, day=2)
    assert again.kept == ["AAPL"]
    assert len(again.failed) == len(bad)  # asked again, for it may pass


def test_a_company_whose_answer_is_empty_for_once_keeps_what_was_there(tmp_path, vendor, service):
    refresh(tmp_path, service, ["A"])
    before = (tmp_path / "A" / "income_statement.json").read_bytes()
    vendor.says["A"] = [{}, "reports"]
    result = refresh(tmp_path, service, ["A"], day=29)
    assert "what was there is kept" in result.failed["A"]
    assert (tmp_path / "A" / "income_statement.json").read_bytes() == before
    assert without_reports(tmp_path) == []
    assert refresh(tmp_path, service, ["A"], day=30).fetched == ["A"]


def test_a_company_without_announcements_has_its_statements(tmp_path, service, monkeypatch):
    monkeypatch.setitem(REPORTS, "EARNINGS", {})
    assert refresh(tmp_path, service, ["A"]).fetched == ["A"]
    assert read_quarters(tmp_path / "A")["published"].astype(str).tolist() == ["2024-02-29"]  # 60 days
    assert refresh(tmp_path, service, ["A"], day=1).kept == ["A"]


@pytest.mark.parametrize(
    ("known", "symbol"), [("BRK-B", "BRK-B"), ("BRK-B", "BRK.B"), ("BRK.B", "BRK-B"), ("BRK.B", "BRK.B")]
)
def test_a_share_class_is_asked_for_in_the_spelling_that_the_service_knows(
    tmp_path, vendor, service, known, symbol
):
    vendor.says |= {other: [{}] for other in {"BRK-B", "BRK.B"} - {known}}
    assert refresh(tmp_path, service, [symbol]).fetched == [symbol]
    assert read_quarters(tmp_path / symbol)["gross_margin"].tolist() == [0.5]


def test_a_folder_of_ones_own_in_another_spelling_is_brought_up_to_date(tmp_path, service):
    (tmp_path / "brk.b").mkdir()
    assert refresh(tmp_path, service, ["BRK-B"]).fetched == ["BRK-B"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["brk.b", "requests.json"]


@pytest.mark.parametrize("given", [5, "none", {"a": 1}, [5]])
def test_an_answer_that_no_reader_takes_is_said_in_one_line_and_not_kept(tmp_path, vendor, service, given):
    refresh(tmp_path, service, ["A"])
    before = (tmp_path / "A" / "income_statement.json").read_bytes()
    vendor.says["A"] = [{"quarterlyReports": given}]
    reason = refresh(tmp_path, service, ["A", "B"], day=29).failed["A"]
    assert reason.startswith("Alpha Vantage's income_statement has quarterlyReports ")
    assert reason.endswith(", which is no list of reports: not kept")
    assert (tmp_path / "A" / "income_statement.json").read_bytes() == before
    assert len(read_quarters(tmp_path / "A")) == 1


@pytest.mark.parametrize(
    "content", ["", "[]", "{ cut off", '{"ETF00": 5}', '{"ETF00": {"day": "2031-01-01", "none": true}}']
)
def test_a_damaged_memory_or_one_of_a_wrong_clock_is_none(tmp_path, vendor, service, content):
    tmp_path.joinpath("in_vain.json").write_text(content)
    assert refresh(tmp_path, service, ["ETF00"]).fetched == ["ETF00"]


def test_a_symbol_that_gets_reports_is_no_longer_remembered_as_without(tmp_path, vendor, service):
    vendor.says["A"] = [{}, "reports"]
    refresh(tmp_path, service, ["A"])
    assert without_reports(tmp_path) == ["A"]
    assert refresh(tmp_path, service, ["A"], day=28).fetched == ["A"]
    assert json.loads((tmp_path / "in_vain.json").read_text()) == {}
