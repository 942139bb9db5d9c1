import json

import numpy as np
import pytest

from sac.errors import DataError
from sac.market.fundamentals.ratios import fundamental_signals, fundamentals_folder, read_quarters
from tests.support.quarters import balance, income, write_company

Q1, Q2 = "2019-03-31", "2019-06-30"


def days(*texts):
    return np.array(texts, dtype="datetime64[D]")


@pytest.fixture
def company(tmp_path):
    write_company(
        tmp_path / "A",
        [income(Q2, gross="120"), income(Q1)],
        [balance(Q2, debt="None"), balance(Q1)],
        {Q1: "2019-04-25", Q2: "2019-07-25"},
    )
    return tmp_path


def test_ratios_are_those_of_the_newest_quarter_that_was_known(company):
    values = fundamental_signals(company, ("A",), days("2019-04-25", "2019-04-26", "2019-07-26"))[:, 0]
    assert np.isnan(values[0, :5]).all()  # published that day: known from the next session on
    assert values[0, 5] == 4.0
    np.testing.assert_allclose(values[1], [0.5, 0.25, 0.1, 1.5, 0.5, 0.0])
    np.testing.assert_allclose(values[2], [0.6, 0.25, 0.1, 1.5, np.nan, 0.0])  # "None" is missing


def test_a_report_ages_and_no_longer_counts_after_four_quarters(company):
    values = fundamental_signals(company, ("A",), days("2019-10-25", "2020-07-17", "2020-07-24"))[:, 0]
    assert values[0, 5] == pytest.approx(91 / 90)
    assert np.isfinite(values[1, 0])
    assert values[1, 5] == pytest.approx(357 / 90)
    assert np.isnan(values[2, :5]).all()
    assert values[2, 5] == 4.0


def test_without_a_date_a_quarter_waits_60_days_and_a_fiscal_year_90(tmp_path):
    write_company(tmp_path / "A", [income(Q1), income(Q2)], [], {}, years=(Q2,))
    published = days("2019-05-30", "2019-05-31", "2019-09-27", "2019-09-30")  # Q1 + 60, Q2 + 90 days
    margins = fundamental_signals(tmp_path, ("A",), published)[:, 0, 0]
    np.testing.assert_array_equal(np.isfinite(margins), [False, True, True, True])
    ages = fundamental_signals(tmp_path, ("A",), published)[:, 0, 5]
    assert ages[2] > 1.0  # still the first quarter's
    assert ages[3] == 0.0


def test_a_report_that_is_still_to_come_leaves_the_others_where_they_are(company):
    """It lies after every decision: alone it is nothing, and it moves no other's figures."""
    path = company / "A" / "earnings.json"
    path.write_text(path.read_text().replace("2019-04-25", "2020-06-01"))
    values = fundamental_signals(company, ("A",), days("2019-07-19", "2019-08-02"))[:, 0]
    assert np.isnan(values[0, 0])
    np.testing.assert_allclose(values[1, 0], 0.6)
    path.write_text(path.read_text().replace("2019-07-25", "2020-06-01"))
    assert np.isnan(fundamental_signals(company, ("A",), days("2019-08-02"))[0, 0, :5]).all()


def test_without_any_folder_everything_is_unknown_and_with_one_the_others_are_old(company):
    assert np.isnan(fundamental_signals(company / "no", ("A",), days("2019-05-03"))).all()
    values = fundamental_signals(company, ("A", "B"), days("2019-05-03"))[0]
    assert np.isnan(values[1, :5]).all()
    assert values[1, 5] == 4.0


def test_a_wrapped_answer_is_read_like_a_bare_one(company):
    bare = fundamental_signals(company, ("A",), days("2019-05-03"))
    for path in (company / "A").iterdir():
        body = {"symbol": "A", "endpoint": path.stem, "fetched_at": "2019-08-01T00:00:00Z"}
        path.write_text(json.dumps({**body, "response": json.loads(path.read_text())}))
    np.testing.assert_array_equal(fundamental_signals(company, ("A",), days("2019-05-03")), bare)


@pytest.mark.parametrize("base", ["0", "-5"])
def test_a_ratio_over_nothing_is_missing(tmp_path, base):
    write_company(
        tmp_path / "A", [income(Q1, revenue=base)], [balance(Q1, liabilities=base, equity=base)], {}
    )
    assert np.isnan(fundamental_signals(tmp_path, ("A",), days("2019-06-14"))[0, 0, :5]).all()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"quarterlyReports": [{"fisc', r"A/income_statement\.json: it is cut off or no JSON"),
        ('{"Information": "rate limit of 25 requests"}', "holds an error: rate limit of 25"),
        ('{"Note": "5 calls a minute"}', "holds an error: 5 calls"),
        ('{"response": {"Error Message": "Invalid API call"}}', "holds an error: Invalid API call"),
        ("[]", "not an answer of Alpha Vantage"),
        (
            json.dumps({"quarterlyReports": [income(Q1, gross="much")]}),
            "grossProfit 'much' for the quarter to",
        ),
        (json.dumps({"quarterlyReports": [income("spring")]}), "has a date 'spring'"),
    ],
)
def test_a_body_that_cannot_be_used_names_the_file_and_the_remedy(company, content, message):
    (company / "A" / "income_statement.json").write_text(content)
    with pytest.raises(DataError, match=message) as refusal:
        fundamental_signals(company, ("A",), days("2019-05-03"))
    assert "refresh the fundamentals" in str(refusal.value)


def test_days_until_a_report_counts_as_published_are_counted_on_weekdays_too(tmp_path):
    """A fiscal year to 29 June 2018 waits until Thursday 27 September, a quarter until 28 August."""
    year, quarter = "2018-06-29", "2018-03-30"
    write_company(tmp_path / "A", [income(year), income(quarter, gross="80")], [], {}, years=(year,))
    decisions = days("2018-05-29", "2018-05-30", "2018-09-27", "2018-09-28")
    margins = fundamental_signals(tmp_path, ("A",), decisions)[:, 0, 0]
    np.testing.assert_array_equal(margins, [np.nan, 0.4, 0.4, 0.5])


def test_at_four_quarters_a_report_no_longer_counts(company):
    # Known since 26 July 2019: 359 days before Sunday 19 July 2020, and 360 before Monday.
    values = fundamental_signals(company, ("A",), days("2020-07-17", "2020-07-20"))[:, 0]
    assert values[0, 5] == pytest.approx(357 / 90)
    assert np.isfinite(values[0, 0])
    assert values[1, 5] == 4.0
    assert np.isnan(values[1, 0])


def test_every_ratio_by_hand_in_its_place(tmp_path):
    write_company(
        tmp_path / "A",
        [income(Q1, revenue="400", gross="200", operating="120", net="60")],
        [balance(Q1, assets="90", liabilities="60", debt="35", equity="50")],
        {Q1: "2019-04-25"},
    )
    values = fundamental_signals(tmp_path, ("A",), days("2019-05-03"))[0, 0]
    np.testing.assert_allclose(values, [0.5, 0.3, 0.15, 1.5, 0.7, 7 / 90])


def test_quarters_are_read_in_any_order_and_come_back_by_time(company):
    quarters = read_quarters(company / "A")
    assert quarters["fiscal_end"].astype(str).tolist() == [Q1, Q2]
    assert quarters["published"].astype(str).tolist() == ["2019-04-25", "2019-07-25"]
    assert quarters["gross_margin"].tolist() == [0.5, 0.6]
    assert read_quarters(company / "nobody").empty


def test_a_company_without_reports_leaves_the_others_where_they_are(company):
    (company / "0").mkdir()  # it comes first, and holds nothing
    values = fundamental_signals(company, ("0", "A"), days("2019-05-03"))[0]
    assert values[0, 5] == 4.0
    np.testing.assert_allclose(values[1], fundamental_signals(company, ("A",), days("2019-05-03"))[0, 0])


@pytest.mark.parametrize("missing", ["", "None", "-", None])
def test_what_was_not_reported_is_missing(tmp_path, missing):
    write_company(tmp_path / "A", [income(Q1, gross=missing)], [], {Q1: missing})
    values = fundamental_signals(tmp_path, ("A",), days("2019-05-31"))[0, 0]  # 60 days after the quarter
    assert np.isnan(values[0])
    assert values[1] == 0.25


def test_each_decision_of_a_year_has_the_newest_quarter_of_its_time(tmp_path):
    ends = ("2018-03-30", "2018-06-29", "2018-09-28", "2018-12-31")
    reported = {end: str(np.datetime64(end) + 30) for end in ends}
    incomes = [income(end, gross=str(20 * (1 + quarter))) for quarter, end in enumerate(ends)]
    write_company(tmp_path / "A", incomes, [], reported)
    write_company(tmp_path / "B", [income("2018-12-31")], [], {"2018-12-31": "2019-02-20"})
    decisions = days("2018-04-27", "2018-05-04", "2018-08-03", "2018-11-02", "2019-02-01", "2019-02-22")
    values = fundamental_signals(tmp_path, ("A", "B"), decisions)
    np.testing.assert_allclose(values[:, 0, 0], [np.nan, 0.1, 0.2, 0.3, 0.4, 0.4])
    np.testing.assert_allclose(values[:, 1, 0], [np.nan] * 5 + [0.5])
    np.testing.assert_allclose(values[:, 1, 5], [4.0] * 5 + [1 / 90])


def test_a_report_of_the_weeks_after_the_last_decision_is_not_known_and_breaks_nothing(company):
    decision = days("2019-08-02")
    known = fundamental_signals(company, ("A",), decision)
    path = company / "A" / "earnings.json"
    text = path.read_text()
    for later in range(20):
        path.write_text(text.replace("2019-07-25", str(decision[0] + later)))
        values = fundamental_signals(company, ("A",), decision)[0, 0]
        assert values[0] == 0.5  # the first quarter's
        assert values[0] != known[0, 0, 0]


def test_a_ratio_over_one_is_a_ratio(tmp_path):
    write_company(tmp_path / "A", [income(Q1, revenue="1", gross="0.5")], [], {Q1: "2019-04-25"})
    assert fundamental_signals(tmp_path, ("A",), days("2019-05-03"))[0, 0, 0] == 0.5


def test_a_long_refusal_is_cut(company):
    (company / "A" / "earnings.json").write_text(json.dumps({"Note": "x" * 121}))
    with pytest.raises(
        DataError, match=f"^Fundamentals of A/earnings.json: it holds an error: {'x' * 120}\\."
    ):
        fundamental_signals(company, ("A",), days("2019-05-03"))


def test_they_lie_beside_the_raw_prices(tmp_path):
    assert fundamentals_folder(tmp_path) == tmp_path / "raw" / "fundamentals"
