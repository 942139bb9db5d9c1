"""How many evaluation years a history has room for: what the engine accepts, and no more."""

import pytest

from sac.agent import evaluation_folds, selection_fold
from sac.errors import DataError
from sac.market.evaluation import possible_years
from tests.support.synthetic import random_panel


@pytest.mark.parametrize("last", ["2018-06-29", "2018-12-28", "2019-03-15"])
@pytest.mark.parametrize("validation", [0, 13, 52])
def test_as_many_as_the_engine_trains(last, validation):
    panel = random_panel(stocks=2, first="2013-06-03", last=last)
    years = possible_years(panel, validation)
    assert years >= 1
    evaluation_folds(panel, years, validation)
    with pytest.raises(DataError, match=f"allows {years}"):
        evaluation_folds(panel, years + 1, validation)


def test_a_sweep_needs_two_years_more():
    panel = random_panel(stocks=2, first="2011-06-01", last="2018-12-28")
    years = possible_years(panel, of_sweep=True)
    assert 1 <= years < possible_years(panel)
    selection_fold(panel, years)
    with pytest.raises(DataError):
        selection_fold(panel, years + 1)


def test_too_short_a_history_has_room_for_none():
    assert possible_years(random_panel(stocks=2, first="2018-01-02", last="2019-06-28")) == 0
