"""The digest's orders are the book's where there is one."""

import shutil

import pytest

from app.digest.composing import digest_of
from app.holdings.portfolio import Portfolio
from app.holdings.saved import save
from app.settings import Settings
from sac.book import BOOK, Book, choose_book
from sac.market import load_panel
from sac.track import seal_missing


@pytest.fixture
def desk(two_champions, tmp_path, monkeypatch):
    shutil.copytree(two_champions, tmp_path / "data")
    monkeypatch.setattr("sac.inference.weeks_behind", lambda *dates: 0)  # its prices end years ago
    root = Settings(tmp_path / "data")
    save(root.data, "local user", Portfolio(cash=80_000.0))
    return root


def composed(root):
    panel = load_panel(root.data)
    for subject in (BOOK, "sac_lstm", "ppo_lstm"):
        seal_missing(root.track_log, root.registry, panel, subject, cache=root.cache)
    return digest_of(root, str(panel.decisions[-1]))


def test_without_a_book_every_champion_has_its_orders(desk):
    champions = composed(desk).champions
    assert [one.label for one in champions] == ["SAC + LSTM", "PPO + LSTM"]
    assert all(one.ticket for one in champions)


def test_with_a_book_it_comes_first_and_the_orders_are_its_own(desk):
    choose_book(desk.registry, Book(("sac_lstm", "ppo_lstm")), actor="a", reason="b", seen=None)
    digest = composed(desk)
    book, *champions = digest.champions
    assert (book.label, book.version) == ("Book", "equal: sac_lstm + ppo_lstm")
    assert book.ticket
    assert book.ticket.orders
    assert [one.ticket for one in champions] == [None, None]
    assert "as the book decided" in digest.state
    targets = [{target.symbol: target.weight for target in one.targets} for one in digest.champions]
    for symbol, weight in targets[0].items():
        assert weight == pytest.approx((targets[1][symbol] + targets[2][symbol]) / 2, abs=0.02)
