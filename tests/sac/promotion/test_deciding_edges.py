"""Decisions about champions at their edges: no champion, nobody can be read, somebody else is faster."""

import dataclasses
import math
from typing import Any

import pytest
from filelock import FileLock

from sac.errors import DeskError
from sac.promotion import DecisionLog, settle
from sac.promotion.deciding import (
    DecisionConflict,
    decide,
    deciding,
    finish_moves,
    judged,
    rollback,
    settled_before,
)
from sac.promotion.state import champion_of, problems, state_of
from tests.support.small_versions import VARIANT, small_artifacts, undetermined

WORD: dict[str, Any] = {"actor": "ada", "reason": "It earns more."}


@pytest.fixture
def versions(registry):
    """The champion of 10 %, and challengers of 5 %, 12 % and 14 %."""
    cagrs = (0.10, 0.05, 0.12, 0.14)
    saved = [registry.save(small_artifacts(seed, cagr)) for seed, cagr in enumerate(cagrs)]
    settle(registry, saved[0])
    return saved


def pending(registry):
    return state_of(registry, VARIANT).pending(registry.versions(VARIANT))


def damage_pointer(registry):
    (registry.root / VARIANT / "current").write_text("nonsense\n")


def test_a_champion_is_not_its_own_challenger(registry, versions):
    verdict = judged(versions[0], champion_of(registry, VARIANT))
    assert not verdict.passed
    assert (verdict.eval_cagr, verdict.prior_cagr) == pytest.approx((0.10, 0.10))
    assert verdict.reason == "This version is the champion already."
    assert judged(versions[2], champion_of(registry, VARIANT)).passed


def test_beside_a_champion_that_cannot_be_read_nobody_passes(registry, versions):
    damage_pointer(registry)
    verdict = judged(versions[2], None, state_of(registry, VARIANT).problem)
    assert (verdict.passed, verdict.prior_cagr) == (False, None)
    assert verdict.eval_cagr == pytest.approx(0.12)
    assert verdict.reason.startswith("The champion cannot be read: sac_lstm/current does not name a version.")
    bare = without_figures(registry.save(small_artifacts(9)))
    assert math.isnan(judged(bare, None, "it is gone").eval_cagr)
    assert math.isnan(judged(bare, bare).eval_cagr)


def without_figures(version):
    """As one whose weeks determine none."""
    return dataclasses.replace(version, metadata=dataclasses.replace(version.metadata, metrics={}))


def test_a_first_model_is_settled_by_either_policy_and_an_unfit_one_by_none(registry, monkeypatch):
    unfit = undetermined(registry.save(small_artifacts(1)), monkeypatch)
    for policy in ("manual", "auto"):
        assert not settle(registry, unfit, policy).promoted
    assert registry.current(VARIANT) is None
    fit = registry.save(small_artifacts(2, 0.1))
    settled = settle(registry, fit, "auto")
    assert (settled.promoted, settled.prior_version) == (True, None)
    (row,) = DecisionLog(registry.root).sealed()
    assert (row.action, row.actor, row.reason, row.evidence) == ("first", "the desk", settled.gate.reason, "")


def test_a_rejected_version_is_not_rejected_twice_but_again_after_another_word(registry, versions):
    better = versions[2]
    for _ in range(2):
        decide(registry, better, "reject", champion=versions[0].name, **WORD)
        decide(registry, better, "approve", champion=versions[0].name, **WORD)
        rollback(registry, VARIANT, champion=better.name, **WORD)
    assert [row.action for row in DecisionLog(registry.root).decisions()][:2] == ["rollback", "approve"]


def test_reasons_are_kept_without_the_space_around_them(registry, versions):
    row = decide(registry, versions[2], "approve", actor="ada", reason="  Why. \n", champion=versions[0].name)
    assert row.reason == "Why."


def test_who_saw_nobody_is_told_who_is_champion(registry, versions):
    first, _, better, _ = versions
    with pytest.raises(DecisionConflict) as conflict:
        decide(registry, better, "approve", champion=None, **WORD)
    row = DecisionLog(registry.root).last_move(VARIANT)
    assert str(conflict.value) == (
        f"{first.name} is sac_lstm's champion by now (first by the desk, {row.at[:10]} {row.at[11:16]} UTC), "
        "no longer nobody: look again before you decide."
    )


def test_without_any_decision_a_conflict_names_none(registry, versions):
    other = type(registry)(registry.root.parent / "other")
    stranger = other.save(small_artifacts(7))
    with pytest.raises(DecisionConflict, match=r"^Nobody is sac_lstm's champion by now, no longer "):
        decide(other, stranger, "approve", champion=versions[0].name, **WORD)


def test_earlier_champions_start_with_the_one_that_the_current_replaced(registry, versions):
    first, _, better, best = versions
    assert state_of(registry, VARIANT).former_champions == []
    decide(registry, better, "approve", champion=first.name, **WORD)
    decide(registry, best, "approve", champion=better.name, **WORD)
    rollback(registry, VARIANT, champion=best.name, to=first.name, **WORD)
    # The first one rose out of nothing: nobody was champion before it, and the latest of the others is next.
    assert state_of(registry, VARIANT).former_champions == [best.name, better.name]
    rollback(registry, VARIANT, champion=first.name, to=better.name, **WORD)
    # It rose over the first one, whatever it was rolled back from.
    assert state_of(registry, VARIANT).former_champions == [first.name, best.name]


def test_a_rollback_needs_a_name_that_was_champion_and_says_which_there_are(registry, versions):
    first, worse, better, best = versions
    decide(registry, better, "approve", champion=first.name, **WORD)
    decide(registry, best, "approve", champion=better.name, **WORD)
    with pytest.raises(DeskError, match=f"choose one of {better.name}, {first.name}"):
        rollback(registry, VARIANT, champion=best.name, to=worse.name, **WORD)
    with pytest.raises(DecisionConflict):
        rollback(registry, VARIANT, champion=first.name, **WORD)
    row = rollback(registry, VARIANT, champion=best.name, **WORD)
    assert (row.action, row.version, row.champion, row.evidence) == ("rollback", better.name, best.name, "")


def test_challengers_keep_the_order_in_which_they_are_given(registry, versions):
    first, worse, better, best = versions
    decide(registry, better, "reject", champion=first.name, **WORD)
    assert [v.name for v in state_of(registry, VARIANT).pending([worse, first, best, better])] == [
        worse.name,
        best.name,
    ]
    assert {v.name for v in pending(registry)} == {worse.name, best.name}
    damage_pointer(registry)
    assert state_of(registry, VARIANT).champion is None
    assert {v.name for v in pending(registry)} == {worse.name, best.name}  # the first was decided on


def cut_off(registry, version, champion, monkeypatch):
    """A decision whose process dies before the pointer follows."""
    with monkeypatch.context() as patch:
        patch.setattr(type(registry), "point_to", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            decide(registry, version, "approve", champion=champion.name, **WORD)


def test_a_move_to_a_version_that_is_gone_is_told_and_leaves_the_champion(registry, versions, monkeypatch):
    first, _, better, _ = versions
    cut_off(registry, better, first, monkeypatch)
    (better.path / "actor.pt").unlink()
    finish_moves(registry, (VARIANT,))
    assert registry.current(VARIANT) == first.name
    (problem,) = problems(registry, (VARIANT,))
    assert problem.startswith(f"{VARIANT}: the champion is {first.name}, but")
    assert f"made it {better.name}. Somebody moved" in problem


def test_a_first_champion_whose_pointer_is_lost_counts_and_gets_it_back(registry, versions):
    (registry.root / VARIANT / "current").unlink()
    assert champion_of(registry, VARIANT).name == versions[0].name
    assert problems(registry, (VARIANT,)) == []
    finish_moves(registry, (VARIANT,))
    assert registry.current(VARIANT) == versions[0].name


def test_a_pointer_that_somebody_moved_is_not_taken_for_an_unfinished_move(registry, versions, monkeypatch):
    first, _, better, best = versions
    cut_off(registry, better, first, monkeypatch)
    registry.set_current(VARIANT, best.name)
    finish_moves(registry, (VARIANT,))
    assert registry.current(VARIANT) == best.name


def test_where_all_is_well_nobody_waits_for_a_decision_that_is_written(registry, versions):
    with FileLock(registry.root / ".decisions.lock"):
        finish_moves(registry, (VARIANT,))  # takes no lock
    assert registry.current(VARIANT) == versions[0].name


def test_a_decision_that_does_not_end_is_reported(registry, versions, monkeypatch):
    monkeypatch.setattr("sac.promotion.deciding._PATIENCE", 0.05)
    with (
        FileLock(registry.root / ".decisions.lock"),
        pytest.raises(DeskError, match="Another decision is being written"),
        deciding(registry, VARIANT),
    ):
        pass


def test_problems_of_every_variant_are_told(registry, versions):
    assert problems(registry, (VARIANT, "ppo_lstm")) == []
    (registry.root / "ppo_lstm").mkdir()
    (registry.root / "ppo_lstm" / "current").write_text("nonsense\n")
    registry.set_current(VARIANT, versions[3].name)
    unread, moved = problems(registry, ("ppo_lstm", VARIANT))
    assert "ppo_lstm/current does not name a version" in unread
    assert moved.startswith(f"{VARIANT}: the champion is {versions[3].name}, but")
    other = type(registry)(registry.root.parent / "other")
    version = other.save(small_artifacts(1))
    other.set_current(VARIANT, version.name)
    (undecided_move,) = problems(other, (VARIANT,))
    assert f"the champion is {version.name}, but the last decision on record made it nobody" in undecided_move


@pytest.mark.parametrize("turned", [False, True])
def test_names_are_compared_and_not_ordered(registry, monkeypatch, turned):
    """Whichever of two names comes first in the alphabet, the same is told of them."""
    two = sorted((registry.save(small_artifacts(seed)) for seed in (1, 2)), key=lambda version: version.name)
    prior, new = reversed(two) if turned else two
    settle(registry, prior)
    with pytest.raises(DecisionConflict, match=f"no longer {new.name}"):
        decide(registry, new, "override", champion=new.name, **WORD)
    with monkeypatch.context() as patch:
        patch.setattr(type(registry), "point_to", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            decide(registry, new, "override", champion=prior.name, **WORD)
    assert (registry.current(VARIANT), state_of(registry, VARIANT).champion) == (prior.name, new.name)
    assert problems(registry, (VARIANT,)) == []
    assert state_of(registry, VARIANT).pending(two) == []
    finish_moves(registry, [VARIANT])
    assert registry.current(VARIANT) == new.name
    assert state_of(registry, VARIANT).former_champions == [prior.name]
    with pytest.raises(DecisionConflict, match="is the champion already"):
        decide(registry, new, "reject", champion=new.name, **WORD)


def test_a_registry_that_does_not_exist_yet_has_nobody_to_go_back_to(registry):
    nowhere = type(registry)(registry.root / "not" / "yet")
    with pytest.raises(DeskError, match="sac_lstm has no former champion"):
        rollback(nowhere, VARIANT, champion=None, **WORD)
    finish_moves(nowhere, [VARIANT])
    assert state_of(nowhere, VARIANT).decisions == ()


def test_a_training_that_was_done_before_names_the_champion_before(registry, versions):
    first, _, better, best = versions
    assert settled_before(registry, first).prior_version is None
    decide(registry, better, "approve", champion=first.name, **WORD)
    decide(registry, best, "approve", champion=better.name, **WORD)
    settled = settled_before(registry, best)
    assert (settled.promoted, settled.prior_version) == (True, better.name)
    settled = settled_before(registry, first)
    assert (settled.promoted, settled.prior_version) == (False, best.name)
    rollback(registry, VARIANT, champion=best.name, **WORD)
    settled = settled_before(registry, better)
    assert (settled.promoted, settled.prior_version) == (True, best.name)
