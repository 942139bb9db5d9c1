"""The Data page and the command say what of the news and reports is not used."""

import json

import pytest

from app import cli
from tests.support.desk_pages import opened, said
from tests.test_point_in_time import NEWS, QUARTERS, REPORTED, market

EARLY = {**REPORTED, QUARTERS[3]: "2014-02-03"}  # the last quarter of 2014, known in February
COUNTS = "2 news rows of 1 symbol outside the universe. 3 quarterly reports not believed as written."


@pytest.fixture
def desk(empty):
    """A desk of own files: news also of a stranger, and a report date of before the quarter's end."""
    strangers = [("2018-03-06", "<b>[x](y)$z$", 0.5, 1), ("2018-03-07", "<B>[X](Y)$Z$", 0.5, 1)]
    market(empty.data, news=NEWS + strangers, reported=EARLY)
    return empty


def test_the_page_counts_and_lists_it(desk):
    page = opened("data")
    assert COUNTS in said(page)
    table = next(one.value for one in page.dataframe if "Finding" in one.value.columns)
    assert table.iloc[0].tolist() == ["<B>[X](Y)$Z$", "", "2 news rows: not in the universe"]
    finding = "reportedDate 2014-02-03 is not believed: 2015-03-01 is used"
    assert table.iloc[1:].to_numpy().tolist() == [[f"S0{n}", "2014-12-31", finding] for n in range(3)]


def test_the_command_counts_and_lists_it(desk, capsys):
    assert cli.main(["data", "status"]) == 0
    out = capsys.readouterr().out
    assert "Not used: 2 news rows of 1 symbol outside the universe.\n" in out
    assert "2015-03-01 is used" in out
    assert cli.main(["data", "status", "--json"]) == 0
    not_used = json.loads(capsys.readouterr().out)["not_used"]
    assert not_used["news_outside"] == {"<B>[X](Y)$Z$": 2}
    assert [doubt["symbol"] for doubt in not_used["doubts"]] == ["S00", "S01", "S02"]


def test_without_findings_and_on_the_sample_nothing_is_said(empty, capsys):
    assert "not believed" not in said(opened("data"))
    assert cli.main(["data", "status"]) == 0
    assert "Not used" not in capsys.readouterr().out
    market(empty.data)
    page = opened("data")
    assert not any("Finding" in one.value.columns for one in page.dataframe)
