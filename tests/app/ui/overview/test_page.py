"""What the Overview says that a champion holds, since when, and on what grounds."""

import dataclasses
import datetime as dt

import pytest

from sac.portfolio import Validation
from sac.promotion import DecisionLog, decision_log
from sac.promotion.deciding import decide, settle
from sac.registry import Registry
from tests.support.desk_pages import opened, said
from tests.support.small_versions import VARIANT, small_artifacts

pytestmark = pytest.mark.slow


class Later(dt.datetime):
    """The clock of another day."""

    @classmethod
    def now(cls, tz=None):
        return dt.datetime(2031, 5, 6, 7, 8, tzinfo=tz)


def stored(desk, conviction, seed=0, follow="conviction", **metrics):
    """A version whose committee of today convinces that far, and whose evaluation year did not."""
    made = small_artifacts(seed)
    judged = [
        Validation(fold, "2015-01-02", "2017-12-22", 156, 0.012, 2.0 * c, c)
        for fold, c in ((1, 0.0), (0, conviction))
    ]
    told = {name: value for name, value in (made.metadata.metrics | metrics).items() if value is not None}
    metadata = dataclasses.replace(made.metadata, validations=judged, metrics=told)
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
    assert f"Conviction {conviction * 100:.0f} %: {version.metadata.production.evidence}" in text
    assert ("Followed without reserve. Conviction" in text) == (follow == "agents")


def test_a_champion_counts_from_its_own_promotion(empty, monkeypatch):
    registry = Registry(empty.models)
    first, second = stored(empty, 0.0), stored(empty, 1.0, seed=1)
    settle(registry, first, "manual")
    with monkeypatch.context() as patch:
        patch.setattr(decision_log, "datetime", Later)
        decide(registry, second, "override", actor="ada", reason="Better", champion=first.name)
    assert "Holds **its agents' weights** today, champion since 2031-05-06." in said(opened("overview"))


def test_who_became_champion_outside_the_log_has_no_day(empty):
    Registry(empty.models).set_current(VARIANT, stored(empty, 0.0).name)
    assert "Holds **equal weight** today." in said(opened("overview"))


def test_the_agents_own_record_stands_beside_that_as_traded(empty):
    registry = Registry(empty.models)
    registry.set_current(VARIANT, stored(empty, 0.0, agents_cagr=0.071).name)
    assert "Agents' own record: 7.1 % a year." in said(opened("overview")).replace("\u00a0", " ")
    registry.set_current(VARIANT, stored(empty, 0.0, seed=1, agents_cagr=None).name)
    assert "Agents' own record: see Compare." in said(opened("overview"))
    registry.set_current(VARIANT, stored(empty, 0.0, seed=2, follow="agents").name)
    assert "Agents' own record: the same." in said(opened("overview"))
