"""The tour leads through five pages of an empty desk, and is nowhere else."""

import pytest

from app.ui.shared.tour import STEPS
from tests.support.desk_pages import links, opened, said

pytestmark = pytest.mark.slow


def test_an_empty_desk_offers_it(empty):
    assert "Take the tour: 5 steps" in links(opened("overview"))


@pytest.mark.parametrize("number", range(1, 6))
def test_each_step_stands_on_its_page_with_the_ways_on_and_back(empty, number):
    page, text = STEPS[number - 1]
    at = opened(page, tour=str(number))
    assert f"**{number} of 5** · {text}" in said(at)
    assert ("Next" in links(at)) is (number < 5)
    assert ("Back" in links(at)) is (number > 1)
    assert "End the tour" in links(at)


@pytest.mark.parametrize("number", ["0", "6", "x", "4"])
def test_no_other_number_shows_a_step(empty, number):
    assert "End the tour" not in links(opened("training", tour=number))
