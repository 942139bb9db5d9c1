"""A past week of a version: what its record held, decided by agents who had seen nothing of it."""

import dataclasses

import numpy as np
import pytest

from sac.config import CASH
from sac.inference import target_weights
from sac.portfolio import Validation
from sac.recorded import decision_dates, recorded_week
from tests.support.small_trainings import CLOSES, FIRST
from tests.support.synthetic import THEN, panel_of, random_closes


@pytest.fixture(scope="module")
def version(small_version):
    return small_version


@pytest.fixture(scope="module")
def panel():
    return panel_of(CLOSES)


def test_every_week_of_the_record_is_told_as_it_was_traded(version):
    record = version.evaluation()
    for row in (0, 1, 51, len(record.net) - 1):
        week = recorded_week(version, str(record.decisions[row]))
        assert [*week.target_weights.values()] == record.weights[row].tolist()
        assert [*week.target_weights] == [*version.symbols, CASH]
        assert (week.start, week.end) == (str(record.fills[row]), str(record.ends[row]))
        assert week.year == record.folds[row]
        traded = sum(
            abs(week.target_weights[name] - share)
            for name, share in week.held_weights.items()
            if name != CASH
        )
        assert traded == pytest.approx(week.turnover, abs=1e-12)
        assert sum(week.held_weights.values()) == pytest.approx(1)
    assert recorded_week(version, str(record.decisions[0])).held_weights[CASH] == 1.0


def test_it_is_not_what_the_agents_of_today_would_have_held(version, panel):
    date = "2018-06-15"
    week = recorded_week(version, date)
    today = target_weights(version, panel, step=panel.step_at(date), today=THEN)
    assert today.in_training
    assert max(abs(week.target_weights[name] - today.target_weights[name]) for name in version.symbols) > 1e-3


def test_the_agents_own_weights_stand_beside_what_their_conviction_traded(version, monkeypatch):
    judged = [
        Validation(fold, "2014-01-03", "2016-12-30", 156, 0.01, 2 * conviction, conviction)
        for fold, conviction in ((1, 0.0), (2, 0.4), (0, 1.0))
    ]
    record = dataclasses.replace(version.metadata, validations=judged)
    doubted = dataclasses.replace(version, metadata=record)
    dates = version.evaluation().decisions
    assert recorded_week(doubted, str(dates[0])).conviction == 0.0
    assert recorded_week(doubted, str(dates[-1])).conviction == 0.4, "its own year's, not today's"
    bound = dataclasses.replace(doubted, settings=dataclasses.replace(version.settings, follow="agents"))
    assert recorded_week(bound, str(dates[0])).conviction == 1.0
    alone = dataclasses.replace(version.evaluation(), weights=version.evaluation().weights[::-1])
    monkeypatch.setattr(type(version), "agents", lambda self: alone)
    week = recorded_week(doubted, str(dates[0]))
    assert [*week.agents_weights.values()] == alone.weights[0].tolist()
    monkeypatch.setattr(type(version), "agents", lambda self: None)
    assert recorded_week(doubted, str(dates[0])).agents_weights is None


def test_weeks_outside_the_record_have_none(version):
    for date in ("2018-12-28", "2018-06-16", "2010-01-08"):
        assert recorded_week(version, date) is None


def test_dates_on_offer_are_served_or_recorded_and_nothing_between(version, panel):
    record = version.evaluation().decisions
    longer = panel_of(random_closes(len(CLOSES.columns), FIRST, "2020-01-17"))
    dates = decision_dates(version, longer)
    assert (dates[0], dates[-1]) == ("2019-12-27", str(record[0]))
    served = [date for date in dates if date >= version.metadata.last_decision]
    assert (served[-1], len(served)) == ("2018-12-28", 53)
    assert dates[len(served) :] == [str(date) for date in record[::-1]]
    between = panel.decisions[
        (panel.decisions > record[-1]) & (panel.decisions < np.datetime64("2018-12-28"))
    ]
    assert len(between), "weeks that were not complete when it was trained"
    assert not {str(date) for date in between} & {*dates}


def test_a_record_is_offered_as_far_as_the_data_have_its_weeks(version, panel):
    shorter = panel_of(CLOSES["2018-01-02":])
    assert decision_dates(version, shorter)[-1] == str(shorter.decisions[0])
