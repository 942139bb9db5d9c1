import datetime as dt
import json

import pytest

from sac.market.fundamentals.alpha_vantage import DAILY_REQUESTS, refresh_fundamentals
from sac.market.fundamentals.ratios import ENDPOINTS, read_quarters
from tests.support.loopback import LoopbackService
from tests.support.quarters import balance, income

TODAY = dt.date(2024, 3, 1)
REPORTS = {
    "INCOME_STATEMENT": {"quarterlyReports": [income("2023-12-31")]},
    "BALANCE_SHEET": {"quarterlyReports": [balance("2023-12-31")]},
    "EARNINGS": {"quarterlyEarnings": [{"fiscalDateEnding": "2023-12-31", "reportedDate": "2024-02-01"}]},
}


@pytest.fixture
def trouble():
    """Answers by symbol that come in place of the reports."""
    return {}


@pytest.fixture
def service(trouble):
    def answer(path, query, headers):
        if query["apikey"] != "key":
            return 200, {"Information": "wrong key"}
        return 200, trouble.get(query["symbol"], REPORTS[query["function"]])

    with LoopbackService(answer) as running:
        yield running


def refresh(root, service, symbols, today=TODAY, watch=lambda *look: None):
    return refresh_fundamentals(
        root, symbols, "key", watch, address=service.url, today=today, pause=lambda seconds: None
    )


def test_answers_are_kept_wrapped_and_read_as_quarters(tmp_path, service):
    seen = []
    result = refresh(tmp_path, service, ["A"], watch=lambda *look: seen.append(look))
    assert (result.fetched, result.kept, result.failed) == (["A"], [], {})
    assert seen == [(1, 1, "A")]
    body = json.loads((tmp_path / "A" / "earnings.json").read_text())
    assert (body["symbol"], body["endpoint"], body["fetched_at"][:10]) == ("A", "earnings", "2024-03-01")
    assert read_quarters(tmp_path / "A")["gross_margin"].tolist() == [0.5]


def test_twenty_five_requests_a_day_are_respected_and_the_next_day_goes_on(tmp_path, service):
    symbols = [f"S{i:02d}" for i in range(12)]  # 36 requests
    first = refresh(tmp_path, service, symbols)
    assert len(service.asked) == DAILY_REQUESTS
    assert len(first.fetched) == 8
    assert all("tomorrow" in reason for reason in first.failed.values())
    again = refresh(tmp_path, service, symbols)
    assert (len(service.asked), len(again.kept)) == (DAILY_REQUESTS, 8)
    second = refresh(tmp_path, service, symbols, TODAY + dt.timedelta(days=1))
    assert len(service.asked) == 36  # the ninth symbol's first answer was kept
    assert (len(second.kept), len(second.fetched), second.failed) == (8, 4, {})


@pytest.mark.parametrize("key", ["Information", "Note"])
def test_a_limit_that_the_service_tells_of_ends_the_day_and_is_not_cached(tmp_path, service, trouble, key):
    trouble["B"] = {key: "our standard API rate limit is 25 requests per day"}
    result = refresh(tmp_path, service, ["A", "B", "C"])
    assert (result.fetched, sorted(result.failed)) == (["A"], ["B", "C"])
    assert not (tmp_path / "B").exists()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"Error Message": "Invalid API call"}, "Invalid API call"),
        ({}, "no fundamentals of it"),
        ("{ cut off", "could not be read"),
    ],
)
def test_a_symbol_that_fails_is_named_and_the_others_go_on(tmp_path, service, trouble, answer, reason):
    trouble["A"] = answer
    result = refresh(tmp_path, service, ["A", "B"])
    assert result.fetched == ["B"]
    assert reason in result.failed["A"]
    assert not (tmp_path / "A").exists()


def test_answers_older_than_four_weeks_are_fetched_again_and_old_ones_stay_until_then(
    tmp_path, service, trouble
):
    refresh(tmp_path, service, ["A"])
    before = (tmp_path / "A" / "earnings.json").read_bytes()
    trouble["A"] = {"Error Message": "gone"}
    result = refresh(tmp_path, service, ["A"], TODAY + dt.timedelta(days=29))
    assert list(result.failed) == ["A"]
    assert (tmp_path / "A" / "earnings.json").read_bytes() == before
    trouble.clear()
    assert refresh(tmp_path, service, ["A"], TODAY + dt.timedelta(days=30)).fetched == ["A"]
    assert len(service.asked) == len(ENDPOINTS) * 2 + 1
