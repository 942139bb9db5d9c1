"""Prices that somebody brings: one file with a symbol column, or one per symbol."""

import numpy as np
import pytest

from sac.errors import DataError
from sac.market.prices import uploads
from sac.market.prices.survey import survey_prices
from sac.market.prices.uploads import by_symbol
from tests.support.synthetic import random_closes, write_prices

CLOSES = random_closes(stocks=3)
SYMBOLS = tuple(CLOSES.columns)


def long(column="symbol"):
    table = CLOSES.rename_axis("date").reset_index().melt("date", var_name=column, value_name="close")
    return table.sort_values("date").to_csv(index=False).encode()


def per_symbol(folder):
    write_prices(folder, CLOSES)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("column", ["symbol", "Ticker"])
def test_one_file_of_all_is_the_same_as_one_per_symbol(tmp_path, column):
    one, many = by_symbol({"prices.csv": long(column)}), by_symbol(per_symbol(tmp_path / "many"))
    assert set(one) == set(many) == set(SYMBOLS)
    for staged in (one, many):
        survey = survey_prices(tmp_path / "none", SYMBOLS, CLOSES.index[0].date(), staged=staged)
        np.testing.assert_allclose(survey.trusted()["close"], CLOSES, rtol=1e-12)


def test_what_is_brought_stands_in_for_what_is_there(tmp_path):
    write_prices(tmp_path, CLOSES * 2)
    staged = by_symbol({"S01.csv": per_symbol(tmp_path / "new")["S01.csv"]})
    closes = survey_prices(tmp_path, SYMBOLS, CLOSES.index[0].date(), staged=staged).trusted()["close"]
    np.testing.assert_allclose(closes, CLOSES * [2, 1, 2], rtol=1e-12)


def test_symbols_are_read_in_any_case_and_with_blanks():
    content = b"symbol,date,close\n aapl ,2024-01-02,1\nAAPL,2024-01-03,2\nmsft,2024-01-02,3\n"
    found = by_symbol({"all.csv": content})
    assert found == {
        "AAPL": b"date,close\n2024-01-02,1\n2024-01-03,2\n",
        "MSFT": b"date,close\n2024-01-02,3\n",
    }
    assert list(by_symbol({"aapl.CSV": b"date,close\n2024-01-02,1\n"})) == ["AAPL"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"AAPL.parquet": b"PAR1"}, "AAPL.parquet is not a CSV file"),
        ({"AAPL": b""}, "AAPL is not a CSV file"),
        ({"my prices.csv": b"date,close\n2024-01-02,1\n"}, "'MY PRICES' is not a valid symbol"),
        ({"../X.csv": b"date,close\n2024-01-02,1\n"}, "'../X' is not a valid symbol"),
        ({"all.csv": b"symbol,date,close\n../X,2024-01-02,1\n"}, "'../X' is not a valid symbol"),
        ({"all.csv": b"symbol,date,close\n,2024-01-02,1\n"}, "all.csv: row 1 has no symbol"),
        ({"all.csv": b"symbol,ticker,date,close\nA,B,2024-01-02,1\n"}, "two columns for symbol"),
        ({"all.csv": b"symbol,date,close\nA,2024-01-02,1,5\n"}, "line 2: 4 cells where the header has 3"),
        (
            {"A.csv": b"date,close\n2024-01-02,1\n", "all.csv": b"symbol,date,close\nA,2024-01-02,1\n"},
            "all.csv: A is in another of the files, too",
        ),
    ],
)
def test_what_cannot_be_brought_names_file_and_remedy(files, message):
    with pytest.raises(DataError) as refusal:
        by_symbol(files)
    assert message in str(refusal.value)


def test_the_files_together_are_bounded(monkeypatch):
    assert uploads.LARGEST_UPLOAD == 100_000_000
    monkeypatch.setattr(uploads, "LARGEST_UPLOAD", 50)
    small = b"date,close\n2024-01-02,1\n"
    assert len(by_symbol({"A.csv": small, "B.csv": small})) == 2
    with pytest.raises(DataError, match="bring fewer symbols at once"):
        by_symbol({"A.csv": small, "B.csv": small, "C.csv": small})
