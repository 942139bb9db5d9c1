"""The Data page and the command say what of the news and reports is not used."""

import json
import shutil

import pytest

from app import cli
from tests.support.api_client import client, problem
from tests.support.desk_pages import opened, said
from tests.support.synthetic import write_scores
from tests.test_point_in_time import NEWS, QUARTERS, REPORTED, market

pytestmark = pytest.mark.slow

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
    assert "not used: 2 news rows of 1 symbol outside the universe.\n" in out
    assert "2015-03-01 is used" in out
    assert cli.main(["data", "status", "--json"]) == 0
    not_used = json.loads(capsys.readouterr().out)["not_used"]
    assert not_used["news_outside"] == {"<B>[X](Y)$Z$": 2}
    assert [doubt["symbol"] for doubt in not_used["doubts"]] == ["S00", "S01", "S02"]


FAULTS = {
    "a date that could be two": (
        lambda data: write_scores(data, [("01/12/2018", "S00", 0.5, 1)]),
        "daily_sentiment.parquet: a date cannot be read ('01/12/2018', row 1)",
    ),
    "a list that is none": (
        lambda data: (data / "raw" / "fundamentals" / "S00" / "income_statement.json").write_text(
            '{"quarterlyReports": 5}'
        ),
        "Fundamentals of S00/income_statement.json: it has quarterlyReports 5, which is no list of reports.",
    ),
}


@pytest.mark.parametrize(("fault", "refusal"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_used_is_one_line_on_page_command_and_http(desk, sample_desk, capsys, fault, refusal):
    shutil.copytree(sample_desk / "models", desk.data / "models")
    fault(desk.data)
    answer = client().post("/inference/sac_lstm", json={"portfolio": {"cash": 1000.0}})
    assert refusal in problem(answer, answer.status_code, "data_error")
    assert 400 <= answer.status_code < 500
    assert refusal in said(opened("data"))
    assert cli.main(["data", "status"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert refusal in err
    assert "Traceback" not in err


def test_without_findings_and_on_the_sample_nothing_is_said(empty, capsys):
    assert "not believed" not in said(opened("data"))
    assert cli.main(["data", "status"]) == 0
    assert "not used" not in capsys.readouterr().out
    market(empty.data)
    page = opened("data")
    assert not any("Finding" in one.value.columns for one in page.dataframe)
