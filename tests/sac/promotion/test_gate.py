"""The gate: CAGR first, on the same weeks, and what that does over ten years of retraining."""

import dataclasses
import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sac.portfolio import Backtest
from sac.promotion.gate import expired, gate
from sac.registry import Version
from tests.support.backtests import walk_of
from tests.support.small_versions import VARIANT, small_artifacts, undetermined

MARKET = np.random.default_rng(7).normal(1.002, 0.02, (640, 5))  # growth of four stocks, twelve years
MARKET[:, -1] = 1.0
EVEN = np.array([0.2, 0.2, 0.2, 0.2, 0.2])
NUMBERS = itertools.count()  # every version has a name of its own


@dataclasses.dataclass(frozen=True, eq=False)
class Judged(Version):
    """A version whose evaluation is in memory: thousands of them are compared here."""

    walked: Backtest

    def evaluation(self) -> Backtest:
        return self.walked


ARTIFACTS = small_artifacts()


@dataclasses.dataclass(frozen=True, eq=False)
class Strategy:
    """A strategy that is trained again and again, over the whole market."""

    whole: Backtest

    def trained_in(self, week: int) -> Version:
        """Its version that last decided in that week, judged on the 104 complete weeks before."""
        record = weeks_of(self.whole, slice(week - 106, week - 2))
        metadata = dataclasses.replace(
            ARTIFACTS.metadata,
            last_decision=str(self.whole.decisions[week]),
            evaluation_start=str(record.dates[0]),
            evaluation_end=str(record.dates[-1]),
        )
        path = Path(VARIANT) / f"v{metadata.last_decision}-{next(NUMBERS):012x}"
        return Judged(path, {}, metadata, ARTIFACTS.settings, record.symbols, record)

    def after(self, version: Version) -> Backtest:
        """What it did after a version's last decision, until its agents expired."""
        first = int((self.whole.decisions <= np.datetime64(version.metadata.last_decision)).sum())
        return weeks_of(self.whole, slice(first, first + 52))


def weeks_of(record: Backtest, rows: slice) -> Backtest:
    """Some weeks of a record."""
    arrays: dict[str, Any] = {
        name: value[rows] for name, value in vars(record).items() if isinstance(value, np.ndarray)
    }
    return dataclasses.replace(record, **arrays)


def strategy(tilt: float = 0.0, seed: int = 0, noise: float = 0.0) -> Strategy:
    """Equal weight, tilted towards the first stock, which earns more, and by noise of its own."""
    rng = np.random.default_rng(seed)
    weights = EVEN + np.array([tilt, -tilt, 0.0, 0.0, 0.0]) + noise * rng.normal(size=(len(MARKET), 5))
    weights = np.clip(weights, 0.0, None)
    return Strategy(walk_of(weights / weights.sum(1, keepdims=True), MARKET, rate=0.0))


def test_identical_strategies_tie_in_every_week_of_ten_years():
    """Retrained 1 to 52 weeks later: other dates alone make nobody better."""
    same, first = strategy(noise=0.02), 110
    champion = same.trained_in(first)
    for week in range(first + 1, first + 520):
        if expired(champion, challenger := same.trained_in(week)):
            champion = challenger
            continue
        verdict = gate(challenger, champion, same.after)
        assert (verdict.passed, verdict.eval_cagr - verdict.prior_cagr) == (False, 0.0)
        assert verdict.weeks >= 101  # not those that neither record of the champion has
        assert " equals the champion's " in verdict.reason


def test_a_better_strategy_passes_in_most_of_the_weeks():
    """Three points a year better, with a tracking error of 6 %, judged on two years."""
    rng, growth = np.random.default_rng(3), MARKET.copy()
    passed, flat = [], strategy()
    for draw in range(60):
        edge = rng.normal(0.03 / 52, 0.06 / np.sqrt(52), len(growth))
        better = growth * (1.0 + edge)[:, None]
        walk = walk_of(np.tile(EVEN, (len(growth), 1)), better)
        challenger = Strategy(walk).trained_in(110 + draw)
        champion = flat.trained_in(120 + draw)
        passed.append(gate(challenger, champion, flat.after).passed)
    assert np.mean(passed) >= 0.7


def test_a_rising_market_helps_no_challenger():
    """What the desk once did: later weeks of a better market against the champion's earlier ones."""
    growth = MARKET.copy()
    growth[200:, :4] *= 1.004
    same = Strategy(walk_of(np.tile(EVEN, (len(growth), 1)), growth, rate=0.0))
    champion, challenger = same.trained_in(200), same.trained_in(240)
    assert challenger.metadata.evaluation_end > champion.metadata.evaluation_end
    assert not gate(challenger, champion, same.after).passed


def test_the_champions_forward_weeks_are_asked_for_only_where_they_count():
    same, asked = strategy(), []
    champion = same.trained_in(200)

    def forward(version):
        asked.append(version.name)

    gate(same.trained_in(190), champion, forward)
    assert asked == []
    verdict = gate(same.trained_in(210), champion, forward)
    assert asked == [champion.name]
    assert verdict.weeks == 94  # without them the weeks that both were judged on


def test_with_few_weeks_in_common_leads_are_compared_and_it_is_said():
    flat, better = strategy(), strategy(tilt=0.1)
    champion, later = flat.trained_in(120), better.trained_in(165)
    assert gate(later, champion).measure == "cagr"
    champion = flat.trained_in(190)
    early = better.trained_in(108)
    verdict = gate(early, champion)
    assert (verdict.measure, verdict.weeks) == ("lead", 0)
    assert verdict.reason.startswith("Lead over equal weight ")
    assert verdict.reason.endswith("each on its own weeks (they have 22 weeks in common).")


def test_other_stocks_are_compared_by_leads(registry):
    artifacts = small_artifacts(3)
    own = registry.save(artifacts)
    verdict = gate(own, strategy().trained_in(120))
    assert (verdict.measure, verdict.passed) == ("lead", False)  # it is equal weight, and so is the champion
    assert "other stocks" in verdict.reason


@pytest.mark.parametrize(("weeks", "over"), [(52, False), (53, True)])
def test_an_expired_champion_is_no_hurdle(weeks, over):
    better, worse = strategy(tilt=0.1), strategy(tilt=-0.1)
    champion = better.trained_in(120)
    challenger = worse.trained_in(120 + weeks)
    verdict = gate(challenger, champion, better.after)
    assert expired(champion, challenger) is over
    assert verdict.passed is (over or verdict.eval_cagr > verdict.prior_cagr)
    assert ("no hurdle" in verdict.reason) is over


@pytest.mark.parametrize(
    ("cagr", "prior", "passed"),
    [(-0.5, None, True), (0.1, 0.09, True), (0.1, 0.1, False), (0.09, 0.1, False)],
)
def test_only_a_higher_cagr_passes(registry, cagr, prior, passed):
    champion = None if prior is None else registry.save(small_artifacts(1, prior))
    verdict = gate(registry.save(small_artifacts(2, cagr)), champion)
    assert verdict.passed is passed
    assert verdict.eval_cagr == pytest.approx(cagr)
    assert verdict.prior_cagr == (None if prior is None else pytest.approx(prior))


def test_without_a_cagr_nobody_passes(registry, monkeypatch):
    verdict = gate(undetermined(registry.save(small_artifacts(1)), monkeypatch), None)
    assert not verdict.passed
    assert math.isnan(verdict.eval_cagr)


def test_beside_a_champion_without_a_cagr_nobody_passes(registry, monkeypatch):
    champion = undetermined(registry.save(small_artifacts(2)), monkeypatch)
    verdict = gate(registry.save(small_artifacts(1, 0.1)), champion)
    assert not verdict.passed
    assert verdict.reason == "The champion has no CAGR to compare with."


def test_the_gate_says_both_figures_in_percent_and_the_weeks(registry):
    higher, lower = (registry.save(small_artifacts(i, cagr)) for i, cagr in enumerate((0.123456, 0.1)))
    assert gate(higher, None).reason == "The first model is promoted; its CAGR is 12.35 %."
    span = f"on the 40 weeks from {lower.evaluation().dates[0]} to {lower.evaluation().dates[-1]}."
    says = f"CAGR 12.3456 % is higher than the champion's 10.0000 % {span}"
    assert gate(higher, lower).reason == says
    assert gate(lower, higher).reason == f"CAGR 10.0000 % is not higher than the champion's 12.3456 % {span}"
