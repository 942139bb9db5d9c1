"""Some weeks of a desk; `python -m tests.faults.weeks` lives through sixty, and sixty that go wrong."""

import random

import pytest

from tests.faults import weeks
from tests.faults.clocks import NoCompiler
from tests.faults.simulated_desk import SimulatedDesk


@pytest.fixture
def desk(tmp_path):
    try:
        return SimulatedDesk(tmp_path / "desk")
    except NoCompiler as refusal:
        pytest.skip(str(refusal))


def test_every_friday_one_prospective_row_a_champion_and_a_digest(desk):
    weeks.undisturbed(desk, 2)
    assert weeks.judged(desk, 2, on_time=True) == []
    assert [row.kind for row in desk.rows()] == ["prospective"] * 4
    assert len(errors := weeks.score_errors(desk)) == 4
    assert max(errors) < 1e-12
    desk.grow(desk.weeks[1].decision)
    assert "was run before" in desk.command("week")
    assert len(desk.rows()) == 4
    # The judge misses neither a week without a row, nor a row that was sealed later than it says.
    assert any("2018-01-19: sac_lstm has no row" in one for one in weeks.judged(desk, 3, on_time=False))
    desk.sealed_at = dict.fromkeys(desk.sealed_at, desk.weeks[1].tuesday)
    assert any("is called prospective" in one for one in weeks.judged(desk, 2, on_time=True))


def test_no_misfortune_makes_two_rows_or_none_or_a_late_one_prospective(desk):
    tally = weeks.Tally()
    weeks.harmed(desk, 4, random.Random(4), tally)
    assert weeks.judged(desk, 4, on_time=False) == []
    assert tally.kills.total() > 0
