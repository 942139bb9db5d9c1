"""What an evaluation could show, before there is one."""

import numpy as np
import pytest

from sac.evidence import difference
from sac.evidence.planning import active_portfolio
from tests.support.synthetic import random_panel


def test_four_times_the_weeks_show_half_the_difference():
    rng = np.random.default_rng(0)
    one, other = rng.normal(0.002, 0.02, 104), rng.normal(0.002, 0.02, 104)
    record = difference(one, other)
    assert record.detectable_in(104) == record.detectable
    assert record.detectable_in(416) == pytest.approx(record.detectable / 2)


def test_the_stand_in_knows_the_past_and_no_more():
    panel = random_panel(stocks=6)
    lead = active_portfolio(panel)
    assert lead.weeks == panel.complete_steps - 26
    assert 0.0 < lead.detectable < 0.5
    # On random walks nothing of the past helps: with the week itself in sight it would.
    assert lead.low < 0.0 < lead.high


def test_a_short_history_stands_in_for_nothing():
    assert active_portfolio(random_panel(first="2019-06-03", last="2019-12-31")) is None
