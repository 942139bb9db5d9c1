"""What the Overview says that a champion holds, since when, and on what grounds."""

import dataclasses
import datetime as dt
import json
import math
import shutil

import pytest

from app.week.kept import WeekRecord, keep
from sac.book import Book, choose_book
from sac.portfolio import Validation
from sac.promotion import DecisionLog, decision_log
from sac.promotion.deciding import decide, settle
from sac.promotion.following import choose_follow
from sac.promotion.gate import Gate
from sac.registry import Registry
from tests.support.desk_pages import links, opened, said
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


def row(at, column):
    return at.table[0].value[column]["SAC + LSTM"]


@pytest.mark.parametrize(
    ("conviction", "follow", "held", "does"),
    [
        (0.0, "conviction", "equal weight", "holds equal weight"),
        (0.05, "conviction", "tilted to agents", "trades at 5 % conviction"),
        (0.002, "conviction", "tilted to agents", "trades at 1 % conviction"),
        (0.998, "conviction", "tilted to agents", "trades at 99 % conviction"),
        (1.0, "conviction", "agents' weights", "trades its agents' weights"),
        (0.05, "agents", "agents' weights", "trades its agents' weights"),
    ],
)
def test_sentence_and_table_say_what_a_champion_holds(empty, conviction, follow, held, does):
    settle(Registry(empty.models), stored(empty, conviction, follow=follow), "manual")
    at = opened("overview")
    assert f"### Today **SAC + LSTM** {does}." in said(at).replace("\u00a0", " ")
    assert row(at, "Holds today") == held
    assert row(at, "Conviction") == pytest.approx(conviction)
    assert row(at, "Since") == DecisionLog(empty.models).decisions()[0].at[:10]


@pytest.mark.parametrize(
    ("choice", "held"), [("agents", "agents' weights"), ("equal weight", "equal weight")]
)
def test_what_a_person_chose_to_follow_counts_until_it_is_taken_back(empty, choice, held):
    registry, version = Registry(empty.models), stored(empty, 0.4)
    settle(registry, version, "manual")
    facts = {"actor": "ada", "reason": "I *know* better", "champion": version.name}
    choose_follow(registry, VARIANT, choice, **facts)
    assert row(opened("overview"), "Holds today") == held
    choose_follow(registry, VARIANT, "as trained", **facts)
    assert row(opened("overview"), "Holds today") == "tilted to agents"


def test_a_choice_that_is_not_known_is_named_and_the_row_stands(empty):
    registry, version = Registry(empty.models), stored(empty, 0.4)
    settle(registry, version, "manual")
    facts = {"actor": "ada", "champion": version.name, "reason": "Later", "evidence": ""}
    verdict = Gate(False, math.nan, None, "half of it")
    DecisionLog(registry.root).append("follow", VARIANT, version.name, gate=verdict, **facts)
    at = opened("overview")
    assert "'half of it'" in at.error[0].value
    assert row(at, "Holds today") == "n/a"


def test_a_champion_counts_from_its_own_promotion(empty, monkeypatch):
    registry = Registry(empty.models)
    first, second = stored(empty, 0.0), stored(empty, 1.0, seed=1)
    settle(registry, first, "manual")
    with monkeypatch.context() as patch:
        patch.setattr(decision_log, "datetime", Later)
        decide(registry, second, "override", actor="ada", reason="Better", champion=first.name)
    assert row(opened("overview"), "Since") == "2031-05-06"


def test_who_became_champion_outside_the_log_has_no_day(empty):
    Registry(empty.models).set_current(VARIANT, stored(empty, 0.0).name)
    assert row(opened("overview"), "Since") == "n/a"


def test_the_book_has_a_line_a_row_and_a_sentence(two_champions, empty):
    shutil.copytree(two_champions, empty.data, dirs_exist_ok=True)
    assert "Choose the book" in links(opened("overview"))
    registry = Registry(empty.models)
    choose_book(registry, Book(("sac_lstm", "ppo_lstm")), actor="a", reason="b", seen=None)
    at = opened("overview")
    assert "The book is SAC + LSTM and PPO + LSTM in equal parts." in said(at)
    table = at.table[0].value
    assert list(table.index) == ["Book", "SAC + LSTM", "PPO + LSTM", "Equal weight"]
    drawn = json.loads(at.get("plotly_chart")[0].proto.spec)["data"]
    assert [line["name"] for line in drawn][:4] == ["Book", "SAC + LSTM", "PPO + LSTM", "Equal weight"]
    assert "Choose the book" not in links(at)


def test_a_weekly_run_that_stopped_is_something_to_do_and_a_finished_one_is_not(filled):
    began = dt.datetime(2022, 12, 23, 22, 0, tzinfo=dt.UTC)
    record = WeekRecord(week="2022-12-23", job="0123456789ab", began=began)
    for changed, is_said in (({"stopped": "The data are refused."}, True), ({"finished": began}, False)):
        keep(filled, record.model_copy(update=changed))
        shown = ":orange[The run of the week of 2022-12-23 stopped]" in links(opened("overview"))
        assert shown is is_said
