"""What was held against what was advised: growths as an account has them, and terms that add up."""

import functools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.holdings.portfolio import Portfolio, Position
from app.holdings.saved import Saving
from app.holdings.tracking import tracked
from sac.errors import DataError
from sac.portfolio.trades import whole_share_trades
from sac.track import SealedWeek
from tests.support.synthetic import panel_of, random_closes

CLOSES = random_closes(stocks=3, first="2018-06-01", last="2018-12-28", seed=5)
SYMBOLS = tuple(CLOSES.columns)
RULES = {"cash_buffer": 0.0, "max_position": 1.0, "cost_rate": 0.001, "cash_rate": 0.03}


@functools.cache
def market():
    return panel_of(CLOSES)


PANEL = market()
FIRST = 10  # the week that is sealed first


def row(step, weights, kind="prospective", panel=PANEL):
    """A sealed week of the panel."""
    place = int(np.searchsorted(panel.sessions, panel.decisions[step]))
    return SealedWeek(
        subject="sac_lstm",
        version="v1",
        decision=str(panel.decisions[step]),
        fill=str(panel.fills[step]),
        weights=dict(zip((*SYMBOLS, "CASH"), weights, strict=True)),
        agents={},
        conviction=1.0,
        follow="as trained",
        forecasts={},
        closes=dict(zip(SYMBOLS, panel.closes[place].tolist(), strict=True)),
        constraints=RULES,
        source="files",
        fingerprint="",
        note="",
        seq=step,
        sealed_at="",
        kind=kind,
        previous="",
        hash="",
    )


def evening(session):
    """After the close of a session, in New York."""
    return pd.Timestamp(f"{session} 17:00", tz="America/New_York").to_pydatetime().astimezone(UTC)


def holdings(shares, cash, minimum=0.0):
    positions = tuple(
        Position(name, shares=count) for name, count in zip(SYMBOLS, shares, strict=True) if count
    )
    return Portfolio(cash=cash, positions=positions, minimum=minimum)


weights = st.lists(st.integers(0, 100), min_size=4, max_size=4).filter(any)
portfolios = st.builds(
    holdings,
    st.lists(st.integers(0, 300) | st.floats(0.0, 50.0), min_size=3, max_size=3),
    st.floats(1.0, 50_000.0),
    st.sampled_from([0.0, 500.0]),
)
moments = st.integers(0, 200).map(lambda day: datetime(2018, 6, 20, 20, tzinfo=UTC) + timedelta(days=day))


@st.composite
def records(draw):
    """Sealed weeks, some of them missing, and savings and clearings in between."""
    steps = draw(st.sets(st.integers(3, len(PANEL.decisions) - 1), min_size=1, max_size=8))
    rows = [row(step, np.array(draw(weights)) / 1.0) for step in sorted(steps)]
    rows = [
        replace(one, weights={name: w / sum(one.weights.values()) for name, w in one.weights.items()})
        for one in rows
    ]
    times = sorted(draw(st.sets(moments, min_size=1, max_size=6)))
    return rows, [Saving(at, draw(st.none() | portfolios)) for at in times]


def growth_of_shares(portfolio, start, end):
    """What an account with these shares becomes, in dollars, from one session to another."""
    dates = pd.DatetimeIndex([start, end])
    years = (dates[1] - dates[0]).days / 7.0 / 52.0
    value = np.array([portfolio.cash, portfolio.cash * (1.0 + RULES["cash_rate"]) ** years])
    for position in portfolio.positions:
        value += position.shares * CLOSES.loc[dates, position.symbol].to_numpy()
    return value[1] / value[0]


def growth_of_advice(rows, start, end):
    """What a dollar becomes that follows the sealed targets at every fill, in amounts by asset."""
    targets = {one.fill: np.array(list(one.weights.values())) for one in rows}
    first = min(fill for fill in targets if fill in set(PANEL.sessions.astype(str)))
    wealth, amounts = {}, None
    for before, day in zip([None, *CLOSES.index], CLOSES.index, strict=False):
        if amounts is not None:
            stocks = (CLOSES.loc[day] / CLOSES.loc[before]).to_numpy()
            years = (day - before).days / 7.0 / 52.0
            amounts = amounts * np.append(stocks, (1.0 + RULES["cash_rate"]) ** years)
        name = str(day.date())
        if name in targets and name >= first:
            amounts = targets[name] * (1.0 if amounts is None else amounts.sum())
        if amounts is not None:
            wealth[name] = amounts.sum()
    return wealth[end] / wealth[start]


@settings(max_examples=150, deadline=None)
@given(records())
def test_growths_are_an_accounts_and_terms_add_up(record):
    rows, savings = record
    found = tracked(savings, rows, PANEL)
    if found is None:
        return
    for stretch in found.stretches:
        portfolio = next(saving.portfolio for saving in savings if saving.at == stretch.saved_at)
        own = growth_of_shares(portfolio, stretch.start, stretch.end)
        assert np.exp(stretch.held) == pytest.approx(own, rel=1e-12)
        advised = growth_of_advice(rows, stretch.start, stretch.end)
        assert np.exp(stretch.advised) == pytest.approx(advised, rel=1e-12)
        terms = stretch.timing + stretch.rounding + stretch.not_made
        assert terms == pytest.approx(stretch.difference, abs=1e-12)
    total = found.total
    assert total.timing + total.rounding + total.not_made == pytest.approx(total.difference, abs=1e-11)
    assert total.held == pytest.approx(sum(stretch.held for stretch in found.stretches))
    end = int(np.searchsorted(PANEL.sessions, np.datetime64(total.end)))
    assert np.log(found.held[end]) == pytest.approx(total.held, abs=1e-11)
    assert np.log(found.advised[end]) == pytest.approx(total.advised, abs=1e-11)


def in_force(step, shares=True):
    """Holdings that follow a week's advice: in whole shares, or to the last fraction."""
    place = int(np.searchsorted(PANEL.sessions, PANEL.fills[step]))
    prices = dict(zip(SYMBOLS, PANEL.closes[place].tolist(), strict=True))
    target = {"S00": 0.5, "S01": 0.3, "S02": 0.1, "CASH": 0.1}
    if not shares:
        return holdings([100_000 * target[name] / prices[name] for name in SYMBOLS], 10_000.0)
    orders = whole_share_trades({}, 100_000.0, target, prices, 0.0)
    bought = {trade.symbol: trade.shares for trade in orders.trades}
    spent = sum(count * prices[name] for name, count in bought.items())
    return holdings([bought.get(name, 0) for name in SYMBOLS], 100_000.0 - spent)


ADVICE = row(FIRST, [0.5, 0.3, 0.1, 0.1])


def test_who_trades_the_advice_in_whole_shares_at_its_fill_differs_by_rounding_alone():
    [stretch] = tracked([Saving(evening(ADVICE.fill), in_force(FIRST))], [ADVICE], PANEL).stretches
    assert (stretch.timing, stretch.not_made) == pytest.approx((0.0, 0.0), abs=1e-15)
    assert stretch.rounding == pytest.approx(stretch.difference)
    assert stretch.rounding != 0.0


def test_who_saves_the_same_while_the_advice_changes_differs_by_timing_alone():
    later = row(FIRST + 1, [0.0, 0.0, 0.9, 0.1])
    savings = [Saving(evening(ADVICE.fill), in_force(FIRST))]
    [stretch] = tracked(savings, [ADVICE, later], PANEL).stretches
    assert stretch.not_made == pytest.approx(0.0, abs=1e-15)
    assert abs(stretch.timing) > 10 * abs(stretch.rounding)


def test_who_holds_cash_instead_has_not_made_the_trades():
    [stretch] = tracked([Saving(evening(ADVICE.fill), Portfolio(100_000.0))], [ADVICE], PANEL).stretches
    assert abs(stretch.not_made) > 10 * abs(stretch.rounding)
    assert stretch.timing == pytest.approx(0.0, abs=1e-15)


def test_a_trade_below_the_minimum_counts_as_rounding():
    first, after = Saving(evening(ADVICE.fill), in_force(FIRST)), str(PANEL.sessions[-30])
    kept = replace(in_force(FIRST), minimum=90_000.0)
    later = row(FIRST + 1, [0.45, 0.35, 0.1, 0.1])
    *_, stretch = tracked([first, Saving(evening(after), kept)], [ADVICE, later], PANEL).stretches
    assert stretch.not_made == pytest.approx(0.0, abs=1e-15)
    assert stretch.rounding != 0.0


@pytest.mark.parametrize(("hour", "place"), [("09:00", 0), ("17:00", 0), ("23:59", 0)])
def test_a_saving_counts_from_the_close_of_its_day(hour, place):
    day = PANEL.fills[FIRST]
    at = pd.Timestamp(f"{day} {hour}", tz="America/New_York").to_pydatetime()
    [stretch] = tracked([Saving(at, in_force(FIRST))], [ADVICE], PANEL).stretches
    assert stretch.start == str(day)


def test_a_saving_at_the_weekend_counts_from_fridays_close_and_an_early_one_from_the_first_fill():
    saturday = PANEL.decisions[FIRST + 1] + 1
    found = tracked(
        [
            Saving(evening(PANEL.sessions[0]), Portfolio(1.0)),
            Saving(evening(saturday), Portfolio(2.0)),
        ],
        [ADVICE],
        PANEL,
    )
    assert [one.start for one in found.stretches] == [ADVICE.fill, str(PANEL.decisions[FIRST + 1])]
    assert [one.flow for one in found.stretches] == [None, pytest.approx(1.0)]


def test_money_that_comes_is_no_growth():
    day = str(PANEL.sessions[-20])
    with_money = replace(in_force(FIRST), cash=in_force(FIRST).cash)
    rich = holdings([4 * one.shares for one in with_money.positions], 4 * with_money.cash)
    first = Saving(evening(ADVICE.fill), with_money)
    once = tracked([first], [ADVICE], PANEL).total
    twice = tracked([first, Saving(evening(day), rich)], [ADVICE], PANEL)
    assert twice.total.held == pytest.approx(once.held, abs=1e-3)
    assert twice.stretches[1].flow > 290_000


def test_a_split_since_changes_nothing():
    later = CLOSES / [1.0, 1.0, 4.0]  # the vendor's history after four new shares for an old one
    savings = [Saving(evening(ADVICE.fill), in_force(FIRST))]
    before, after = (tracked(savings, [ADVICE], panel) for panel in (PANEL, panel_of(later)))
    assert after.total.held == pytest.approx(before.total.held, abs=1e-12)
    assert after.total.rounding == pytest.approx(before.total.rounding, abs=1e-12)


def test_while_holdings_are_unknown_nothing_counts():
    days = [str(PANEL.sessions[place]) for place in (-60, -40, -20)]
    savings = [
        Saving(evening(days[0]), in_force(FIRST)),
        Saving(evening(days[1]), None),
        Saving(evening(days[2]), Portfolio(5.0)),
    ]
    found = tracked(savings, [ADVICE], PANEL)
    assert [(one.start, one.end) for one in found.stretches] == [
        (days[0], days[1]),
        (days[2], str(PANEL.sessions[-1])),
    ]
    assert np.isnan(found.held[-30])
    assert np.isfinite(found.advised[-10])


@pytest.mark.parametrize(
    ("savings", "rows"),
    [
        ([], [ADVICE]),
        ([Saving(evening("2018-12-28"), Portfolio(1.0))], [ADVICE]),
        ([Saving(evening("2018-09-03"), Portfolio(1.0))], []),
        ([Saving(evening("2018-09-03"), Portfolio(1.0))], [replace(ADVICE, kind="restated")]),
        ([Saving(evening("2018-09-03"), Portfolio(1.0))], [replace(ADVICE, weights={})]),
        ([Saving(evening("2018-09-03"), Portfolio(1.0))], [replace(ADVICE, fill="2019-01-02")]),
        ([Saving(evening("2018-09-03"), Portfolio(0.0))], [ADVICE]),
    ],
)
def test_where_nothing_can_be_compared_there_is_nothing(savings, rows):
    assert tracked(savings, rows, PANEL) is None


def test_late_weeks_are_counted_and_a_universe_that_is_gone_is_named():
    savings = [Saving(evening(ADVICE.fill), in_force(FIRST))]
    assert tracked(savings, [replace(ADVICE, kind="late")], PANEL).late == 1
    with pytest.raises(DataError, match="no longer hold XYZ"):
        tracked(savings, [replace(ADVICE, weights={"XYZ": 0.5, "CASH": 0.5})], PANEL)
