"""The book is sealed, scored and judged like a champion."""

import datetime as dt
import shutil

import pytest

from sac.book import BOOK, Book, choose_book, decider_of
from sac.market import load_panel
from sac.promotion import decision_log
from sac.registry import Registry
from sac.track import TrackLog, seal_missing
from sac.track.record import reigns, track_record
from tests.support.sealed_weeks import PROMOTED, panel_after, saturday

TEXT = "equal: sac_lstm + ppo_lstm"


@pytest.fixture
def desk(two_champions, tmp_path, monkeypatch):
    shutil.copytree(two_champions, tmp_path / "data")
    registry = Registry(tmp_path / "data" / "models")

    class Then(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return PROMOTED.astimezone(tz)

    monkeypatch.setattr(decision_log, "datetime", Then)
    monkeypatch.setattr("sac.book.deciders.ChampionDecider.since", PROMOTED.isoformat())
    choose_book(registry, Book(("sac_lstm", "ppo_lstm")), actor="ada", reason="steadier", seen=None)
    return registry, TrackLog(tmp_path / "data" / "track"), tmp_path / "data" / "cache"


def test_weeks_of_the_book_are_sealed_scored_and_stand_in_a_cone(desk):
    registry, log, cache = desk
    for week in range(4):
        [row] = seal_missing(log, registry, panel_after(week), BOOK, cache=cache, now=saturday(week))
        assert (row.subject, row.version, row.kind) == (BOOK, TEXT, "prospective")
        assert sum(row.weights.values()) == pytest.approx(1.0)
    assert seal_missing(log, registry, panel_after(3), BOOK, cache=cache, now=saturday(3)) == []
    [reign] = reigns(registry, BOOK)
    assert (reign.version, reign.champion) == (TEXT, True)
    record = track_record(registry, log, panel_after(3), reign)
    assert len(record.rows) == 4
    assert len(record.scored.leads) == 2  # of the other two the prices are not complete
    assert record.scored.champion.name == "Book"
    assert record.cone is not None
    assert record.standing.weeks == 2
    assert (record.problems, record.unsealed) == ((), ())


def test_its_portfolio_goes_on_when_another_book_is_chosen(desk):
    registry, log, cache = desk
    seal_missing(log, registry, panel_after(0), BOOK, cache=cache, now=saturday(0))
    choose_book(registry, Book(("sac_lstm",)), actor="ada", reason="simpler", seen=TEXT)
    rows = seal_missing(log, registry, panel_after(1), BOOK, cache=cache, now=saturday(1))
    assert rows[-1].version == "sac_lstm"
    assert [(one.version, one.champion) for one in reigns(registry, BOOK)] == [
        ("sac_lstm", True),
        (TEXT, False),
    ]
    panel = panel_after(1)
    step = len(panel.decisions) - 1
    from_cash = decider_of(registry, BOOK, cache).advise(panel, step, today=panel.decisions[step])
    # From what the book held, not from cash; the agents see what is held.
    assert rows[-1].agents != from_cash.agents_weights or rows[-1].weights == from_cash.target_weights


def test_a_book_whose_champion_is_gone_says_so(desk):
    registry, log, _ = desk
    [reign] = reigns(registry, BOOK)
    shutil.rmtree(registry.root / "ppo_lstm")
    record = track_record(registry, log, load_panel(registry.root.parent), reign)
    assert any("ppo_lstm" in problem or "PPO + LSTM" in problem for problem in record.problems)
