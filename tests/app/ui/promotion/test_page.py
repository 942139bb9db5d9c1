"""The Promotion page over a real registry: verdict, decision, history, the way back."""

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.access import roles, visitors
from app.settings import Settings
from sac.promotion import DecisionLog, settle
from sac.promotion.deciding import decide
from sac.promotion.record import RECORD
from sac.registry import Registry
from tests.support.small_versions import VARIANT, small_artifacts

pytestmark = pytest.mark.slow

MAIN = Path(__file__).resolve().parents[4] / "app" / "main.py"


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    return Settings(tmp_path)


@pytest.fixture
def registry(root):
    return Registry(root.models)


@pytest.fixture
def versions(registry):
    """The champion of 10 %, and challengers of 5 % and 12 %."""
    saved = [registry.save(small_artifacts(seed, cagr)) for seed, cagr in ((1, 0.10), (2, 0.05), (3, 0.12))]
    for version in saved:
        settle(registry, version)
    return saved


def opened(version=None):
    at = AppTest.from_file(str(MAIN), default_timeout=30).run()
    if version:
        at.query_params["version"] = version.name
    at.switch_page("../pages/promotion.py").run()
    return whole(at)


def whole(at):
    assert not at.exception, at.exception[0].message
    return at


def words(at, kind):
    return "\n".join(element.value for element in getattr(at, kind))


def give_reason(at, version, text):
    at.text_input(key=f"reason-{version.name}").input(text)
    return at


def test_an_empty_desk_says_that_nothing_is_pending(root):
    at = opened()
    assert "No challenger is pending review: a training or a fine-tuning brings" in words(at, "markdown")
    assert "No decision yet" in words(at, "caption")
    assert not at.button


def test_the_eligible_challenger_is_shown_first_with_its_verdict(versions):
    at = opened()
    assert list(at.dataframe[0].value["Gate"]) == ["eligible", "not eligible"]
    assert "CAGR 12.0000 % is higher than the champion's 10.0000 % on the 40 weeks" in words(at, "markdown")
    assert [button.key for button in at.button] == ["approve", "reject"]
    assert "40 weeks, 2018-03-19 to 2018-12-24, net." in words(at, "caption")


def test_approving_takes_a_reason_and_stands_in_the_history(registry, versions):
    first, _, better = versions
    at = whole(opened().button(key="approve").click().run())
    assert "needs a reason" in words(at, "error")
    assert registry.current(VARIANT) == first.name

    at = whole(give_reason(at, better, "Higher CAGR").button(key="approve").click().run())
    assert registry.current(VARIANT) == better.name
    assert "approved: decision 2 in the history below" in words(at, "success")
    table = at.dataframe[-1].value
    assert list(table["Decision"]) == ["approved", "promoted as the first model"]
    assert (table["Who"][0], table["Reason"][0]) == ("local user", "Higher CAGR")
    row = DecisionLog(registry.root).sealed()[0]
    assert f'"challenger":"{better.name}"' in row.evidence.replace(" ", "")
    assert "approved" not in words(at.run(), "success")  # said once


def test_a_challenger_that_is_not_eligible_needs_the_tick_and_a_reason(registry, versions):
    _, worse, _ = versions
    at = opened(worse)
    assert at.button(key="override").disabled
    at.checkbox[0].check().run()
    give_reason(at, worse, "For its drawdown").button(key="override").click().run()
    assert registry.current(VARIANT) == worse.name
    assert not DecisionLog(registry.root).decisions()[0].passed
    assert "by override" in words(at, "success")


def test_a_rejected_challenger_leaves_the_queue_and_can_be_found_again(registry, versions):
    _, worse, better = versions
    at = opened(better)
    give_reason(at, better, "Turnover").button(key="reject").click().run()
    assert list(at.dataframe[0].value["Challenger"]) == [worse.name]
    at.toggle(key="all").set_value(True).run()
    status = at.dataframe[0].value.set_index("Challenger")["Status"]
    assert (status[better.name], status[worse.name]) == ("rejected", "pending review")


def test_a_rejected_challenger_is_named_when_linked_and_not_rejected_again(registry, versions):
    first, worse, better = versions
    for version in (worse, better):
        decide(registry, version, "reject", actor="eve", reason="r", champion=first.name)
    at = opened(better)
    assert f"`{better.name}`, which is not here. It may be reviewed already" in words(at, "warning")
    assert "No challenger is pending review" in words(at, "markdown")
    at.toggle(key="all").set_value(True).run()
    at.query_params["version"] = better.name
    assert whole(at.run()).button(key="reject").disabled


def test_rollback_is_one_click_with_a_reason(registry, versions):
    first, _, better = versions
    decide(registry, better, "approve", actor="ada", reason="r", champion=first.name)
    at = opened()
    at.text_input(key=f"rollback-reason-{VARIANT}").input("It lost money")
    at.button(key="rollback").click().run()
    assert registry.current(VARIANT) == first.name
    assert "Rolled back to" in words(at, "success")
    assert at.text_input(key=f"rollback-reason-{VARIANT}").value == "", "it was that rollback's"


def test_a_rollback_that_is_refused_keeps_its_reason(registry, versions):
    first, _, better = versions
    decide(registry, better, "approve", actor="ada", reason="r", champion=first.name)
    at = opened()
    at.text_input(key=f"rollback-reason-{VARIANT}").input("It lost money").run()
    decide(registry, first, "override", actor="bob", reason="r", champion=better.name)  # in another browser
    at.button(key="rollback").click().run()
    assert "choose one of" in words(at, "error")
    assert at.text_input(key=f"rollback-reason-{VARIANT}").value == "It lost money"


def test_without_an_earlier_champion_no_way_back_is_offered(versions):
    assert "rollback" not in [button.key for button in opened().button]


def test_the_history_and_its_file_follow_the_filter(registry, versions):
    first, worse, better = versions
    decide(registry, worse, "reject", actor="eve", reason="Turnover", champion=first.name)
    decide(registry, better, "approve", actor="ada", reason="CAGR", champion=first.name)
    at = opened()
    at.multiselect(key="history-decisions").set_value(["reject"]).run()
    assert list(at.dataframe[-1].value["Reason"]) == ["Turnover"]
    saved = at.get("download_button")[-1]
    assert not saved.disabled
    at.multiselect(key="history-decisions").set_value(["override"]).run()
    assert at.dataframe[-1].value.empty
    assert at.get("download_button")[-1].disabled, "there is nothing to take away"


def test_who_clicks_on_an_old_page_is_refused(registry, versions):
    first, worse, better = versions
    at = opened(worse)
    give_reason(at, worse, "Not good").run()
    decide(registry, better, "approve", actor="bob", reason="r", champion=first.name)  # in another browser
    at.button(key="reject").click().run()
    assert "approve by bob" in words(at, "error")
    assert len(DecisionLog(registry.root).decisions()) == 2


def test_a_viewer_cannot_decide_even_by_calling_the_callback(registry, versions, monkeypatch):
    first, _, better = versions
    at = opened(better)
    monkeypatch.setattr(visitors, "visitor", lambda: roles.Visitor("eve", "viewer"))
    give_reason(at, better, "Mine").button(key="approve").click().run()
    assert "eve has the role viewer" in words(at, "error")
    assert registry.current(VARIANT) == first.name
    assert all(button.disabled for button in at.button)


def test_a_tampered_row_is_reported(registry, versions):
    with closing(sqlite3.connect(registry.root / RECORD)) as db, db:
        db.execute("DROP TRIGGER decisions_stand")
        db.execute("UPDATE decisions SET reason = 'nicer' WHERE seq = 1")
    assert "Decision 1 was changed after it was written." in words(opened(), "error")


def test_no_challenger_is_eligible_beside_a_damaged_champion(registry, versions):
    first, _, better = versions
    (first.path / "actor.pt").unlink()
    at = opened(better)
    assert "The champion cannot be read" in words(at, "markdown")
    assert next(button.key for button in at.button) == "override"
    assert "actor.pt is missing" in words(at, "error")
    assert set(at.dataframe[0].value["Gate"]) == {"not eligible"}


def test_an_impossible_policy_is_a_clear_message(root, monkeypatch):
    monkeypatch.setenv("SAC_DESK_PROMOTION", "maybe")
    assert "set it to manual or auto" in words(opened(), "error")


def test_a_link_to_what_is_not_in_the_queue_is_said_and_a_decision_is_none(versions):
    champion, _, eligible = versions
    assert f"The link names `{champion.name}`, which is not here" in words(opened(champion), "warning")
    at = opened(eligible)
    assert "The link names" not in words(at, "warning")
    give_reason(at, eligible, "It did better.").button(key="approve").click().run()
    assert "approved" in words(whole(at), "success")
    assert "The link names" not in words(at, "warning")


def test_the_first_sentence_asks_the_model_where_the_data_are_its_own(empty, sample_desk):
    shutil.copytree(sample_desk, empty.data, dirs_exist_ok=True)
    sentence = next(one.value for one in opened().markdown if one.value.startswith("### "))
    assert re.search(r" would trade \\\$[\d,]+ of \\\$100,000 today; ", sentence), sentence
