"""The blends that the book could be."""

import shutil

import pytest

from sac.book import Book, choose_book
from sac.registry import Registry
from tests.support.desk_pages import opened

pytestmark = pytest.mark.slow

EQUAL, BY_CONVICTION = "Blend in equal parts", "Blend by their conviction"


@pytest.fixture
def desk(two_champions, empty):
    shutil.copytree(two_champions, empty.data, dirs_exist_ok=True)
    return empty


def offered(at):
    return at.multiselect(key="strategy").options


def test_before_a_book_is_chosen_its_candidates_are_offered_and_compared(desk):
    at = opened("compare")
    assert {EQUAL, BY_CONVICTION} < set(offered(at))
    assert EQUAL not in at.multiselect(key="strategy").value, "nobody asked for it"
    at.multiselect(key="strategy").set_value([*at.multiselect(key="strategy").value, EQUAL]).run()
    assert not at.exception
    assert EQUAL in at.table[0].value.index


def test_the_book_stands_there_and_its_own_blend_is_no_candidate(desk):
    choose_book(Registry(desk.models), Book(("sac_lstm", "ppo_lstm")), actor="a", reason="b", seen=None)
    at = opened("compare")
    assert "Book" in at.multiselect(key="strategy").value
    assert EQUAL not in offered(at)
    assert BY_CONVICTION in offered(at)
    assert "Book" in at.table[0].value.index
