"""A universe of price files: every finding at once, the window, and what a person accepts."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from sac.errors import DataError
from sac.market import Accepted, MarketChoice, load_panel, survey_market, write_choice
from sac.market.prices.survey import survey_prices
from tests.support.synthetic import random_closes, write_prices

CLOSES = random_closes(stocks=4, first="2015-01-02", last="2019-12-31")
SYMBOLS = tuple(CLOSES.columns)
START = dt.date(2015, 1, 2)
FRIDAY, MONDAY = "2018-06-15", "2018-06-18"  # a decision in the midst, and its fill
LATER = pd.Timestamp("2020-01-01 12:00", tz="America/New_York")
JUMP = pd.concat([CLOSES.loc[:"2017-02-28"], CLOSES.loc["2017-03-01":] * [1, 1, 2.5, 1]])


def folder_of(root, closes):
    write_prices(root / "raw" / "prices", closes)
    return root / "raw" / "prices"


def look(root, closes, accepted=(), **options):
    return survey_prices(folder_of(root, closes), SYMBOLS, START, accepted, now=LATER, **options)


def without(day, symbols=SYMBOLS):
    return CLOSES.assign(**{symbol: CLOSES[symbol].drop(pd.Timestamp(day)) for symbol in symbols})


def panel_of(root, closes, accepted=()):
    """The panel of a data root with those closes; a day without any is no row."""
    folder_of(root, closes.dropna(how="all"))
    write_choice(root, MarketChoice("files", SYMBOLS, START, tuple(accepted)))
    return load_panel(root, LATER)


def test_a_clean_universe_says_first_and_last_day_gaps_and_last_close(tmp_path):
    survey = look(tmp_path, CLOSES)
    assert (survey.findings, survey.notes, survey.accepted, survey.unpriced) == ((), (), (), ())
    report = survey.reports[2]
    assert (report.symbol, report.first, report.last) == ("S02", "2015-01-02", "2019-12-31")
    assert (report.gaps, report.verdict, report.written_by) == (0, "passed", "files")
    assert report.last_close == pytest.approx(CLOSES["S02"].iloc[-1])


def test_one_bad_symbol_does_not_hide_the_others(tmp_path):
    closes = JUMP.copy()
    closes.iloc[700, 0] = -1.0
    closes.iloc[100:110, 3] = float(closes["S03"].iloc[100])
    folder = folder_of(tmp_path, closes)
    table = pd.read_csv(folder / "S00.csv")
    table["date"] = table["date"].replace("2018-08-03", "2018-08-04")  # a Saturday
    table.to_csv(folder / "S00.csv", index=False)
    (folder / "S01.csv").write_text("date,close\n2015-01-02,1,2\n")
    survey = survey_prices(folder, (*SYMBOLS, "NONE"), START, now=LATER)
    told = [(finding.symbol, finding.day, finding.acceptable) for finding in survey.findings]
    assert told == [
        ("S00", "2018-08-04", False),
        ("S00", "2018-08-03", False),
        ("S00", str(CLOSES.index[700].date()), False),
        ("S01", "", False),
        ("S02", "2017-03-01", True),
        ("S03", str(CLOSES.index[100].date()), True),
        ("NONE", "", False),
    ]
    assert "S00 has a price on 2018-08-04, which is not an exchange session" in survey.findings[0].text
    assert "Correct the file of S00" in survey.findings[0].text
    verdicts = {report.symbol: report.verdict for report in survey.reports}
    assert set(verdicts.values()) == {"refused"}
    assert survey.reports[0].gaps == 1
    with pytest.raises(DataError, match=r"S00 has a price .*\(6 more findings: the Data page"):
        survey.trusted()


def test_days_of_one_fault_are_counted_and_named_once(tmp_path):
    closes = CLOSES.copy()
    closes.iloc[[10, 20, 30], 1] = 0.0
    [finding] = look(tmp_path, closes).findings
    assert f"not positive ({CLOSES.index[10].date()}) and on 2 more days." in finding.text


def test_a_jump_counts_once_a_person_accepted_it_and_only_there(tmp_path):
    real = Accepted("2017-03-01", "taken over", "Ada", "S02")
    survey = look(tmp_path, JUMP, [real])
    assert (survey.findings, survey.accepted) == ((), (real,))
    assert [report.verdict for report in survey.reports] == ["passed", "passed", "accepted", "passed"]
    elsewhere = [Accepted("2017-03-02", "why", "Ada", "S02"), Accepted("2017-03-01", "why", "Ada", "S01")]
    assert len(look(tmp_path, JUMP, elsewhere).findings) == 1
    assert look(tmp_path, CLOSES, [real]).accepted == (), "it says nothing of prices that need no excuse"
    panel = panel_of(tmp_path, JUMP, [real])
    assert panel.provenance.accepted == (real,)
    assert panel.symbols == SYMBOLS


def test_nobody_can_accept_a_close_of_zero(tmp_path):
    closes = CLOSES.copy()
    closes.iloc[100, 1] = 0.0
    accepted = [Accepted(str(CLOSES.index[100].date()), "why", "Ada", "S01")]
    assert len(look(tmp_path, closes, accepted).findings) == 1


@pytest.mark.parametrize("day", [FRIDAY, MONDAY])
def test_symbols_that_lack_a_session_are_named(tmp_path, day):
    findings = look(tmp_path, without(day, ("S01", "S03"))).findings
    assert [finding.symbol for finding in findings] == ["S01", "S03"]
    assert all(f"has no close ({day})" in finding.text for finding in findings)


@pytest.mark.parametrize("day", [FRIDAY, MONDAY])
def test_a_session_that_nobody_traded_can_be_accepted_as_closed(tmp_path, day):
    survey = look(tmp_path, without(day).dropna(how="all"))
    [finding] = survey.findings
    assert (finding.symbol, finding.day, finding.acceptable) == ("", day, True)
    assert "accept the closure" in finding.text
    assert survey.unpriced == (day,)
    panel = panel_of(tmp_path, without(day), [Accepted(day, "mourning", "Ada")])
    before, after = np.datetime64("2018-06-14"), np.datetime64("2018-06-19")
    expected = (before, np.datetime64(MONDAY)) if day == FRIDAY else (np.datetime64(FRIDAY), after)
    row = int(np.searchsorted(panel.decisions, before))
    assert (panel.decisions[row], panel.fills[row]) == expected
    assert np.isfinite(panel.returns[:-2]).all()
    assert panel.provenance.closures == (day,)


def test_a_price_on_a_day_that_was_accepted_as_closed_is_named(tmp_path):
    closed = [Accepted(FRIDAY, "mourning", "Ada")]
    findings = look(tmp_path, without(FRIDAY, ("S00", "S01", "S02")), closed).findings
    assert [finding.symbol for finding in findings] == ["S03"]
    assert f"has a price on {FRIDAY}, which was accepted as a closure" in findings[0].text


NEWEST = "2019-12-27"  # the Friday of the newest complete week


def test_the_newest_decision_has_its_price_or_the_window_ends_a_week_earlier(tmp_path):
    panel = panel_of(tmp_path, without(NEWEST))
    assert panel.provenance.window_end == "2019-12-20"
    assert str(panel.decisions[-1]) == "2019-12-20"
    assert np.isfinite(panel.gaps[:-1]).all()
    assert f"No symbol has a close on {NEWEST}" in panel.provenance.note
    assert "the window ends on 2019-12-20" in panel.provenance.note
    closed = panel_of(tmp_path, without(NEWEST), [Accepted(NEWEST, "mourning", "Ada")])
    assert str(closed.decisions[-1]) == closed.provenance.window_end == "2019-12-26"
    assert closed.provenance.covered_until == "2019-12-27"


def test_a_closed_friday_can_be_accepted_on_its_weekend(tmp_path):
    until = CLOSES.loc[:"2019-12-26"]
    folder = folder_of(tmp_path, until)
    friday, saturday = (pd.Timestamp(f"2019-12-{day} 20:00", tz="America/New_York") for day in (27, 28))
    assert survey_prices(folder, SYMBOLS, START, now=friday).unpriced == ()
    assert survey_prices(folder, SYMBOLS, START, now=saturday).unpriced == (NEWEST,)
    panel = panel_of(tmp_path, until, [Accepted(NEWEST, "mourning", "Ada")])
    assert str(panel.decisions[-1]) == "2019-12-26"


def test_a_symbol_that_ends_early_shortens_the_window_and_is_told(tmp_path):
    closes = CLOSES.assign(S02=CLOSES["S02"].loc[:"2019-12-24"])
    folder = folder_of(tmp_path, closes)
    for symbol in SYMBOLS:
        table = pd.read_csv(folder / f"{symbol}.csv").dropna()
        table.to_csv(folder / f"{symbol}.csv", index=False)
    survey = survey_prices(folder, SYMBOLS, START, now=LATER)
    assert survey.findings == ()
    assert survey.notes == ("The window ends on 2019-12-24, when S02 does, others on 2019-12-31.",)


def test_todays_running_row_is_left_out_of_the_panel(tmp_path):
    write_choice(tmp_path, MarketChoice("files", SYMBOLS, START))
    folder_of(tmp_path, CLOSES.loc[:NEWEST])
    running = load_panel(tmp_path, pd.Timestamp(f"{NEWEST} 10:30", tz="America/New_York"))
    assert str(running.decisions[-1]) == "2019-12-20"
    assert f"the row of {NEWEST} counts once that session is over" in running.provenance.note
    over = load_panel(tmp_path, pd.Timestamp(f"{NEWEST} 16:00", tz="America/New_York"))
    assert str(over.decisions[-1]) == NEWEST
    assert over.provenance.note == ""


def test_how_files_were_read_is_told_once_for_all_that_share_it(tmp_path):
    folder = folder_of(tmp_path, CLOSES)
    for symbol in SYMBOLS[:2]:
        table = pd.read_csv(folder / f"{symbol}.csv")
        table.rename(columns={"close": "Adj Close"}).assign(Close=1.0).to_csv(folder / f"{symbol}.csv")
    survey = survey_prices(folder, SYMBOLS, START, now=LATER)
    assert survey.notes == ("S00, S01: closes are those of the column Adj Close.",)
    np.testing.assert_allclose(survey.trusted()["close"], CLOSES, rtol=1e-12)


def test_the_sample_passes(tmp_path):
    survey = survey_market(tmp_path, MarketChoice())
    assert (survey.findings, survey.unpriced) == ((), ())
    assert {report.written_by for report in survey.reports} == {"sample"}


def test_a_first_day_after_the_last_price_is_refused(tmp_path):
    folder = folder_of(tmp_path, CLOSES)
    [finding] = survey_prices(folder, SYMBOLS, dt.date(2021, 1, 4), now=LATER).findings
    assert "No price lies between 2021-01-04 and 2019-12-31" in finding.text


@pytest.mark.parametrize("start", [dt.date(1, 1, 1), dt.date(1850, 1, 1)])
def test_a_first_day_of_long_ago_is_the_first_price(tmp_path, start):
    survey = survey_prices(folder_of(tmp_path, CLOSES), SYMBOLS, start, now=LATER)
    assert survey.findings == ()
    assert survey.trusted()["close"].shape == CLOSES.shape
