"""What of the news and reports is not used, counted and named."""

import datetime as dt

import pytest

from sac.errors import DataError
from sac.market import MarketChoice, write_choice
from sac.market.findings import SignalFindings, signal_findings
from sac.market.fundamentals.reports import Doubt
from sac.market.fundamentals.requests import Requests
from tests.support.quarters import income, write_company
from tests.support.synthetic import write_scores

QUARTER, TODAY = "2019-06-30", dt.date(2019, 9, 2)


@pytest.fixture
def data(tmp_path):
    """A desk of A and BRK-B, with news and reports of them and of others."""
    write_choice(tmp_path, MarketChoice("files", ("A", "BRK-B")))
    write_scores(
        tmp_path,
        [("2019-03-06", symbol, 0.5, 1) for symbol in ("$a", "brk.b", "FB", "TWTR")]
        + [("2019-03-07", "twtr", 0.5, 1)],
    )
    reports = tmp_path / "raw" / "fundamentals"
    write_company(reports / "brk b", [income(QUARTER)], [], {QUARTER: "2019-02-01"})
    write_company(reports / "FB", [income(QUARTER)], [], {QUARTER: "2019-02-01"})
    for symbol in ("A", "ELSE"):
        Requests(reports, TODAY).note(symbol, none=True)
    Requests(reports, TODAY).note("BRK-B", none=False)  # failed for another reason
    return tmp_path


def test_everything_that_is_not_used_is_counted_and_named(data):
    findings = signal_findings(data)
    doubt = Doubt("brk b", QUARTER, "reportedDate 2019-02-01 is not believed: 2019-08-29 is used")
    assert findings == SignalFindings({"TWTR": 2, "FB": 1}, ("FB",), ("A",), (doubt,))
    assert findings.counts == [
        "3 news rows of 2 symbols outside the universe.",
        "1 report folder outside the universe.",
        "Alpha Vantage has no reports of 1 symbol.",
        "1 quarterly report not believed as written.",
    ]
    assert findings.table == [
        ("TWTR", "", "2 news rows: not in the universe"),
        ("FB", "", "1 news row: not in the universe"),
        ("FB", "", "reports: not in the universe"),
        ("A", "", "Alpha Vantage has no reports of it"),
        ("brk b", QUARTER, doubt.finding),
    ]


def test_without_files_or_with_none_to_say_there_is_no_finding(tmp_path):
    write_choice(tmp_path, MarketChoice("files", ("A", "B")))
    assert signal_findings(tmp_path) == SignalFindings()
    write_scores(tmp_path, [("2019-03-06", "A", 0.5, 1)])
    assert signal_findings(tmp_path).counts == []
    assert signal_findings(tmp_path).table == []


def test_the_sample_uses_none_of_these_files(data):
    write_choice(data, MarketChoice())
    assert signal_findings(data) == SignalFindings()


def test_a_file_that_cannot_be_used_is_refused(data):
    (data / "output" / "daily_sentiment.parquet").write_bytes(b"nothing")
    with pytest.raises(DataError, match="not a readable parquet"):
        signal_findings(data)
