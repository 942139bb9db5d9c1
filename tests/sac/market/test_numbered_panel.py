import numpy as np

from sac.market import numbered_panel


def test_five_sessions_make_a_week_and_trades_fill_at_the_next_close():
    closes = np.exp(np.cumsum(np.random.default_rng(0).normal(0.0, 0.01, (52, 3)), axis=0))
    panel = numbered_panel(closes, note="a set")
    assert len(panel.decisions) == 10  # the last two sessions are no week
    assert panel.complete_steps == 8  # the last step has no return, the one before ends after the data
    rows = np.searchsorted(panel.sessions, panel.decisions)
    np.testing.assert_array_equal(rows, np.arange(4, 50, 5))
    step = 3
    np.testing.assert_allclose(panel.returns[step], closes[25] / closes[20] - 1.0)
    np.testing.assert_allclose(panel.gaps[step], closes[20] / closes[19] - 1.0)
    assert panel.steps_known_at(step) == 2  # the last two before are not complete yet
