"""Weights starts from the book, which an approver chooses there with a reason."""

import shutil

import pytest

from sac.book import BOOK, Book, book_of, choose_book
from sac.registry import Registry
from tests.support.desk_pages import opened, said

pytestmark = pytest.mark.slow

TWO = Book(("sac_lstm", "ppo_lstm"))


@pytest.fixture
def desk(two_champions, empty, monkeypatch):
    shutil.copytree(two_champions, empty.data, dirs_exist_ok=True)
    monkeypatch.setattr("sac.inference.weeks_behind", lambda *dates: 0)  # its prices end years ago
    return empty


def registry(desk):
    return Registry(desk.models)


def test_without_a_book_the_first_champion_decides_and_a_book_can_be_chosen(desk):
    at = opened("weights")
    assert at.selectbox(key="linked-variant").value == "sac_lstm"
    assert "Book: not chosen yet" in [one.label for one in at.expander]
    assert at.button(key="choose-book").disabled, "nothing is picked"
    at.multiselect(key="book-champions-None").set_value(["sac_lstm", "ppo_lstm"]).run()
    assert not at.button(key="choose-book").disabled
    at.button(key="choose-book").click().run()
    assert "needs a reason" in said(at)
    assert book_of(registry(desk)) is None
    at.text_input(key="book-reason-None").set_value("Two are steadier.").run()
    at.button(key="choose-book").click().run()
    assert book_of(registry(desk)) == TWO
    assert "The book is SAC + LSTM and PPO + LSTM in equal parts from now on" in said(at)
    assert at.selectbox(key="linked-variant").value == BOOK, "it is what Weights starts from"


def test_the_books_page_says_its_parts_and_seals_what_it_decides(desk):
    choose_book(registry(desk), TWO, actor="ada", reason="steadier", seen=None)
    at = opened("weights")
    assert "The target is the champions' by their parts: SAC + LSTM 50 %" in said(at).replace("\u00a0", " ")
    assert "traded at the close of" in said(at)
    assert {row.version for row in desk.track_log.rows(BOOK)} == {TWO.text}
    assert desk.track_log.rows("sac_lstm") == []
    track = opened("track")
    assert track.selectbox(key="linked-variant").value == BOOK
    assert TWO.text in track.selectbox(key="linked-version").options[0]


def test_a_book_that_cannot_be_blended_is_said_and_champions_can_be_asked(desk):
    choose_book(registry(desk), TWO, actor="ada", reason="steadier", seen=None)
    (desk.models / "ppo_lstm" / "current").unlink(missing_ok=True)
    shutil.rmtree(desk.models / "ppo_lstm")
    at = opened("weights")
    assert any("ppo_lstm" in one.value or "PPO + LSTM" in one.value for one in at.error)
    assert at.selectbox(key="linked-variant").value == "sac_lstm"
    assert not opened("overview").exception
