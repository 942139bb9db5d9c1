"""Parts of the Promotion page: its first sentence, the scorecard, the lead, and the file of the history."""

import csv
import io
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from app.holdings.plan import Plan
from app.holdings.portfolio import Valued
from app.ui.promotion.history import history_csv
from app.ui.promotion.today import beside_equal_weight, would_trade
from sac.errors import DataError
from sac.evidence import Search
from sac.portfolio.trades import whole_share_trades
from sac.promotion import DecisionLog, gate, settle
from sac.promotion.case import case_for
from sac.promotion.deciding import decide
from tests.support.small_versions import VARIANT, WEEKS, small_artifacts

pytestmark = pytest.mark.slow


@pytest.fixture
def challenger(registry):
    return registry.save(small_artifacts(2, 0.12))


@pytest.fixture
def case(registry, challenger):
    champion = registry.save(small_artifacts(1, 0.10))
    settle(registry, champion)
    return case_for(challenger, champion, gate(challenger, champion), Search.among())


def plan(weight):
    """Orders that bring a thousand dollars to a weight in one stock of ten dollars."""
    orders = whole_share_trades({}, 1000.0, {"S00": weight, "CASH": 1 - weight}, {"S00": 10.0}, 0.001)
    return Plan(None, Valued(1000.0, {}, {"S00": 10.0}, (), (), {}), orders)


def test_the_first_sentence_says_what_it_would_trade_today_and_how_often_it_is_equal_weight(challenger, case):
    assert would_trade(challenger, case, plan(0.5)).endswith(
        rf" would trade \$500 of \$1,000 today; equals equal weight in {WEEKS} of {WEEKS} weeks."
    )
    assert " would trade nothing today; " in would_trade(challenger, case, plan(0.0))
    refused = would_trade(challenger, case, DataError("The data end in 2018."))
    assert refused.endswith(f"in {WEEKS} of {WEEKS} weeks. No trades today: The data end in 2018.")


def test_a_strategy_of_its_own_is_not_called_equal_weight(challenger, case):
    said = beside_equal_weight(challenger, replace(case, equal_weeks=0))
    assert said.endswith(f" differs from equal weight in all {WEEKS} weeks.")


def test_the_scorecard_has_a_column_for_each_and_live_weeks(case):
    def page(case):
        from app.ui.promotion.scorecard import scorecard

        scorecard(case, {"challenger": 0, "champion": 3})

    lines = AppTest.from_function(page, args=(case,)).run().markdown[0].value.split("\n")
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    rows = {name: figures for name, *figures in cells}
    assert rows[""] == ["Challenger", "Champion"]
    assert rows["CAGR (%)"] == ["12.0", "10.0"]
    assert rows["Live weeks"] == ["0", "3"]
    assert {"Volatility (%)", "Sharpe", "Drawdown (%)", "Weekly turnover (%)", "Cost (pp/year)"} < set(rows)


def test_strategies_that_are_one_have_no_best_stock(registry, case, challenger):
    def page(case):
        from app.ui.promotion.evidence import _attribution

        _attribution(case, "the champion")

    def said(one):
        return AppTest.from_function(page, args=(one,)).run().markdown[0].value

    assert "Without its best stock, S0" in said(case)
    champion = registry.champion(VARIANT)
    twin = registry.save(small_artifacts(3, 0.10))
    same = case_for(twin, champion, gate(twin, champion), Search.among())
    assert said(same) == "Same as the champion in every week: no edge to attribute."


def test_the_file_has_plain_columns(registry, challenger):
    champion = registry.save(small_artifacts(1, 0.10))
    settle(registry, champion)
    decide(registry, challenger, "approve", actor="ada", reason="Higher CAGR", champion=champion.name)
    rows = list(csv.DictReader(io.StringIO(history_csv(DecisionLog(registry.root).sealed()))))
    assert [row["number"] for row in rows] == ["1", "2"]
    last = rows[1]
    assert all(name.replace("_", "").isalnum() and name.islower() for name in last)
    assert last["decided_at"].startswith("20")
    assert last["decided_at"][10] == "T"
    assert (last["action"], last["decided_by"], last["eligible"]) == ("approve", "ada", "true")
    assert (last["version"], last["champion_before"]) == (challenger.name, champion.name)
    assert float(last["cagr"]) == pytest.approx(0.12)
    assert float(last["champion_cagr"]) == pytest.approx(0.10)
    assert rows[0]["champion_cagr"] == "", "nothing where there was nothing to compare with"
    assert rows[1]["previous_hash"] == rows[0]["hash"]
