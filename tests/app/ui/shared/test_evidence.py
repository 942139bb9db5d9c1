"""Verdicts are words, intervals are bars on one scale."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from app.ui.shared.evidence import verdict, with_intervals
from sac.evidence import difference


@pytest.fixture
def unsure():
    draws = np.random.default_rng(1).normal(0.0, 0.01, (2, 104))
    return difference(*draws)


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [(0.01, 0.02, "▲ ahead"), (-0.02, -0.01, "▼ behind"), (-0.01, 0.01, "○ could be luck")],
)
def test_a_verdict_says_on_which_side_of_zero_the_interval_is(unsure, low, high, word):
    assert verdict(replace(unsure, low=low, high=high)) == word


def test_what_is_the_same_every_week_is_neither():
    weeks = np.random.default_rng(1).normal(0.0, 0.01, 104)
    assert verdict(difference(weeks, weeks)) == "= same"


def bars(rows: list[tuple[float, float, float]]) -> list[dict[str, float]]:
    """Zero, low and high of each row's bar, in percent of the cell; empty where there is no bar."""
    table = pd.DataFrame(rows, columns=["lead", "low", "high"], index=[f"r{n}" for n in range(len(rows))])
    page = with_intervals(table, "lead", "low", "high").to_html()
    assert ">low<" not in page
    found = []
    for row in range(len(rows)):
        css = re.search(rf"row{row}_col0 {{([^}}]*)}}", page)
        places = re.findall(
            r"transparent ([\d.]+)%, #\w+ [\d.]+% (?:calc\()?([\d.]+)%", css[1] if css else ""
        )
        (zero, _), (low, high) = places or [("nan", "")] * 2
        found.append({"zero": float(zero), "low": float(low), "high": float(high)} if places else {})
    return found


def test_bars_share_one_scale_with_zero_in_it():
    one, two = bars([(0.02, 0.01, 0.03), (-0.01, -0.02, 0.01)])
    assert one["zero"] == two["zero"] == pytest.approx(28.0, abs=0.1)
    assert two["low"] == 0.0
    assert one["high"] == 70.0
    assert one["low"] == two["high"] == pytest.approx(42.0, abs=0.1)


@pytest.mark.parametrize("bounds", [(np.nan, np.nan), (0.0, 0.0)])
def test_what_has_no_interval_has_no_bar(bounds):
    assert bars([(0.0, *bounds), (0.1, 0.05, 0.15)])[0] == {}


def test_values_keep_their_unit_on_their_line():
    table = pd.DataFrame({"lead": [0.012], "low": [0.0], "high": [0.02]})
    assert "+1.2\u00a0pp" in with_intervals(table, "lead", "low", "high").to_html()
