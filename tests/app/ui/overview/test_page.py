"""What the Overview says that a champion holds, since when, and on what grounds."""

import dataclasses
import datetime as dt
import math

import pytest

from app.formats import percent
from app.week.kept import WeekRecord, keep
from sac.portfolio import Validation
from sac.promotion import DecisionLog, decision_log
from sac.promotion.deciding import decide, settle
from sac.promotion.following import FOLLOWS, choose_follow
from sac.promotion.gate import Gate
from sac.registry import Registry
from tests.support.desk_pages import opened, said
from tests.support.older_versions import without_own_record
from tests.support.small_versions import VARIANT, small_artifacts

pytestmark = pytest.mark.slow


class Later(dt.datetime):
    """The clock of another day."""

    @classmethod
    def now(cls, tz=None):
        return dt.datetime(2031, 5, 6, 7, 8, tzinfo=tz)


def stored(desk, conviction, seed=0, follow="conviction"):
    """A version whose committee of today convinces that far, and whose evaluation year did not."""
    made = small_artifacts(seed)
    judged = [
        Validation(fold, "2015-01-02", "2017-12-22", 156, 0.012, 2.0 * c, c)
        for fold, c in ((1, 0.0), (0, conviction))
    ]
    metadata = dataclasses.replace(made.metadata, validations=judged)
    settings = dataclasses.replace(made.settings, follow=follow)
    return Registry(desk.models).save(dataclasses.replace(made, metadata=metadata, settings=settings))


@pytest.mark.parametrize(
    ("conviction", "follow", "held"),
    [
        (0.0, "conviction", "equal weight"),
        (0.05, "conviction", "equal weight, 5 % towards its agents"),
        (0.002, "conviction", "equal weight, 1 % towards its agents"),
        (0.998, "conviction", "equal weight, 99 % towards its agents"),
        (1.0, "conviction", "its agents' weights"),
        (0.05, "agents", "its agents' weights"),
    ],
)
def test_a_card_says_what_its_champion_holds_and_why(empty, conviction, follow, held):
    version = stored(empty, conviction, follow=follow)
    settle(Registry(empty.models), version, "manual")
    text = said(opened("overview")).replace("\u00a0", " ")
    day = DecisionLog(empty.models).decisions()[0].at[:10]
    assert f"Holds **{held}** today, champion since {day}." in text
    assert f"its agents earned {version.metadata.production.evidence}" in text


@pytest.mark.parametrize(
    ("choice", "held"), [("agents", "its agents' weights"), ("equal weight", "equal weight")]
)
def test_what_a_person_chose_to_follow_counts(empty, choice, held):
    registry, version = Registry(empty.models), stored(empty, 0.4)
    settle(registry, version, "manual")
    choose_follow(registry, VARIANT, choice, actor="ada", reason="I *know* better", champion=version.name)
    text = said(opened("overview"))
    assert f"Holds **{held}** today" in text
    assert r"as ada chose on" in text
    assert r"I \*know\* better" in text, "a reason formats nothing"


def test_a_choice_that_is_not_known_is_named_and_the_card_stands(empty):
    registry, version = Registry(empty.models), stored(empty, 0.4)
    settle(registry, version, "manual")
    facts = {"actor": "ada", "champion": version.name, "reason": "Later", "evidence": ""}
    verdict = Gate(False, math.nan, None, "half of it")
    DecisionLog(registry.root).append("follow", VARIANT, version.name, gate=verdict, **facts)
    at = opened("overview")
    assert "'half of it'" in at.error[0].value
    assert at.metric[0].label == "CAGR, net of costs"


def test_a_champion_counts_from_its_own_promotion(empty, monkeypatch):
    registry = Registry(empty.models)
    first, second = stored(empty, 0.0), stored(empty, 1.0, seed=1)
    settle(registry, first, "manual")
    with monkeypatch.context() as patch:
        patch.setattr(decision_log, "datetime", Later)
        decide(registry, second, "override", actor="ada", reason="Better", champion=first.name)
    assert "Holds **its agents' weights** today, champion since 2031-05-06." in said(opened("overview"))


@pytest.mark.parametrize(
    ("choice", "held"), [("equal weight", "equal weight"), ("agents", "its agents' weights")]
)
def test_what_a_person_chose_for_a_champion_is_what_it_holds(empty, choice, held):
    version = stored(empty, 0.4)
    settle(Registry(empty.models), version, "manual")
    facts = {"actor": "ada", "reason": "r", "champion": version.name}
    choose_follow(Registry(empty.models), VARIANT, choice, **facts)
    text = said(opened("overview"))
    assert f"Holds **{held}** today, champion since" in text
    assert f"Follows {FOLLOWS[choice]}, as ada chose on 20" in text.replace("\u00a0", " ")
    choose_follow(Registry(empty.models), VARIANT, "as trained", **facts)
    text = said(opened("overview")).replace("\u00a0", " ")
    assert "Holds **equal weight, 40 % towards its agents** today, champion since" in text


def test_who_became_champion_outside_the_log_has_no_day(empty):
    Registry(empty.models).set_current(VARIANT, stored(empty, 0.0).name)
    assert "Holds **equal weight** today." in said(opened("overview"))


def test_the_agents_own_record_stands_beside_that_as_traded(empty):
    registry = Registry(empty.models)
    own = stored(empty, 0.0)
    registry.set_current(VARIANT, own.name)
    earned = percent(own.metadata.metrics["agents_cagr"])
    shown = said(opened("overview")).replace("\u00a0", " ")
    assert f"Agents' own record: {earned} a year.".replace("\u00a0", " ") in shown
    registry.set_current(VARIANT, without_own_record(stored(empty, 0.0, seed=1)).name)
    assert "Agents' own record: see Compare." in said(opened("overview"))
    registry.set_current(VARIANT, stored(empty, 0.0, seed=2, follow="agents").name)
    assert "Agents' own record: the same." in said(opened("overview"))


def test_a_weekly_run_that_stopped_is_something_to_do_and_a_finished_one_is_not(filled):
    began = dt.datetime(2022, 12, 23, 22, 0, tzinfo=dt.UTC)
    record = WeekRecord(week="2022-12-23", job="0123456789ab", began=began)
    for changed, is_said in (({"stopped": "The data are refused."}, True), ({"finished": began}, False)):
        keep(filled, record.model_copy(update=changed))
        assert ("The run of the week of **2022-12-23** stopped." in said(opened("overview"))) is is_said
