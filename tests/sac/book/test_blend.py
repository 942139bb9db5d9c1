"""A blend is convex: of this week's advice, and of the champions' records."""

import shutil

import numpy as np
import pytest

from sac.book import BOOK, Book, BookDecider, choose_book, decider_of, record_of
from sac.book.blend import blend_of
from sac.config import CASH
from sac.errors import DataError
from sac.inference import Holdings
from sac.market import load_panel
from sac.portfolio import account, all_cash, drift
from sac.registry import Registry
from tests.support.judged_versions import judge

NAMES = ("sac_lstm", "ppo_lstm")


@pytest.fixture(scope="module")
def root(two_champions, tmp_path_factory):
    folder = tmp_path_factory.mktemp("blend") / "data"
    shutil.copytree(two_champions, folder)
    registry = Registry(folder / "models")
    for name, conviction in (("sac_lstm", 0.75), ("ppo_lstm", 0.25)):
        judge(registry.version(name, registry.current(name)), conviction)
    return folder


@pytest.fixture(scope="module")
def panel(root):
    return load_panel(root)


def versions(root):
    registry = Registry(root / "models")
    return {name: registry.version(name, registry.current(name)) for name in NAMES}


def chosen(root, blend):
    registry = Registry(root / "models")
    before = decider_of(registry, BOOK)
    choose_book(registry, Book(NAMES, blend), actor="a", reason="b", seen=before.name if before else None)
    return decider_of(registry, BOOK, root / "cache"), {
        name: decider_of(registry, name, root / "cache") for name in NAMES
    }


@pytest.mark.parametrize(("blend", "shares"), [("equal", (0.5, 0.5)), ("conviction", (0.75, 0.25))])
def test_the_books_target_is_its_champions_by_their_shares(root, panel, blend, shares):
    book, parts = chosen(root, blend)
    step = len(panel.decisions) - 1
    held = Holdings(900.0, {"S00": 4_000.0, "S03": 100.0, "OTHER": 50.0})
    ours = book.advise(panel, step, held, outside="sell", today=panel.decisions[step])
    each = [
        parts[name].advise(panel, step, held, outside="sell", today=panel.decisions[step]) for name in NAMES
    ]
    for asset, weight in ours.target_weights.items():
        blended = sum(share * one.target_weights[asset] for share, one in zip(shares, each, strict=True))
        assert weight == pytest.approx(blended)
    assert sum(ours.target_weights.values()) == pytest.approx(1.0)
    assert max(w for a, w in ours.target_weights.items() if a != CASH) <= 0.20 + 1e-6
    assert ours.turnover == pytest.approx(sum(abs(c.change) for c in ours.weight_changes if c.symbol != CASH))
    assert ours.cost == pytest.approx(0.001 * ours.turnover)
    assert ours.turnover <= max(one.turnover for one in each) + 1e-12
    assert (ours.variant, ours.model_version) == (BOOK, " + ".join(one.model_version for one in each))
    assert ours.conviction == pytest.approx(
        sum(s * one.conviction for s, one in zip(shares, each, strict=True))
    )
    assert set(ours.forecasts.values()) == {None}


def test_the_book_of_one_champion_is_that_champion(root, panel):
    registry = Registry(root / "models")
    before = decider_of(registry, BOOK)
    choose_book(registry, Book(("ppo_lstm",)), actor="a", reason="b", seen=before.name if before else None)
    book, alone = (decider_of(registry, name, root / "cache") for name in (BOOK, "ppo_lstm"))
    step, today = len(panel.decisions) - 1, panel.decisions[-1]
    assert book.advise(panel, step, today=today) == alone.advise(panel, step, today=today)
    assert isinstance(book, BookDecider)
    assert book.shares == {"ppo_lstm": 1.0}


def test_the_record_is_that_of_the_blended_weights_in_dollars(root):
    known = versions(root)
    record = record_of(Book(NAMES), known)
    one, other = (known[name].evaluation() for name in NAMES)
    np.testing.assert_allclose(record.weights, (one.weights + other.weights) / 2)
    held, wealth = all_cash(len(one.symbols)), 1.0
    for week, target in enumerate(record.weights):
        done = account(held, target, one.growth[week], 0.001)
        wealth *= done.net
        held = drift(target, one.growth[week])
    assert record.wealth[-1] == pytest.approx(wealth)
    assert record.members.shape[1] == 0


def test_records_without_a_common_week_have_no_blend(root):
    import dataclasses

    known = versions(root)
    records = {name: version.evaluation() for name, version in known.items()}
    later = records["ppo_lstm"]
    moved = dataclasses.replace(later, fills=later.fills + np.timedelta64(1, "D"))
    with pytest.raises(DataError, match="share no week"):
        blend_of(Book(NAMES), known, {**records, "ppo_lstm": moved})
