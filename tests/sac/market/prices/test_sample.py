import gzip

import numpy as np
import pandas as pd
import pytest

from sac.errors import DataError
from sac.market import DEMO_UNIVERSE, sample_closes, sample_index, sample_path, validate_closes
from tests.support.synthetic import random_closes


@pytest.fixture
def closes():
    return random_closes(first="2019-01-02", last="2019-06-28")


def test_the_sample_is_the_checked_file_and_valid():
    closes = sample_closes()
    assert tuple(closes.columns) == DEMO_UNIVERSE
    assert str(closes.index[0].date()) == "2005-01-03"
    validate_closes(closes)


def test_a_missing_or_altered_sample_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"missing.*force-reinstall"):
        sample_closes(tmp_path / "nothing.csv.gz")
    altered = tmp_path / "sample.csv.gz"
    altered.write_bytes(
        gzip.compress(gzip.decompress(sample_path().read_bytes()).replace(b"0.264", b"0.265"))
    )
    with pytest.raises(DataError, match=r"altered.*force-reinstall"):
        sample_closes(altered)
    with pytest.raises(DataError, match=r"altered.*force-reinstall"):
        sample_index(altered)


def refused(closes, message):
    with pytest.raises(DataError, match=message):
        validate_closes(closes)


def test_good_closes_pass(closes):
    validate_closes(closes)


def test_nothing_is_refused(closes):
    refused(closes.iloc[:0], "empty")


def test_duplicates_and_disorder_are_refused_with_their_date(closes):
    refused(pd.concat([closes.iloc[:20], closes.iloc[19:]]), rf"{closes.index[19].date()}.*twice")
    refused(closes.iloc[[0, 2, 1, *range(3, len(closes))]], rf"{closes.index[1].date()}.*later")
    refused(closes.rename(columns={"S01": "S00"}), "S00 appears twice")


def test_a_date_that_is_no_session_is_refused(closes):
    sunday = closes.iloc[[0]].set_axis(pd.DatetimeIndex(["2019-03-03"]))
    refused(pd.concat([closes, sunday]).sort_index(), "2019-03-03, which is not an exchange session")


def test_thin_coverage_is_refused(closes):
    refused(closes.drop(closes.index[50:60]), rf"less than 98%; {closes.index[50].date()}")


@pytest.mark.parametrize(
    ("value", "message"),
    [(np.nan, "has no close"), (np.inf, "has no close"), (0.0, "not positive"), (-3.0, "not positive")],
)
def test_impossible_closes_are_refused_by_symbol_and_date(closes, value, message):
    closes.iloc[30, 2] = value
    refused(closes, rf"S02 .*{message}.*{closes.index[30].date()}")


def test_an_unadjusted_split_is_refused(closes):
    closes.iloc[40:, 1] /= 3.0
    refused(closes, rf"S01 .*split.*{closes.index[40].date()}")


def test_six_identical_closes_are_refused_and_five_are_not(closes):
    five = closes.copy()
    five.iloc[10:15, 3] = 100.0
    validate_closes(five)
    closes.iloc[10:16, 3] = 100.0
    refused(closes, rf"S03 .*same close.*{closes.index[10].date()}")
