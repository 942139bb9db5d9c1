"""Sealed weeks are scored as they would have been traded, and only those that were sealed beforehand."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from sac.config import CASH, Constraints
from sac.errors import DataError
from sac.track import TrackLog, WeekDecision
from sac.track.scoring import scored
from tests.support.synthetic import random_panel

PANEL = random_panel(stocks=3, first="2019-01-02", last="2019-12-31")
COSTS = Constraints(cost_rate=0.002, cash_rate=0.03, max_position=0.5)
FIRST = 10  # step of the first sealed week


def decided(step: int, panel=PANEL, seed: int = 0) -> WeekDecision:
    shares = np.random.default_rng([seed, step]).dirichlet(np.ones(len(panel.symbols) + 1))
    weights = dict(zip((*panel.symbols, CASH), shares.tolist(), strict=True))
    close = panel.closes[np.searchsorted(panel.sessions, panel.decisions[step])]
    return WeekDecision(
        subject="sac_lstm",
        version="v2019-01-04-0123456789ab",
        decision=str(panel.decisions[step]),
        fill=str(panel.fills[step]),
        weights=weights,
        agents=weights,
        conviction=1.0,
        follow="as trained",
        forecasts={},
        closes=dict(zip(panel.symbols, close.tolist(), strict=True)),
        constraints=dataclasses.asdict(COSTS),
        source="test",
        fingerprint=f"{step:064d}",
        note="",
    )


def sealed(folder, steps, late=()):
    """Rows of those steps, in time but for the late ones."""
    log = TrackLog(folder)
    start = dt.datetime(2019, 1, 5, tzinfo=dt.UTC)
    for step in steps:
        when = start + dt.timedelta(weeks=step)
        log.append(decided(step), lambda at, step=step: "late" if step in late else None, when)
    return log.rows()


def recomputed(rows, symbols):
    """Growth, turnover and cost of live rows from nothing but closes by date: another road to the same."""
    closes = {str(day): PANEL.closes[i] for i, day in enumerate(PANEL.sessions)}
    by_decision = {row.decision: row for row in rows if row.kind == "prospective"}
    cash, held, net, turnovers = COSTS.cash_growth, None, [], []
    amounts = dict.fromkeys(symbols, 0.0) | {CASH: 1.0}  # dollars; it begins with one
    for step, decision in enumerate(PANEL.decisions[:-1].astype(str)):
        row, wealth = by_decision.get(decision), sum(amounts.values())
        if row:
            held = True
            wanted = {name: share * wealth for name, share in row.weights.items()}
            traded = sum(abs(wanted[name] - amounts[name]) for name in symbols)
            turnovers.append(traded / wealth)
            amounts = {
                name: value * (1.0 - COSTS.cost_rate * traded / wealth) for name, value in wanted.items()
            }
        if held:
            buy, sell = closes[str(PANEL.fills[step])], closes.get(str(PANEL.fills[step + 1]))
            if sell is None:
                break
            for place, name in enumerate(symbols):
                amounts[name] *= sell[place] / buy[place]
            amounts[CASH] *= cash
        if row:
            net.append(sum(amounts.values()) / wealth - 1.0)
    return np.array(net), np.array(turnovers[: len(net)])


@pytest.mark.parametrize("missing", [(), (12, 13, 20)])
def test_scores_equal_an_independent_recomputation(tmp_path, missing):
    steps = [step for step in range(FIRST, 45) if step not in missing]
    rows = sealed(tmp_path, steps)
    result = scored("Champion", rows, PANEL)
    net, turnover = recomputed(rows, PANEL.symbols)
    assert [str(day) for day in result.champion.decisions] == [row.decision for row in rows]
    np.testing.assert_allclose(result.champion.net, net, rtol=0, atol=1e-12)
    np.testing.assert_allclose(result.champion.turnover, turnover, rtol=0, atol=1e-12)
    np.testing.assert_allclose(result.costs, 0.002 * turnover, rtol=0, atol=1e-12)
    equal = [
        dataclasses.replace(row, weights=dict.fromkeys(PANEL.symbols, 0.98 / 3) | {CASH: 0.02})
        for row in rows
    ]
    np.testing.assert_allclose(result.equal.net, recomputed(equal, PANEL.symbols)[0], rtol=0, atol=1e-12)
    ahead = (1 + result.champion.net) / (1 + result.equal.net)
    np.testing.assert_allclose(np.exp(result.leads), ahead, rtol=0, atol=1e-12)


def test_late_and_restated_weeks_count_for_nothing(tmp_path):
    rows = sealed(tmp_path / "all", range(FIRST, 30), late=(14, 15))
    without = sealed(tmp_path / "some", [step for step in range(FIRST, 30) if step not in (14, 15)])
    restated = dataclasses.replace(decided(16, seed=1), fingerprint="f" * 64)
    log = TrackLog(tmp_path / "all")
    assert log.append(restated, lambda at: None).kind == "restated"
    one, other = scored("a", log.rows(), PANEL), scored("a", without, PANEL)
    np.testing.assert_array_equal(one.champion.net, other.champion.net)
    assert len(one.champion.net) == len(rows) - 2


def test_a_week_whose_prices_have_not_arrived_is_not_scored_yet(tmp_path):
    newest = len(PANEL.decisions) - 1
    assert scored("a", sealed(tmp_path / "one", [newest]), PANEL) is None
    both = scored("a", sealed(tmp_path / "two", [newest - 3, newest]), PANEL)
    assert [str(day) for day in both.champion.decisions] == [str(PANEL.decisions[newest - 3])]
    assert scored("a", [], PANEL) is None


def test_a_universe_that_has_grown_scores_the_same_and_one_that_shrank_is_refused(tmp_path):
    wide = random_panel(stocks=5, first="2019-01-02", last="2019-12-31", seed=3)
    names = tuple(reversed(wide.symbols))  # another order, and two more stocks
    columns = [wide.symbols.index(name) for name in names]
    turned = dataclasses.replace(
        wide, symbols=names, returns=wide.returns[:, columns], seen=wide.seen[:, columns]
    )
    small = dataclasses.replace(
        wide, symbols=wide.symbols[:3], returns=wide.returns[:, :3], seen=wide.seen[:, :3]
    )
    rows = sealed(tmp_path, range(FIRST, 20))
    np.testing.assert_array_equal(
        scored("a", rows, turned).champion.net, scored("a", rows, small).champion.net
    )
    respelled = dataclasses.replace(small, symbols=tuple(f"${name.lower()}" for name in small.symbols))
    np.testing.assert_array_equal(
        scored("a", rows, respelled).champion.net, scored("a", rows, small).champion.net
    )
    with pytest.raises(DataError, match="S02"):
        scored("a", rows, dataclasses.replace(small, symbols=("S00", "S01")))
