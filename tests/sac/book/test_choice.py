"""Which portfolio is ours: chosen by a person, kept in the log, one champion or a convex blend."""

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sac.book import BOOK, Book, BookDecider, book_of, choose_book, decider_of, last_choice, read_book
from sac.config import VARIANTS
from sac.errors import ArtifactError, DeskError, SettingsError
from sac.promotion import DecisionLog
from sac.promotion.deciding import DecisionConflict
from sac.promotion.gate import Gate
from sac.promotion.state import problems
from sac.registry import Registry
from tests.support.judged_versions import judge

books = st.builds(
    Book,
    st.lists(st.sampled_from(list(VARIANTS)), min_size=1, unique=True).map(tuple),
    st.sampled_from(["equal", "conviction"]),
)
TWO = Book(("ppo_lstm", "sac_lstm"))


@pytest.fixture
def registry(two_champions, tmp_path):
    shutil.copytree(two_champions, tmp_path / "data")
    return Registry(tmp_path / "data" / "models")


def choose(registry, book, seen=None, **given):
    facts = {"actor": "ada", "reason": "Two are steadier than one.", **given}
    return choose_book(registry, book, seen=seen, **facts)


@given(books)
def test_a_book_is_written_one_way_and_read_again(book):
    assert read_book(book.text) == book
    assert list(book.champions) == [name for name in VARIANTS if name in book.champions]


@given(books, st.lists(st.floats(0, 1), min_size=len(VARIANTS), max_size=len(VARIANTS)))
def test_shares_are_convex_whatever_the_convictions(book, values):
    convictions = dict(zip(VARIANTS, values, strict=True))
    shares = book.shares(convictions)
    assert tuple(shares) == book.champions
    assert all(share >= 0.0 for share in shares.values())
    assert sum(shares.values()) == pytest.approx(1.0)
    if book.blend == "conviction" and sum(convictions[name] for name in shares):
        first = book.champions[0]
        assert all(
            shares[name] * convictions[first] == pytest.approx(shares[first] * convictions[name], abs=1e-12)
            for name in shares
        )
    else:
        assert len(set(shares.values())) == 1


@pytest.mark.parametrize("wrong", ["", "sac", "equal:", "twice: sac_lstm + ppo_lstm", "sac_lstm, ppo_lstm"])
def test_what_is_no_book_is_refused(wrong):
    with pytest.raises(SettingsError, match="A book holds"):
        read_book(wrong)


def test_without_a_choice_there_is_none(registry):
    assert book_of(registry) is None
    assert last_choice(registry) is None
    assert decider_of(registry, BOOK) is None


def test_the_newest_choice_is_the_book_and_moves_nobody(registry):
    champions = {name: registry.current(name) for name in TWO.champions}
    choose(registry, TWO)
    row = choose(registry, Book(("sac_lstm",)), seen=TWO.text)
    assert (row.action, row.variant, row.version, row.champion) == ("book", BOOK, "sac_lstm", TWO.text)
    assert (row.verdict, row.reason, row.actor) == ("SAC + LSTM", "Two are steadier than one.", "ada")
    assert book_of(registry) == Book(("sac_lstm",))
    assert {name: registry.current(name) for name in TWO.champions} == champions
    assert DecisionLog(registry.root).problems() == problems(registry, tuple(VARIANTS)) == []


def test_who_saw_another_book_is_told_so(registry):
    choose(registry, TWO)
    with pytest.raises(DecisionConflict, match=r"is equal: sac_lstm .* by now, no longer not chosen"):
        choose(registry, Book(("sac_lstm",)))
    with pytest.raises(DecisionConflict, match="is SAC \\+ LSTM and PPO \\+ LSTM in equal parts already"):
        choose(registry, TWO, seen=TWO.text)


def test_a_choice_needs_a_reason_and_champions(registry):
    with pytest.raises(DeskError, match="needs a reason"):
        choose(registry, TWO, reason=" ")
    with pytest.raises(DeskError, match="SAC \\+ PatchTST has no champion: train first"):
        choose(registry, Book(("sac_lstm", "sac_patchtst")))
    assert book_of(registry) is None


def test_champions_with_other_costs_are_not_blended(registry, monkeypatch):
    import dataclasses

    version = registry.version("ppo_lstm", registry.current("ppo_lstm"))
    dear = dataclasses.replace(version.settings.constraints, cost_rate=0.0025)
    read = Registry.version

    def altered(self, variant, name):
        found = read(self, variant, name)
        if variant != "ppo_lstm":
            return found
        return dataclasses.replace(found, settings=dataclasses.replace(found.settings, constraints=dear))

    monkeypatch.setattr(Registry, "version", altered)
    with pytest.raises(DeskError, match="SAC \\+ LSTM and PPO \\+ LSTM have other costs or limits"):
        choose(registry, TWO)


def test_a_book_of_a_later_release_is_refused_and_can_be_chosen_again(registry):
    DecisionLog(registry.root).append(
        *("book", BOOK, "risk parity: sac_lstm"),
        actor="eve",
        champion=None,
        gate=Gate(False, 0.0, None, ""),
        reason="new",
        evidence="",
    )
    with pytest.raises(ArtifactError, match="which this release does not know: choose the book again"):
        book_of(registry)
    choose(registry, TWO, seen="risk parity: sac_lstm")
    assert book_of(registry) == TWO


def test_shares_by_conviction_are_those_that_the_champions_follow_now(registry):
    for name, conviction in (("sac_lstm", 0.6), ("ppo_lstm", 0.2)):
        judge(registry.version(name, registry.current(name)), conviction)
    choose(registry, Book(TWO.champions, "conviction"))
    decider = decider_of(registry, BOOK)
    assert isinstance(decider, BookDecider)
    assert decider.shares == pytest.approx({"sac_lstm": 0.75, "ppo_lstm": 0.25})
