"""Differences to a benchmark, as a page shows them."""

import pytest
from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from app.ui.shared.figures import lead

    lead(st.container(), "CAGR", "12.3 %", st.session_state["difference"], than="equal weight")


@pytest.mark.parametrize(("difference", "arrow"), [("+1.0 pp", True), ("-0.1 pp", True), ("+0.0 pp", False)])
def test_a_difference_that_rounds_to_zero_has_no_arrow(difference, arrow):
    at = AppTest.from_function(page)
    at.session_state["difference"] = difference
    [metric] = at.run().metric
    assert metric.delta == f"{difference} vs equal weight"
    assert (metric.proto.direction != metric.proto.MetricDirection.NONE) == arrow


def line():
    import streamlit as st

    from app.ui.shared.figures import lead

    growth = st.session_state["growth"]
    lead(st.container(), "CAGR", "12.3 %", "+1.0 pp", than="equal weight", growth=growth)


@pytest.mark.parametrize(
    ("growth", "drawn"),
    [
        ([1.0, 1.0123456789, 1.1], [1.0, 1.012, 1.1]),
        ([float("nan"), 1.0, float("inf"), 1.2], [1.0, 1.2]),
        ([], []),
        ([1.0], []),
        (None, []),
    ],
)
def test_a_line_has_the_digits_of_a_table_and_no_gap_without_extent(growth, drawn):
    at = AppTest.from_function(line)
    at.session_state["growth"] = growth
    [metric] = at.run().metric
    assert list(metric.proto.chart_data) == drawn
