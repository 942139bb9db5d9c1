"""A choice that was checked and is applied, and findings that a person accepts."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from sac.errors import DataError
from sac.market import (
    Accepted,
    MarketChoice,
    accept_finding,
    apply_choice,
    blocks,
    load_panel,
    price_folder,
    read_choice,
    survey_market,
    write_choice,
)
from sac.market.prices.uploads import by_symbol
from tests.support.synthetic import random_closes, write_prices

CLOSES = random_closes(stocks=2)
SYMBOLS = tuple(CLOSES.columns)
FILES = MarketChoice("files", SYMBOLS, dt.date(2015, 1, 2))
JUMP = pd.concat([CLOSES.loc[:"2017-02-28"], CLOSES.loc["2017-03-01":] * [1, 2.5]])


def staged(folder, closes):
    write_prices(folder, closes)
    return by_symbol({path.name: path.read_bytes() for path in folder.iterdir()})


def test_prices_that_were_brought_are_what_the_desk_works_on(tmp_path):
    data = tmp_path / "data"
    apply_choice(data, FILES, staged(tmp_path / "brought", CLOSES))
    assert read_choice(data) == FILES
    np.testing.assert_allclose(load_panel(data).closes[0], CLOSES.iloc[0])


def test_a_file_of_the_other_kind_makes_room(tmp_path):
    folder = price_folder(tmp_path)
    write_prices(folder, CLOSES)
    (CLOSES[["S01"]] * 2).rename(columns={"S01": "close"}).rename_axis("date").to_parquet(
        folder / "S01.parquet"
    )
    (folder / "S01.csv").unlink()
    apply_choice(tmp_path, FILES, {"S01": staged(tmp_path / "brought", CLOSES)["S01"]})
    assert sorted(path.name for path in folder.iterdir()) == ["S00.csv", "S01.csv"]
    np.testing.assert_allclose(load_panel(tmp_path).closes[0], CLOSES.iloc[0])


def test_what_is_refused_changes_nothing(tmp_path):
    data = tmp_path / "data"
    with pytest.raises(DataError, match="S01 doubled or halved"):
        apply_choice(data, FILES, staged(tmp_path / "brought", JUMP))
    assert not data.exists()
    survey = survey_market(data, FILES, staged(tmp_path / "brought", JUMP))
    assert blocks(FILES, survey)


def test_symbols_outside_the_universe_and_files_for_another_source_are_not_written(tmp_path):
    brought = staged(tmp_path / "brought", random_closes(stocks=3))
    apply_choice(tmp_path / "data", FILES, brought)
    assert sorted(path.stem for path in price_folder(tmp_path / "data").iterdir()) == list(SYMBOLS)
    apply_choice(tmp_path / "other", MarketChoice("yahoo", SYMBOLS), brought)
    assert not price_folder(tmp_path / "other").exists()
    assert read_choice(tmp_path / "other").source == "yahoo"


def test_a_finding_is_accepted_once_it_is_there(tmp_path):
    write_choice(tmp_path, FILES)
    write_prices(price_folder(tmp_path), JUMP)
    real = Accepted("2017-03-01", "taken over", "Ada", "S01")
    survey = survey_market(tmp_path, FILES)
    for other in (
        Accepted("2017-03-02", "taken over", "Ada", "S01"),
        Accepted("2017-03-01", "taken over", "Ada", "S00"),
        Accepted("2017-03-01", "closed", "Ada"),
    ):
        with pytest.raises(DataError, match=r"no finding .* that a person could accept"):
            accept_finding(tmp_path, survey, other)
    assert read_choice(tmp_path) == FILES
    accept_finding(tmp_path, survey, real)
    again = Accepted("2017-03-01", 'a "better" reason', "Björn", "S01")
    accept_finding(tmp_path, survey, again)
    assert read_choice(tmp_path).accepted == (again,)
    assert load_panel(tmp_path).provenance.accepted == (again,)


@pytest.mark.parametrize(
    ("day", "reason", "who"),
    [
        ("20170301", "why", "Ada"),
        ("soon", "why", "Ada"),
        ("2017-03-01", " ", "Ada"),
        ("2017-03-01", "why", ""),
        ("2017-03-01", "two\nlines", "Ada"),
        ("2017-03-01", "w" * 301, "Ada"),
        ("2017-03-01", "\ud800", "Ada"),
    ],
)
def test_what_is_accepted_needs_a_day_a_reason_and_a_name(day, reason, who):
    with pytest.raises(DataError, match=r"not a valid date|needs a"):
        Accepted(day, reason, who)
