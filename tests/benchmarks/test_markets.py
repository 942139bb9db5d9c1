"""The protocol of benchmarks/markets.py; the markets themselves come with a package that tests do without."""

import numpy as np

from benchmarks import contenders, markets
from sac.config import Constraints
from sac.market import numbered_panel
from sac.portfolio import EqualWeight, backtest


def closes(weeks=400, stocks=8, seed=0):
    daily = np.random.default_rng(seed).normal(0.0, 0.02, (5 * weeks, stocks))
    return np.cumprod(1.0 + daily, axis=0)


def test_a_fold_learns_only_from_weeks_that_were_complete_at_its_first_decision():
    panel = numbered_panel(closes(), note="")
    folds = markets.folds_of(panel)
    assert [fold.evaluation.start for fold in folds] == [200, 304]  # half the data, then every two years
    assert folds[-1].evaluation.stop == panel.complete_steps
    for fold in folds:
        first = panel.decisions[fold.evaluation.start]
        assert panel.fills[fold.train_stop] <= first < panel.fills[fold.train_stop + 1]
        assert fold.validation.stop == fold.train_stop
        assert len(fold.validation) == min(156, fold.train_stop // 3)


def test_rules_know_closes_up_to_their_decision_alone():
    prices, step = closes(), 250
    later = prices.copy()
    later[5 * step + 5 :] = closes(seed=1)[5 * step + 5 :]  # from the fill on
    before, after = (numbered_panel(each, note="") for each in (prices, later))
    limits, held = Constraints(), np.full(9, 1 / 9)
    for name in ("five-day reversal", "12-1 momentum"):
        rules = [contenders.RULES[name](panel, limits) for panel in (before, after)]
        one, other = (
            rule.allocate(panel, step, held) for rule, panel in zip(rules, (before, after), strict=True)
        )
        np.testing.assert_array_equal(one, other)
        assert one.max() <= limits.max_position + 1e-12
        assert one.sum() == 1.0
        weeks = range(step + 60, step + 80)
        one, other = (
            np.array([rule.allocate(panel, week, held) for week in weeks])
            for rule, panel in zip(rules, (before, after), strict=True)
        )
        assert not np.array_equal(one, other)


def test_the_table_says_what_the_leads_are():
    panel, limits = numbered_panel(closes(), note=""), Constraints()
    steps = range(200, panel.complete_steps)
    equal = backtest(EqualWeight(limits), panel, steps, limits)
    rule = contenders.RULES["five-day reversal"](panel, limits)
    record = backtest(rule, panel, steps, limits)
    lead = np.log1p(record.net) - np.log1p(equal.net)
    turnover = float(record.turnover.mean())
    row = markets.Result("here", "five-day reversal", 10.0, lead.tolist(), turnover, None, 0.0)
    cells = [cell.strip() for cell in markets.table([row]).splitlines()[2].split("|")[1:-1]]
    assert cells[:4] == ["here", "five-day reversal", "10", str(len(lead))]
    assert cells[4].startswith(f"{lead.mean() * 5200:+.1f} [")
    assert cells[6] == f"{turnover:.2f}"
