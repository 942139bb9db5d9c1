"""How far the agents are followed: said, drawn and chosen on the page Weights, used wherever weights are."""

import json
import shutil

import numpy as np
import pytest

from app import cli
from app.access import roles, visitors
from app.api import weights as route
from app.api.schemas import InferenceRequest
from sac.market import price_folder
from sac.promotion import DecisionLog
from sac.promotion.following import choose_follow
from sac.promotion.state import champion_of
from tests.support.desk_pages import opened, said
from tests.support.judged_versions import judge
from tests.support.small_trainings import CLOSES, FIRST
from tests.support.synthetic import random_closes, write_prices

pytestmark = pytest.mark.slow

VARIANT = "sac_lstm"
EVIDENCE = "its agents earned +3.1 pp of annualised log growth over equal weight"


@pytest.fixture
def root(empty, own_desk, on_day):
    """A desk on own prices whose champion has conviction 40 %, on a day on which its data are fresh."""
    shutil.copytree(own_desk, empty.data, dirs_exist_ok=True)
    judge(champion_of(empty.registry, VARIANT), 0.4)
    on_day("2019-01-02")
    return empty


def targets_of(at):
    return next(table.value for table in at.dataframe if "target" in table.value).set_index("symbol")


def evidence(at):
    """What stands behind the "?" of the sentence that says why."""
    [why] = [one.help for one in at.markdown if one.value.startswith("The target ")]
    return why.replace("\\", "")


def words(at):
    """What the page says, without the marks that keep a text from formatting."""
    return said(at).replace("\\", "")


def chosen(root, choice, **given):
    """Somebody's choice for the champion of now."""
    champion = champion_of(root.registry, VARIANT).name
    facts = {"actor": "ada", "reason": "The spread is gone.", **given}
    return choose_follow(root.registry, VARIANT, choice, champion=champion, **facts)


def pick(at, choice, reason):
    at.segmented_control[0].set_value(choice).run()
    next(field for field in at.text_input if field.label == "Reason to follow that").input(reason)
    return at.button(key="choose-follow").click().run()


def test_a_target_between_equal_weight_and_the_agents_shows_both(root):
    at = opened("weights")
    assert "The target goes 40 % of the way from equal weight to the agents' own weights." in words(at)
    assert evidence(at).startswith(f"Conviction 40 %: {EVIDENCE} (t +0.8) on 156 validation weeks")
    table = targets_of(at)
    stocks = len(table) - 1
    equal = np.array([98 / stocks] * stocks + [2.0])
    agents = table["agents"].to_numpy()
    assert agents.sum() == pytest.approx(100, abs=0.05 * len(table))
    assert np.abs(agents - equal).max() > 0.1
    assert table["target"].to_numpy() == pytest.approx(equal + 0.4 * (agents - equal), abs=0.08)


def test_agents_that_are_followed_without_reserve_are_the_target_and_told_once(root):
    judge(champion_of(root.registry, VARIANT), 0.0, follow="agents")
    at = opened("weights")
    told = "The target is what the agents want, as its training asked; conviction would be 0 %."
    assert told in words(at)
    assert evidence(at).startswith(f"Follows its agents, as its training asked. Conviction 0 %: {EVIDENCE}")
    assert "agents" not in targets_of(at)


def test_without_conviction_the_reasons_are_one_sentence(root):
    judge(champion_of(root.registry, VARIANT), 0.0)
    at = opened("weights", why="true")
    told = "The target is equal weight: conviction is 0 %, so forecasts and agents change nothing."
    assert told in words(at)
    assert not [panel for panel in at.expander if panel.label == "What agents saw"]
    assert not [table for table in at.dataframe if "sensitivity" in table.value]
    figures = {metric.label: metric.value for metric in at.metric}
    assert figures["Tracking error"] == "= equal weight"
    assert figures["Expected volatility"].endswith(" %")


def test_a_conviction_that_rounds_to_zero_is_not_none(root):
    judge(champion_of(root.registry, VARIANT), 0.004)
    at = opened("weights")
    assert "The target goes less than 1 % of the way" in words(at)
    assert [panel for panel in at.expander if panel.label == "What agents saw"]


def test_without_validation_weeks_nothing_measured_the_agents(empty, own_desk, on_day):
    shutil.copytree(own_desk, empty.data, dirs_exist_ok=True)
    on_day("2019-01-02")
    at = opened("weights")
    assert "The target is what the agents want: no validation weeks measured them." in words(at)
    assert evidence(at) == "Conviction 100 %: no validation weeks measured its agents."


def test_a_choice_with_a_reason_changes_the_target_at_once_and_is_said(root):
    before = targets_of(at := opened("weights"))
    assert at.button(key="choose-follow").disabled, "it is that already"
    at = pick(at, "equal weight", "The *spread* is gone")
    assert "follows equal weight from now on: decision 2 of the history." in said(at)
    table = targets_of(at)
    assert table["target"].to_dict() == {**dict.fromkeys(CLOSES.columns, 16.3), "CASH": 2.0}
    assert table["agents"].to_dict() == before["agents"].to_dict()
    assert "The target is equal weight, as local user chose on 20" in words(at)
    assert ": The \\*spread\\* is gone. Forecasts and agents change nothing." in said(at), (
        "it formats nothing"
    )
    assert "As trained: conviction 40 %" in evidence(at)
    assert not [panel for panel in at.expander if panel.label == "What agents saw"]
    row = DecisionLog(root.models).decisions()[0]
    assert (row.action, row.verdict, row.actor) == ("follow", "equal weight", "local user")
    at = pick(opened("weights"), "as trained", "It is back")
    assert evidence(at).startswith("Conviction 40 %")
    assert targets_of(at)["target"].to_dict() == before["target"].to_dict()


def test_a_choice_without_a_reason_is_refused(root):
    at = opened("weights")
    at.segmented_control[0].set_value("agents").run()
    at = at.button(key="choose-follow").click().run()
    assert "needs a reason" in at.error[0].value
    assert evidence(at).startswith("Conviction 40 %")


def test_a_viewer_cannot_choose_even_by_calling_the_callback(root, monkeypatch):
    at = opened("weights")
    at.segmented_control[0].set_value("agents").run()
    monkeypatch.setattr(visitors, "visitor", lambda: roles.Visitor("eve", "viewer"))
    at = at.button(key="choose-follow").click().run()
    assert "eve has the role viewer" in at.error[0].value
    assert at.button(key="choose-follow").disabled
    assert [row.action for row in DecisionLog(root.models).decisions()] == ["first"]


def test_only_a_champion_is_offered_a_choice(filled):
    champion = champion_of(filled.registry, VARIANT).name
    other = next(v.name for v in filled.registry.versions(VARIANT) if v.name != champion)
    assert "Follow: as trained" in [panel.label for panel in opened("weights").expander]
    at = opened("weights", version=other)
    assert not [panel for panel in at.expander if panel.label.startswith("Follow")]


def test_agents_that_expire_soon_are_warned_of_from_week_40(root, on_day):
    """They last learned on 2018-12-28."""
    for last, today, warned in (("2019-09-27", "2019-09-30", False), ("2019-10-04", "2019-10-07", True)):
        write_prices(price_folder(root.data), random_closes(len(CLOSES.columns), FIRST, last))
        on_day(today)
        warnings = [warning.value for warning in opened("weights").warning]
        note = "Its agents last learned 40 weeks ago and expire on 2020-01-03: train again soon."
        assert (note in warnings) == warned
    assert any(root.cache.rglob("*")), "the new year's forecaster is kept where the desk keeps them"


def test_expired_agents_block_weights_trades_and_the_file(root, on_day):
    write_prices(price_folder(root.data), random_closes(len(CLOSES.columns), FIRST, "2020-01-03"))
    on_day("2020-01-06")
    at = opened("weights")
    [banner] = at.error
    assert "last learned on 2018-12-28 and expired on 2020-01-03, 53 weeks later" in banner.value
    assert not [table for table in at.dataframe if not str(table.key).startswith("positions-")]
    assert not at.get("download_button")
    assert not at.get("plotly_chart")


@pytest.mark.parametrize("choice", ["as trained", "equal weight", "agents"])
def test_page_command_and_http_interface_give_the_same_weights(root, choice, capsys):
    if choice != "as trained":
        chosen(root, choice)
    wanted = InferenceRequest.model_validate({"portfolio": {"cash": 1e6}})
    answer = route.recommended(VARIANT, wanted)
    assert cli.main(["weights", VARIANT, "--cash", "1000000", "--trades", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    table = targets_of(opened("weights"))
    conviction = {"as trained": 0.4, "equal weight": 0.0, "agents": 1.0}[choice]
    assert (answer.conviction, answer.follow) == (conviction, choice)
    assert (printed["conviction"], printed["follow"]) == (conviction, choice)
    for name, weight in answer.target_weights.items():
        assert printed["target_weights"][name] == pytest.approx(weight, abs=1e-9)
        assert table["target"][name] == pytest.approx(100 * weight, abs=0.05 + 1e-7)
    assert printed["agents_weights"] == pytest.approx(answer.agents_weights)
    dollars = {t["symbol"]: t["value"] for t in printed["trade_list"]["trades"]}
    orders = {name: dollars.get(name, 0.0) / 1e6 for name in CLOSES.columns}
    targets = {name: answer.target_weights[name] for name in CLOSES.columns}
    assert orders == pytest.approx(targets, abs=0.001), "orders follow it too"


def test_the_command_says_what_is_followed_and_why(root, capsys):
    assert cli.main(["weights", VARIANT]) == 0
    out = capsys.readouterr().out
    assert f"\nConviction 40 %: {EVIDENCE}" in out
    assert out.count("annualised log growth") == 1
    assert out.splitlines()[4].split() == ["symbol", "now", "target", "agents'", "own"]
    chosen(root, "agents")
    assert cli.main(["weights", VARIANT]) == 0
    out = capsys.readouterr().out
    assert "Follows its agents, as ada chose on 20" in out
    assert "The spread is gone. As trained: conviction 40 %" in out
    assert "agents' own" not in out


def test_champions_side_by_side_say_what_each_follows(root):
    chosen(root, "equal weight")
    assert "conviction 0 %, follows equal weight by choice)" in said(opened("weights", champions="true"))


def test_a_choice_stands_in_the_history_in_words(root):
    chosen(root, "equal weight")
    at = opened("promotion")
    table = at.dataframe[-1].value
    assert table["Decision"].tolist() == ["follows equal weight", "promoted as the first model"]
    assert table["CAGR"][0] == "", "nothing was compared"
    assert table["Reason"][0] == "The spread is gone."
    assert not at.error


def test_promotion_says_by_whose_word_the_champion_holds_what_a_challenger_would_replace(filled):
    at = opened("promotion")
    at.session_state["evidence"] = "Before and after"
    assert "by choice" not in said(at.run())
    chosen(filled, "equal weight")
    assert "The champion follows equal weight by choice." in said(at.run())
    table = next(
        table.value for table in at.dataframe if "Challenger" in table.value and "Trade" in table.value
    )
    assert table["Champion"].nunique() == 2, "equal weight, and cash"
