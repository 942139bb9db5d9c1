"""The curve that is expected of more cores."""

import pytest

from benchmarks.cores import Costs, expected, largest_share, measured_table

COSTS = Costs(years=[4.0, 3.0, 3.0], groups={15: 30.0, 8: 16.0, 5: 10.0, 3: 7.0}, start=2.0, rest=1.0)


def test_one_core_does_everything_in_turn():
    assert expected(COSTS, agents=15, years=3, cores=1) == 4 + 3 + 3 + 30 + 1


def test_a_helper_shares_in_both_stages_once_it_has_started():
    # 4 here until 4, 3 there from 2 to 5, 3 here until 7; the larger share of the agents; the rest.
    assert expected(COSTS, agents=15, years=3, cores=2) == 7 + 16 + 1


def test_years_that_the_sample_has_not_cost_what_its_largest_does():
    assert expected(COSTS, agents=15, years=5, cores=1) == 4 * 3 + 3 + 3 + 30 + 1


@pytest.mark.parametrize(("cores", "share"), [(1, 15), (2, 8), (4, 4), (7, 3), (16, 3)])
def test_no_process_has_a_single_agent(cores, share):
    assert largest_share(15, cores) == share


def test_bytes_that_differ_are_said():
    one = {"in all": 9.0, "forecasts": 4.0, "agents": 4.0, "evaluation": 1.0, "own": 600.0, "helper": 300.0}
    lines = measured_table({1: {**one, "digest": "a"}, 2: {**one, "digest": "b"}}).splitlines()
    assert lines[2].endswith("| yes |")
    assert lines[3].endswith("| NO |")
