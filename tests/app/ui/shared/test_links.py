"""A page's choices stand in its URL: not as defaults, and the URL is the truth."""

import pytest
from streamlit.testing.v1 import AppTest


def choice() -> None:
    import streamlit as st

    from app.ui.shared.links import linked

    st.text(linked("Choice", "choice", {"a": "First", "b": "Second"}))


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_function(choice).run()


def shown(page: AppTest) -> str:
    return page.text[0].value


def test_a_default_is_not_written_into_the_url(page):
    assert shown(page) == "a"
    assert "choice" not in page.query_params


def test_a_choice_is_written_and_the_default_leaves_it_again(page):
    page.selectbox[0].set_value("b").run()
    assert shown(page) == "b"
    assert page.query_params["choice"] == "b"
    page.selectbox[0].set_value("a").run()
    assert shown(page) == "a"
    assert "choice" not in page.query_params


def test_going_back_takes_the_choice_back(page):
    page.selectbox[0].set_value("b").run()
    del page.query_params["choice"]  # what the browser's Back does
    page.run()
    assert shown(page) == "a"
    page.query_params["choice"] = "b"  # and Forward
    page.run()
    assert shown(page) == "b"
    assert not page.warning


def test_a_link_to_what_is_not_here_says_so_once():
    page = AppTest.from_function(choice)
    page.query_params["choice"] = "gone"
    page.run()
    assert shown(page) == "a"
    assert "gone" in page.warning[0].value
    page.run()
    assert not page.warning
