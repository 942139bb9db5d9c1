"""Dates before this week on the Weights page: what the record held, and what is no advice."""

import numpy as np
import pytest

from sac.market import price_folder
from sac.recorded import recorded_week
from sac.registry import Registry
from tests.support.judged_versions import judge
from tests.support.small_trainings import CLOSES, FIRST
from tests.support.synthetic import random_closes, write_prices
from tests.support.weights_page import figures, opened, orders_of, said, state, table_with, targets_of

pytestmark = pytest.mark.slow

STOCKS = len(CLOSES.columns)


@pytest.mark.parametrize("day", ["2019-01-02", "2026-07-01"])
def test_a_date_of_the_evaluation_years_shows_what_the_record_held(own, on_day, day):
    """Whatever day it is: neither age of the data nor of the agents changes a record."""
    on_day(day)
    at = opened(date="2018-06-15", champions="true")
    version = Registry(own / "models").champion("sac_lstm")
    record = version.evaluation()
    [row] = np.flatnonzero(record.decisions == np.datetime64("2018-06-15"))
    held = dict(zip((*version.symbols, "CASH"), 100 * record.weights[row], strict=True))
    assert targets_of(at)["target"].to_dict() == pytest.approx(held, abs=0.051)
    assert table_with(at, "SAC + LSTM")["SAC + LSTM"].to_dict() == pytest.approx(held, abs=0.051)
    assert "(from the record, conviction 100 %)" in said(at)
    top, turnover = max(version.symbols, key=held.__getitem__), f"{50 * record.turnover[row]:.1f} %"
    assert state(at) == (
        f"From the record: SAC + LSTM held most in {top}, {held[top]:.1f} %; one-sided turnover "
        f"{turnover}. Decided at the close of 2018-06-15, traded at the close of 2018-06-18."
    )
    assert figures(at)["One-sided turnover"] == turnover
    [link] = [link for link in at.get("page_link") if "Compare" in link.label]
    assert link.proto.query_string == f"version={version.name}"
    assert table_with(at, "side") is None, "nobody trades history"
    assert not at.get("download_button")
    assert not [panel for panel in at.expander if panel.label.startswith(("Holdings", "Follow"))]
    assert at.query_params["date"] == "2018-06-15"


def test_a_record_that_went_part_of_the_way_shows_the_agents_own_weights(own, on_day):
    on_day("2019-01-02")
    version = Registry(own / "models").champion("sac_lstm")
    judge(version, 0.0, years=(0.2, 0.4))
    at = opened(date="2018-06-15")
    assert "The record went 40 % of the way from equal weight to the own weights of the agents of" in said(at)
    week = recorded_week(version, "2018-06-15")
    assert targets_of(at)["agents"].to_dict() == pytest.approx(
        {name: 100 * share for name, share in week.agents_weights.items()}, abs=0.051
    )


def test_weeks_between_the_record_and_the_agents_of_today_are_not_offered(fresh):
    at = opened(date="2018-12-21")
    assert "The link names `2018-12-21`, which is not here. Shown instead: 2018-12-28 (newest)." in said(at)
    assert len(orders_of(at)) == STOCKS
    dates = at.selectbox(key="linked-date").options
    assert dates[:2] == ["2018-12-28 (newest)", "2018-12-14"]


def test_a_past_week_that_the_agents_served_is_no_advice(own, on_day):
    on_day("2019-01-08")
    write_prices(price_folder(own), random_closes(STOCKS, FIRST, "2019-01-04"))
    at = opened(date="2018-12-28")
    assert state(at).startswith("A past week, not for trading: its target was a one-sided turnover of ")
    assert table_with(at, "side") is None
    assert not at.get("download_button")
    assert targets_of(at)["target"].sum() == pytest.approx(100, abs=0.05 * (STOCKS + 1))
