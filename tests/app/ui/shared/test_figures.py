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
