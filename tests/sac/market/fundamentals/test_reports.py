"""Reports as the service sends them and as they are kept: believed, not believed and said, or refused."""

import json

import numpy as np
import pytest

from sac.errors import DataError
from sac.market.fundamentals.ratios import fundamental_signals, read_quarters
from sac.market.fundamentals.reports import Doubt, folders_of, read_reports
from tests.support.quarters import balance, income, write_company

Q1, Q2 = "2019-03-31", "2019-06-30"


def days(*texts):
    return np.array(texts, dtype="datetime64[D]")


def company(root, incomes, announced, balances=(), years=()):
    """A symbol's folder whose quarters may be announced more than once: (quarter, day)."""
    write_company(root / "A", list(incomes), list(balances), {}, years)
    rows = [{"fiscalDateEnding": end, "reportedDate": day} for end, day in announced]
    (root / "A" / "earnings.json").write_text(json.dumps({"quarterlyEarnings": rows}))
    return root / "A"


@pytest.mark.parametrize(
    ("reported", "published"),
    [
        ("2019-02-01", "2019-08-29"),  # June's quarter known in February
        ("2019-06-30", "2019-08-29"),
        ("2019-07-10", "2019-08-29"),
        ("2019-07-11", "2019-07-11"),
        ("2019-07-25", "2019-07-25"),
        ("2021-07-25", "2021-07-25"),
    ],
)
def test_a_report_of_before_the_books_were_closed_waits_the_lag_and_is_listed(tmp_path, reported, published):
    reports, doubts = read_reports(company(tmp_path, [income(Q2)], [(Q2, reported)]))
    assert [str(report.published) for report in reports] == [published]
    finding = f"reportedDate {reported} is not believed: 2019-08-29 is used"
    assert doubts == ([] if published == reported else [Doubt("A", Q2, finding)])


def test_a_fiscal_year_that_is_reported_too_soon_waits_its_own_lag(tmp_path):
    reports, doubts = read_reports(company(tmp_path, [income(Q2)], [(Q2, "2019-01-02")], years=(Q2,)))
    assert str(reports[0].published) == "2019-09-28"
    assert "2019-09-28 is used" in doubts[0].finding


OLD, NEW = income(Q1, gross="100"), income(Q1, gross="120")
FIRST, LATER = (Q1, "2019-04-25"), (Q1, "2019-06-10")
AROUND = days("2019-04-26", "2019-06-07", "2019-06-14")
NAN = np.nan


@pytest.mark.parametrize(
    ("incomes", "announced", "margins"),
    [
        # The service lists the newest first, tools often the oldest: each list's own order tells.
        ([income(Q2), NEW, OLD], [(Q2, "2019-07-25"), LATER, FIRST], [0.5, 0.5, 0.6]),
        ([OLD, NEW, income(Q2)], [FIRST, LATER, (Q2, "2019-07-25")], [0.5, 0.5, 0.6]),
        ([income(Q2), NEW, OLD], [FIRST, LATER, (Q2, "2019-07-25")], [0.5, 0.5, 0.6]),
        ([OLD, NEW], [FIRST, LATER], [0.5, 0.5, 0.6]),
        ([NEW, OLD], [LATER, FIRST], [0.5, 0.5, 0.6]),
        # Figures that stand once are those of the last report.
        ([NEW], [FIRST, LATER], [NAN, NAN, 0.6]),
        ([NEW], [LATER, FIRST], [NAN, NAN, 0.6]),
        ([NEW, NEW], [FIRST, LATER], [NAN, NAN, 0.6]),
        # The same twice is once.
        ([OLD, OLD], [FIRST, FIRST], [0.5, 0.5, 0.5]),
        # Nothing tells which of two figures came last.
        ([OLD, NEW], [FIRST], [NAN, NAN, NAN]),
        ([OLD, NEW], [], [NAN, NAN, NAN]),
    ],
)
def test_of_a_quarter_that_stands_twice_the_later_report_wins_from_its_own_date(
    tmp_path, incomes, announced, margins
):
    company(tmp_path, incomes, announced)
    known = fundamental_signals(tmp_path, ("A",), AROUND)[:, 0, 0]
    np.testing.assert_array_equal(known, margins)


def test_figures_that_nothing_dates_are_listed_and_the_rest_of_the_quarter_stays(tmp_path):
    folder = company(tmp_path, [OLD, NEW], [FIRST], [balance(Q1)])
    reports, doubts = read_reports(folder)
    assert [sorted(report.figures)[0] for report in reports] == ["shortLongTermDebtTotal"]
    assert [(one.symbol, one.quarter) for one in doubts] == [("A", Q1)]
    assert "income_statement has it 2 times, and nothing tells which came last" in doubts[0].finding


def test_a_restated_quarter_never_comes_before_a_newer_one(tmp_path):
    company(tmp_path, [OLD, NEW, income(Q2, gross="20")], [FIRST, (Q1, "2019-08-20"), (Q2, "2019-07-25")])
    known = fundamental_signals(tmp_path, ("A",), days("2019-07-26", "2019-08-23"))[:, 0, 0]
    np.testing.assert_array_equal(known, [0.1, 0.1])


def test_balances_and_incomes_of_a_quarter_count_from_their_own_reports(tmp_path):
    folder = company(tmp_path, [OLD, NEW], [FIRST, LATER], [balance(Q1)])
    quarters = read_quarters(folder)
    assert quarters["published"].astype(str).tolist() == [FIRST[1], LATER[1]]
    np.testing.assert_array_equal(quarters["gross_margin"], [0.5, 0.6])
    np.testing.assert_array_equal(quarters["current_ratio"], [NAN, 1.5])


LISTS = {
    "income_statement": ("quarterlyReports", "annualReports"),
    "balance_sheet": ("quarterlyReports", "annualReports"),
    "earnings": ("quarterlyEarnings",),
}


@pytest.mark.parametrize("given", [5, 0, "", "none", {}, {"a": 1}, [5], [None], [[]], True, False])
@pytest.mark.parametrize(
    ("endpoint", "name"), [(file, name) for file, names in LISTS.items() for name in names]
)
def test_what_is_no_list_of_reports_is_refused_in_one_line(tmp_path, endpoint, name, given):
    folder = company(tmp_path, [OLD], [FIRST])
    (folder / f"{endpoint}.json").write_text(json.dumps({name: given}))
    with pytest.raises(DataError, match=f"Fundamentals of A/{endpoint}.json: it has {name} ") as refusal:
        read_reports(folder)
    assert "which is no list of reports. Delete it and refresh the fundamentals." in str(refusal.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"totalRevenue": "1,000"}, "totalRevenue '1,000' for the quarter to 2019-03-31"),
        ({"totalRevenue": "1_000"}, "totalRevenue '1_000'"),
        ({"totalRevenue": "nan"}, "totalRevenue 'nan'"),
        ({"totalRevenue": "inf"}, "totalRevenue 'inf'"),
        ({"totalRevenue": "1e999"}, "totalRevenue '1e999'"),
        ({"totalRevenue": 10**400}, "totalRevenue 1000"),
        ({"totalRevenue": True}, "totalRevenue True"),
        ({"totalRevenue": []}, r"totalRevenue \[\]"),
        ({"totalRevenue": "$5"}, r"totalRevenue '\$5'"),
        *(
            ({"fiscalDateEnding": end}, "a date .*, which is not written like 2022-12-31")
            for end in (
                None,
                20190331,
                "20190331",
                "2019",
                "2019-03",
                "31.03.2019",
                "03/31/2019",
                [],
                "2019-02-30",
            )
        ),
    ],
)
def test_a_figure_or_a_date_that_is_not_certain_is_refused(tmp_path, row, said):
    with pytest.raises(DataError, match=f"Fundamentals of A/income_statement.json: it has {said}"):
        read_reports(company(tmp_path, [{**OLD, **row}], [FIRST]))


@pytest.mark.parametrize("day", ["04/25/2019", "25.04.2019", "2019", "20190425", 20190425, "0000-00-00", {}])
def test_a_report_date_that_is_not_iso_is_refused(tmp_path, day):
    with pytest.raises(DataError, match=r"A/earnings\.json: it has a date .* not written like 2022-12-31"):
        read_reports(company(tmp_path, [OLD], [(Q1, day)]))


@pytest.mark.parametrize(
    "content", ["[" * 100_000, '{"quarterlyReports": 1' + "0" * 5000 + "}", "", "\xff\xfe{"]
)
def test_text_that_no_reader_takes_is_refused(tmp_path, content):
    folder = company(tmp_path, [OLD], [FIRST])
    (folder / "income_statement.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(DataError, match="is cut off or no JSON"):
        read_reports(folder)


def test_numbers_of_json_and_a_mark_of_utf8_are_read(tmp_path):
    folder = company(tmp_path, [], [FIRST])
    row = {"fiscalDateEnding": Q1, "totalRevenue": 200, "grossProfit": 1.2e2, "netIncome": -20.5}
    (folder / "income_statement.json").write_text("\ufeff" + json.dumps({"quarterlyReports": [row]}))
    quarters = read_quarters(folder)
    known = quarters[["gross_margin", "operating_margin", "net_margin"]].to_numpy()
    np.testing.assert_array_equal(known, [[0.6, NAN, -0.1025]])


@pytest.mark.parametrize(
    ("folder", "symbol"),
    [("a", "A"), ("BRK.B", "BRK-B"), ("BRK-B", "BRK.B"), ("brk b", "BRK-B"), ("$A", "A")],
)
def test_a_folder_is_found_in_any_spelling_of_its_symbol(tmp_path, folder, symbol):
    write_company(tmp_path / folder, [OLD], [], {Q1: "2019-04-25"})
    assert fundamental_signals(tmp_path, (symbol,), days("2019-05-03"))[0, 0, 0] == 0.5


def test_two_folders_of_one_share_are_refused_and_other_files_are_left_alone(tmp_path):
    (tmp_path / "BRK-B").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "requests.json").write_text("{}")
    assert list(folders_of(tmp_path)) == ["BRK-B"]
    (tmp_path / "BRK.B").mkdir()
    with pytest.raises(DataError, match=r"BRK-B and BRK\.B are of one share: delete one of the folders"):
        folders_of(tmp_path)


def test_reports_of_another_age_change_nothing(tmp_path):
    ages = [income("0001-03-31"), income("9998-03-31"), OLD]
    company(tmp_path, ages, [FIRST, ("0001-03-31", "0001-05-01"), ("9998-03-31", "9998-05-01")])
    assert fundamental_signals(tmp_path, ("A",), days("2019-05-03"))[0, 0, 0] == 0.5
