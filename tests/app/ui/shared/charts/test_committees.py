"""What stands above the growth chart where other agents take over."""

from app.ui.shared.charts.growth import equity
from tests.support.small_versions import small_artifacts


def test_agents_that_take_over_are_committees_for_years_and_for_blocks_of_a_fine_tuning():
    marks = equity([small_artifacts().evaluation]).figure.layout.annotations
    assert [mark.text for mark in marks] == ["committee 1", "committee 2"]
