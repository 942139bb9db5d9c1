"""The whole path from the data folder to the weights: nothing that comes later changes what was decided.

And the mirror: a signal that knows the week ahead is found by training, one that is a week off is not.
"""

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sac.agent import Fold, train_ensemble
from sac.config import SIGNALS, SACSettings, TrainingSettings
from sac.evidence import cagr
from sac.market import MarketChoice, load_panel, write_choice
from sac.portfolio import EqualWeight, backtest
from tests.support.quarters import balance, income, write_company
from tests.support.synthetic import perturbed, random_closes, random_panel, write_prices, write_scores

pytestmark = pytest.mark.slow

CLOSES = random_closes(stocks=3, first="2014-01-02", last="2018-12-28")
SYMBOLS = tuple(CLOSES.columns)
CUT = np.datetime64("2018-06-15")  # a decision session
NEWS = [
    (str(day)[:10], symbol, 0.1 * (i % 9) - 0.4, 1)
    for i, day in enumerate(CLOSES.index)
    for symbol in SYMBOLS
]
QUARTERS = [str(end.date()) for end in pd.date_range("2014-03-31", "2018-09-30", freq="QE")]
INCOMES = [income(end, gross=str(90 + 3 * i)) for i, end in enumerate(QUARTERS)]
REPORTED = {end: str(np.datetime64(end) + 25) for end in QUARTERS}


def market(folder, closes=CLOSES, news=NEWS, incomes=INCOMES, reported=REPORTED):
    """A data folder with all three sources; the panel that it gives."""
    write_choice(folder, MarketChoice("files", SYMBOLS, dt.date(2014, 1, 2)))
    write_prices(folder / "raw" / "prices", closes)
    write_scores(folder, news)
    for symbol in SYMBOLS:
        home = folder / "raw" / "fundamentals" / symbol
        write_company(home, incomes, [balance(end) for end in QUARTERS], reported)
    return load_panel(folder)


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    return market(tmp_path_factory.mktemp("market"))


def committee(panel, stop):
    settings = TrainingSettings(
        members=1, agent=SACSettings(hidden_sizes=(8, 8), batch_size=8, warmup_steps=8, updates=10)
    )
    settings = dataclasses.replace(settings, validation_weeks=0)
    fold = Fold(0, stop, range(0))
    return train_ensemble(panel, [fold], settings, lambda done, values: None).committee(0, "One")


CHANGES: dict[str, Any] = {
    "prices": {"closes": perturbed(CLOSES, CUT)},
    # Scored on the day of the decision: its evening may come after the close.
    "a news row": {"news": [(d, s, -x if d >= str(CUT) else x, n) for d, s, x, n in NEWS]},
    "more articles": {
        "news": [(d, s, x, n + int(d[-2:]) * (d >= str(CUT))) for d, s, x, n in NEWS],
    },
    "news of the morrow": {"news": [(d, s, x, n) for d, s, x, n in NEWS if d < str(CUT)]},
    "a restated quarter": {
        "incomes": [
            {**one, "grossProfit": "7"} if REPORTED[end] >= str(CUT) else one
            for end, one in zip(QUARTERS, INCOMES, strict=True)
        ]
    },
    "a late report": {
        "reported": {
            end: str(np.datetime64(day) + (200 if day >= str(CUT) else 0)) for end, day in REPORTED.items()
        }
    },
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_comes_after_a_decision_changes_nothing_decided(panel, tmp_path, change):
    other = market(tmp_path, **CHANGES[change])
    decided = panel.decisions <= CUT
    assert not np.array_equal(panel.returns, other.returns, equal_nan=True) or not np.array_equal(
        panel.signals, other.signals, equal_nan=True
    )
    np.testing.assert_array_equal(panel.features[decided], other.features[decided])
    step = int(np.flatnonzero(decided)[-1])
    before, after = (committee(one, one.steps_known_at(step)) for one in (panel, other))
    held = np.array([0.2, 0.2, 0.1, 0.5])
    np.testing.assert_array_equal(before.allocate(panel, step, held), after.allocate(other, step, held))


def test_every_signal_of_the_folder_reaches_the_panel(panel):
    assert panel.provenance.fields == ("close", *SIGNALS)
    late = panel.decisions > np.datetime64("2015-01-01")
    assert np.isfinite(panel.signals[late]).all()


@pytest.mark.parametrize(("weeks_late", "found"), [(0, True), (1, False), (-1, False)])
def test_a_signal_of_the_week_ahead_is_found_and_one_a_week_off_is_not(weeks_late, found):
    panel = random_panel(stocks=6, first="2010-01-04", last="2019-12-31", seed=3)
    steps = panel.complete_steps
    ranks = (
        np.argsort(np.argsort(np.nan_to_num(panel.returns), axis=1), axis=1) / 5.0 - 0.5
    )  # of the week ahead
    signals = panel.signals.copy()
    signals[..., 0] = np.roll(ranks, weeks_late, axis=0)
    panel = dataclasses.replace(panel, signals=signals)
    settings = TrainingSettings(
        members=2,
        validation_weeks=0,
        agent=SACSettings(network="per_stock", hidden_sizes=(16, 16), init_alpha=0.02, updates=400),
    )
    fold = Fold(0, steps - 105, range(0))
    agents = train_ensemble(panel, [fold], settings, lambda done, values: None).committee(0, "Agents")
    weeks = range(steps - 104, steps)
    result, equal = (
        backtest(allocator, panel, weeks, settings.constraints)
        for allocator in (agents, EqualWeight(settings.constraints))
    )
    edge = cagr(result.net) - cagr(equal.net)
    assert (edge > 0.5) == found
    assert found or edge < 0.15
