"""`sac-desk book`, and the commands that start from it."""

import json
import shutil

import pytest

from app.cli import main
from app.settings import settings
from sac.book import BOOK, Book, book_of


@pytest.fixture
def desk(two_champions, tmp_path, monkeypatch):
    shutil.copytree(two_champions, tmp_path / "data")
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("sac.inference.weeks_behind", lambda *dates: 0)  # its prices end years ago
    return settings()


def said(capsys, *words, code=0):
    assert main(list(words)) == code
    out = capsys.readouterr()
    return out.err if code else out.out


def test_without_a_book_the_way_to_one_is_said(desk, capsys):
    assert "sac-desk book VARIANT... --reason TEXT" in said(capsys, "book")
    assert json.loads(said(capsys, "book", "--json")) == {"book": None, "shares": {}}
    assert "Nobody chose a book yet" in said(capsys, "weights", "book", code=1)
    assert "no track record" in said(capsys, "track", "book", code=1)


def test_a_book_is_chosen_with_a_reason_and_says_what_it_is(desk, capsys):
    assert "needs a reason" in said(capsys, "book", "sac_lstm", code=1)
    assert "Name whose champions" in said(capsys, "book", "--reason", "why not", code=1)
    two = ("book", "ppo_lstm", "sac_lstm", "--blend", "equal")
    chosen = said(capsys, *two, "--reason", "steadier")
    assert chosen == "Decision 3: the book is SAC + LSTM and PPO + LSTM in equal parts from now on.\n"
    assert book_of(desk.registry) == Book(("sac_lstm", "ppo_lstm"))
    line = said(capsys, "book")
    assert ": steadier." in line
    assert "SAC + LSTM 50 % (conviction 100 %), PPO + LSTM 50 % (conviction 100 %)." in line
    assert json.loads(said(capsys, "book", "--json"))["shares"] == {"sac_lstm": 0.5, "ppo_lstm": 0.5}
    assert "already" in said(capsys, *two, "--reason", "again", code=1)


def test_weights_and_track_record_start_from_the_book(desk, capsys):
    said(capsys, "book", "sac_lstm", "ppo_lstm", "--reason", "steadier")
    advice = json.loads(said(capsys, "weights", "book", "--cash", "50000", "--trades", "--json"))
    assert advice["variant"] == BOOK
    assert sum(advice["target_weights"].values()) == pytest.approx(1.0)
    assert advice["trade_list"]["trades"]
    assert "The book is SAC + LSTM and PPO + LSTM in equal parts" in said(capsys, "weights", "book")
    rows = desk.track_log.rows(BOOK)
    assert {row.version for row in rows} == {"equal: sac_lstm + ppo_lstm"}
    [record] = json.loads(said(capsys, "track", "book", "--json"))["records"]
    assert record["variant"] == BOOK
    assert "book" in said(capsys, "decisions")
