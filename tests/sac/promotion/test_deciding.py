"""The decisions of people."""

import dataclasses
import shutil
from datetime import datetime
from typing import Any

import pytest

from sac.errors import ArtifactError, DeskError
from sac.promotion import DecisionLog, settle
from sac.promotion.deciding import DecisionConflict, decide, finish_moves, rollback
from sac.promotion.retention import expendable, remove
from sac.promotion.state import champion_of, problems, state_of
from sac.registry import Registry
from tests.support.small_versions import VARIANT, small_artifacts


@pytest.fixture
def versions(registry):
    """The champion of 10 %, and challengers of 5 % and 12 %."""
    saved = [registry.save(small_artifacts(seed, cagr)) for seed, cagr in ((1, 0.10), (2, 0.05), (3, 0.12))]
    settle(registry, saved[0])
    return saved


def pending(registry):
    return state_of(registry, VARIANT).pending(registry.versions(VARIANT))


def word(registry, version, action="approve", champion=None, **given):
    facts: dict[str, Any] = {"actor": "ada", "reason": "It earns more.", **given}
    seen = champion or registry.current(VARIANT)
    return decide(registry, version, action, champion=seen, **facts)


def test_the_first_version_becomes_champion_by_itself_and_later_ones_wait(registry, versions):
    first, worse, better = versions
    assert registry.current(VARIANT) == first.name
    for version, passed in ((worse, False), (better, True)):
        settled = settle(registry, version)
        assert (settled.promoted, settled.prior_version) == (False, first.name)
        assert settled.gate.passed is passed
    assert {v.name for v in pending(registry)} == {worse.name, better.name}
    (row,) = DecisionLog(registry.root).decisions()
    assert (row.action, row.actor, row.version, row.champion) == ("first", "the desk", first.name, None)


def test_with_the_policy_auto_an_eligible_one_does_not_wait(registry, versions):
    first, worse, better = versions
    assert not settle(registry, worse, "auto").promoted
    assert settle(registry, better, "auto").promoted
    assert registry.current(VARIANT) == better.name
    row = DecisionLog(registry.root).last_move(VARIANT)
    assert (row.action, row.champion) == ("automatic", first.name)


def test_approving_moves_the_pointer_and_leaves_a_row(registry, versions):
    first, _, better = versions
    word(registry, better, evidence='{"weeks": 20}')
    assert registry.current(VARIANT) == better.name
    row = DecisionLog(registry.root).sealed()[0]
    assert (row.action, row.actor, row.reason) == ("approve", "ada", "It earns more.")
    assert (row.version, row.champion) == (better.name, first.name)
    assert (row.eval_cagr, row.prior_cagr) == pytest.approx((0.12, 0.10))
    assert row.evidence == '{"weeks": 20}'
    assert problems(registry, (VARIANT,)) == []


def test_what_the_gate_holds_needs_an_override(registry, versions):
    first, worse, better = versions
    with pytest.raises(DeskError, match=r"is not eligible: .* Only an override"):
        word(registry, worse)
    with pytest.raises(DeskError, match="passes the gate: approve it"):
        word(registry, better, "override")
    assert registry.current(VARIANT) == first.name
    word(registry, worse, "override")
    assert registry.current(VARIANT) == worse.name
    assert not DecisionLog(registry.root).decisions()[0].passed


def test_a_rejected_challenger_waits_no_more_and_can_still_be_approved(registry, versions):
    _, worse, better = versions
    word(registry, better, "reject", reason="Turnover.")
    assert [v.name for v in pending(registry)] == [worse.name]
    with pytest.raises(DecisionConflict, match="rejected already"):
        word(registry, better, "reject")
    word(registry, better)
    assert registry.current(VARIANT) == better.name


@pytest.mark.parametrize("reason", ["", "  \n"])
@pytest.mark.parametrize("action", ["approve", "reject"])
def test_a_decision_needs_a_reason(registry, versions, action, reason):
    with pytest.raises(DeskError, match="needs a reason"):
        word(registry, versions[2], action, reason=reason)
    assert len(DecisionLog(registry.root).decisions()) == 1


def test_who_decides_on_an_old_page_is_told(registry, versions):
    first, worse, better = versions
    word(registry, better, actor="ada")
    with pytest.raises(DecisionConflict, match=r"champion by now \(approve by ada"):
        word(registry, worse, "reject", champion=first.name, actor="bob")
    with pytest.raises(DecisionConflict, match="is the champion already"):
        word(registry, better)


def test_rollback_goes_back_champion_by_champion(registry, versions):
    first, worse, better = versions
    with pytest.raises(DeskError, match="no former champion"):
        rollback(registry, VARIANT, actor="ada", reason="r", champion=first.name)
    word(registry, better)
    word(registry, worse, "override")
    assert state_of(registry, VARIANT).former_champions == [better.name, first.name]
    back: dict[str, Any] = {"actor": "ada", "reason": "Too dear."}
    rollback(registry, VARIANT, champion=worse.name, **back)
    assert registry.current(VARIANT) == better.name
    rollback(registry, VARIANT, champion=better.name, **back)  # not to and fro between the last two
    assert registry.current(VARIANT) == first.name
    rollback(registry, VARIANT, champion=first.name, to=worse.name, **back)
    assert registry.current(VARIANT) == worse.name
    assert [row.action for row in DecisionLog(registry.root).decisions()][:3] == ["rollback"] * 3
    assert problems(registry, (VARIANT,)) == []


def test_only_a_former_champion_is_rolled_back_to(registry, versions):
    _, worse, better = versions
    word(registry, better)
    with pytest.raises(DeskError, match="was never sac_lstm's champion"):
        rollback(registry, VARIANT, actor="a", reason="r", champion=better.name, to=worse.name)


def test_what_cannot_be_read_is_not_promoted(registry, versions):
    first, _, better = versions
    (better.path / "actor.pt").write_bytes(b"x")
    with pytest.raises(ArtifactError, match=r"actor\.pt"):
        word(registry, better)
    shutil.rmtree(better.path)
    with pytest.raises(ArtifactError, match="no version"):
        word(registry, better)
    assert registry.current(VARIANT) == first.name
    assert len(DecisionLog(registry.root).decisions()) == 1


def test_a_damaged_champion_can_be_left_behind(registry, versions):
    first, _, better = versions
    word(registry, better)
    (better.path / "actor.pt").unlink()
    rollback(registry, VARIANT, actor="ada", reason="Damaged.", champion=better.name)
    assert registry.champion(VARIANT).name == first.name


def test_a_pointer_that_moved_without_a_decision_is_reported(registry, versions):
    _, _, better = versions
    word(registry, better)
    (registry.root / VARIANT / "current").write_text("v2000-01-07-000000000000\n")
    assert "last decision on record made it " + better.name in problems(registry, (VARIANT,))[0]


@pytest.mark.parametrize("who", ["the next process", "the next decision"])
def test_a_decision_that_was_cut_off_is_finished(registry, versions, monkeypatch, who):
    first, worse, better = versions
    with monkeypatch.context() as patch:
        patch.setattr(type(registry), "point_to", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            word(registry, better)
    assert registry.current(VARIANT) == first.name  # still a champion that can be read
    pointer = (registry.root / VARIANT / "current").stat()
    assert champion_of(registry, VARIANT).name == state_of(registry, VARIANT).champion == better.name
    assert problems(registry, (VARIANT,)) == []
    assert (registry.root / VARIANT / "current").stat() == pointer  # reading writes nothing
    if who == "the next process":
        finish_moves(registry, (VARIANT,))
    else:
        with pytest.raises(DecisionConflict):
            word(registry, worse, "override", champion=first.name)
    assert registry.current(VARIANT) == better.name
    assert problems(registry, (VARIANT,)) == []


@pytest.mark.parametrize("act", ["settle", "approve", "rollback"])
def test_a_decision_reads_pointer_log_and_versions_once(registry, versions, monkeypatch, act):
    first, _, better = versions
    if act == "rollback":
        word(registry, better)
    reads = []
    for holder, name in ((Registry, "current"), (Registry, "version"), (DecisionLog, "_rows")):
        whole = getattr(holder, name)

        def counted(self, *given, _whole=whole, _name=name, **named):
            reads.append(_name if _name != "version" else given[1])
            return _whole(self, *given, **named)

        monkeypatch.setattr(holder, name, counted)
    if act == "settle":
        settle(registry, better, "auto")
    elif act == "approve":
        decide(registry, better, "approve", actor="ada", reason="r", champion=first.name)
    else:
        rollback(registry, VARIANT, actor="ada", reason="r", champion=better.name)
    assert sorted(reads) == sorted(["current", "_rows", first.name, better.name])


def test_a_clock_that_went_back_does_not_change_the_order(registry, versions, monkeypatch):
    _, worse, better = versions
    word(registry, better)
    from sac.promotion import decision_log

    class Earlier(datetime):
        @classmethod
        def now(cls, zone=None):
            return cls(2001, 1, 1, tzinfo=zone)

    monkeypatch.setattr(decision_log, "datetime", Earlier)
    word(registry, worse, "override")
    rows = DecisionLog(registry.root).decisions()
    assert [row.version for row in rows[:2]] == [worse.name, better.name]
    assert rows[0].at.startswith("2001-01-01")
    assert problems(registry, (VARIANT,)) == []


def test_ancestors_of_champions_and_champions_themselves_are_kept(registry):
    grandparent = registry.save(small_artifacts(1, 0.1, "2026-01-01T00:00:00+00:00"))
    orphan = registry.save(small_artifacts(2, 0.1, "2026-01-02T00:00:00+00:00"))
    child = registry.save(descended(3, grandparent, "2026-01-03T00:00:00+00:00"))
    settle(registry, child)
    registry.save(small_artifacts(4, 0.1, "2026-01-04T00:00:00+00:00"))
    assert [version.name for version in expendable(registry, VARIANT, 1)] == [orphan.name]
    with pytest.raises(ArtifactError, match="is or was champion"):
        remove(registry, VARIANT, child.name)
    remove(registry, VARIANT, orphan.name)
    assert expendable(registry, VARIANT, 1) == []


def descended(seed, parent, created_at):
    """A fine-tuned version."""
    artifacts = small_artifacts(seed, 0.1, created_at)
    record = dataclasses.replace(
        artifacts.metadata,
        kind="finetune",
        parent=parent.name,
        version=f"{artifacts.metadata.version}-ft",
    )
    return dataclasses.replace(artifacts, metadata=record)
