"""Files as users bring them: what is used, and what is refused with symbol, date and remedy."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from sac.errors import DataError
from sac.market import MarketChoice, load_panel, write_choice
from sac.market.prices.files import files_of
from sac.market.prices.survey import survey_prices
from tests.support.synthetic import panel_of, random_closes, write_prices

CLOSES = random_closes(stocks=3)
START = dt.date(2015, 1, 2)


def read(folder, symbols=("S00", "S01", "S02"), start=START):
    survey = survey_prices(folder, symbols, start)
    return survey.trusted(), " ".join(survey.notes)


@pytest.fixture
def folder(tmp_path):
    write_prices(tmp_path / "raw" / "prices", CLOSES)
    return tmp_path / "raw" / "prices"


def test_csv_and_parquet_give_the_panel_of_the_prices_themselves(tmp_path, folder):
    path = folder / "S01.csv"
    table = pd.read_csv(path)
    table["date"] = pd.to_datetime(table["date"]).dt.date  # date32
    table.to_parquet(folder / "S01.parquet", index=False)
    path.unlink()
    write_choice(tmp_path, MarketChoice("files", ("S00", "S01", "S02"), START))
    panel = load_panel(tmp_path)
    np.testing.assert_allclose(panel.closes, panel_of(CLOSES).closes, rtol=1e-12)
    assert (panel.provenance.source, panel.provenance.fields) == ("files", ("close",))


def test_symbols_are_aligned_by_session_never_by_position(folder):
    late = CLOSES.loc["2015-06-01":]
    write_prices(folder, late[["S02"]])
    prices, note = read(folder)
    np.testing.assert_array_equal(prices["close"].index, late.index)
    np.testing.assert_allclose(prices["close"], late, rtol=1e-12)
    assert note == "The window begins on 2015-06-01, when S02 does."


def test_an_optional_field_counts_only_where_every_symbol_has_it(folder):
    write_prices(folder, CLOSES, open=CLOSES * 0.99, volume=CLOSES * 0 + 1000)
    assert set(read(folder)[0]) == {"close", "open", "volume"}
    holed = CLOSES * 0.99
    holed.iloc[40, 1] = np.nan
    write_prices(folder, CLOSES, open=holed, volume=CLOSES * 0 + 1000)
    assert set(read(folder)[0]) == {"close", "volume"}
    write_prices(folder, CLOSES[["S00"]])
    assert set(read(folder)[0]) == {"close"}


def test_the_window_begins_where_it_is_asked_to(folder):
    prices, note = read(folder, start=dt.date(2016, 1, 4))
    assert (prices["close"].index[0], note) == (pd.Timestamp("2016-01-04"), "")


def lines(header="date,close", *rows):
    return "\n".join((header, *rows)) + "\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "S01.csv is empty"),
        (lines(), "S01 has no prices. Refresh it"),
        (lines("date,price", "2015-01-02,1"), "no column close: it needs date and close"),
        (lines("date;close", "2015-01-02;1,5"), "separates its columns with ';'"),
        (lines("date,close", '2015-01-02,"1.234,5"'), r"close on 2015-01-02 is '1\.234,5', no number"),
        (
            lines("date,close", "02/01/2015,1.5"),
            "'02/01/2015' is not a valid date. Write dates as",
        ),
        (lines("date,close", ",1.5"), "row 1 has no date"),
        (
            lines("date,close", "2015-01-02T00:00:00+00:00,1.5"),
            r"2015-01-02T00:00:00\+00:00 carries a time of day, or a time zone",
        ),
        (lines("date,close", "2015-01-02T16:00:00,1.5"), "2015-01-02T16:00:00 carries a time of day"),
        (lines("date,close", "2105-01-02,1.5"), "2105-01-02 lies in the future"),
        (lines("date,close", "2015-01-02,", "2015-01-05,"), "has no close at all"),
        (lines("date,close", "2015-01-02,1", "2015-01-02,2"), "2015-01-02 appears twice"),
        (lines("date,close", "2015-01-05,1", "2015-01-02,2"), "2015-01-02 comes after a later date"),
        (lines("date,close", *(f"2019-12-{day},5.{day}" for day in range(16, 21))), "S01 ends on 2019-12-20"),
    ],
)
def test_a_file_that_cannot_be_used_names_itself_and_the_remedy(folder, content, message):
    (folder / "S01.csv").write_text(content)
    with pytest.raises(DataError, match=message):
        read(folder)


def change(folder, symbol, alter):
    table = pd.read_csv(folder / f"{symbol}.csv")
    alter(table).to_csv(folder / f"{symbol}.csv", index=False)


def set_close(table, row, value):
    return table.assign(close=table["close"].where(table.index != row, value))


@pytest.mark.parametrize(
    ("alter", "message"),
    [
        (lambda t: set_close(t, 100, -1.0), r"S02 has a close that is not positive \(2015-05-28\)"),
        (lambda t: t.drop(index=100), r"S02 has no close \(2015-05-28\)"),
        (
            lambda t: t.assign(close=t["close"].where(t.index < 300, t["close"] / 4)),
            "is a split not adjusted",
        ),
        (lambda t: t.assign(close=t["close"].where(t.index % 50 > 6, 7.0)), "S02 "),
        (lambda t: t.iloc[-22:], "S02 has prices since .* only: 3 years are needed"),
    ],
)
def test_prices_that_cannot_be_trusted_name_symbol_and_date(folder, alter, message):
    change(folder, "S02", alter)
    with pytest.raises(DataError, match=message):
        read(folder)


def test_a_gap_of_years_is_refused(tmp_path):
    closes = random_closes(stocks=2, first="2000-01-03", last="2019-12-31")
    write_prices(tmp_path, pd.concat([closes.loc[:"2004"], closes.loc["2015":]]))
    with pytest.raises(DataError, match=r"less than 98%; 2005-01-03 is missing first"):
        read(tmp_path, ("S00", "S01"), dt.date(2000, 1, 3))


def test_days_without_a_session_are_named(folder):
    for symbol in ("S00", "S01", "S02"):
        change(folder, symbol, lambda t: t.assign(date=t["date"].replace("2015-07-06", "2015-07-05")))
    with pytest.raises(DataError, match="2015-07-05, which is not an exchange session"):
        read(folder)


def test_a_missing_symbol_and_a_symbol_with_two_files_are_named(folder):
    with pytest.raises(DataError, match="NONE has no prices"):
        read(folder, ("S00", "NONE"))
    (folder / "S00.parquet").write_bytes(b"")
    with pytest.raises(DataError, match=r"two price files, S00\.parquet and S00\.csv"):
        read(folder)


def test_bytes_that_are_no_parquet_are_named(folder):
    (folder / "S00.csv").unlink()
    (folder / "S00.parquet").write_bytes(b"PAR1 cut off")
    with pytest.raises(DataError, match=r"S00\.parquet is not a readable parquet file"):
        read(folder)


@pytest.mark.parametrize("written", ["BRK.B", "BRK-B", "BRK B"])
@pytest.mark.parametrize("asked", ["BRK.B", "BRK-B"])
def test_a_file_of_a_share_class_is_found_in_any_spelling(folder, written, asked):
    (folder / "S01.csv").rename(folder / f"{written}.csv")
    assert [path.name for path in files_of(folder, asked)] == [f"{written}.csv"]
    assert read(folder, ("S00", asked))[0]["close"].columns.tolist() == ["S00", asked]
    (folder / "S02.csv").rename(folder / ("BRK-B.csv" if written == "BRK.B" else "BRK.B.csv"))
    assert len(files_of(folder, asked)) == 2
