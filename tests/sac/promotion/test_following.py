"""What a champion follows: chosen by a person, kept in the log, valid for that version until changed."""

import dataclasses
import json
import math
import sqlite3
from contextlib import closing

import pytest

from sac.errors import ArtifactError, DeskError, SettingsError
from sac.promotion import DecisionLog, Gate, settle
from sac.promotion.deciding import DecisionConflict, decide, rollback
from sac.promotion.decision_log import SealedDecision
from sac.promotion.following import choose_follow, follow_of, last_choice
from sac.promotion.record import RECORD
from sac.promotion.retention import expendable
from sac.promotion.state import problems, state_of
from tests.support.small_versions import VARIANT, small_artifacts


@pytest.fixture
def versions(registry):
    """The champion, and two challengers."""
    saved = [registry.save(small_artifacts(seed, cagr)) for seed, cagr in ((1, 0.10), (2, 0.05), (3, 0.12))]
    settle(registry, saved[0])
    return saved


def choose(registry, choice, champion=None, **given):
    facts = {"actor": "ada", "reason": "Its edge is gone.", **given}
    return choose_follow(registry, VARIANT, choice, champion=champion or registry.current(VARIANT), **facts)


def followed(registry, version):
    return follow_of(registry, VARIANT, version.name)


def test_the_newest_choice_counts_and_without_one_the_training(registry, versions):
    champion = versions[0]
    assert followed(registry, champion) == "as trained"
    for choice in ("equal weight", "agents", "as trained", "agents"):
        choose(registry, choice)
        assert followed(registry, champion) == choice
    assert last_choice(registry, VARIANT, champion.name).actor == "ada"


def test_a_choice_is_a_row_that_compares_nothing_and_moves_nobody(registry, versions):
    champion = versions[0]
    choose(registry, "equal weight", reason="  The spread is gone. ")
    row = DecisionLog(registry.root).sealed()[0]
    assert (row.action, row.version, row.champion, row.verdict) == (
        *("follow", champion.name, champion.name),
        "equal weight",
    )
    assert (row.actor, row.reason, row.evidence) == ("ada", "The spread is gone.", "")
    assert (row.passed, row.eval_cagr, row.prior_cagr, row.moved) == (0, None, None, False)
    assert registry.current(VARIANT) == champion.name
    assert DecisionLog(registry.root).last_move(VARIANT).action == "first"
    assert problems(registry, (VARIANT,)) == []


def test_the_seal_covers_a_choice_and_the_rows_before_it_stand_as_they_were(registry, versions):
    before = DecisionLog(registry.root).sealed()
    choose(registry, "agents")
    newest, *older = DecisionLog(registry.root).sealed()
    assert older == before
    assert newest.previous == before[0].hash
    assert {field.name for field in dataclasses.fields(SealedDecision)} == {
        *("seq", "at", "actor", "variant", "action", "version", "champion", "passed", "eval_cagr"),
        *("prior_cagr", "verdict", "reason", "evidence", "previous", "hash"),
    }, "the seal hashes the names: another field breaks every chain there is"
    with closing(sqlite3.connect(registry.root / RECORD)) as db, db:
        db.execute("DROP TRIGGER decisions_stand")
        db.execute("UPDATE decisions SET verdict = 'equal weight' WHERE action = 'follow'")
    assert DecisionLog(registry.root).problems() == ["Decision 2 was changed after it was written."]


def test_a_choice_holds_for_its_version_alone_and_is_there_again_after_a_rollback(registry, versions):
    first, _, better = versions
    choose(registry, "equal weight")
    decide(registry, better, "approve", actor="bob", reason="r", champion=first.name)
    assert followed(registry, better) == "as trained"
    rollback(registry, VARIANT, actor="bob", reason="r", champion=better.name)
    assert followed(registry, first) == "equal weight"
    assert follow_of(registry, "ppo_lstm", first.name) == "as trained"


def test_who_looks_at_an_old_page_changes_nothing(registry, versions):
    first, _, better = versions
    decide(registry, better, "approve", actor="bob", reason="r", champion=first.name)
    with pytest.raises(DecisionConflict, match="approve by bob"):
        choose(registry, "agents", champion=first.name)
    assert followed(registry, first) == followed(registry, better) == "as trained"


def test_a_choice_needs_a_reason_a_champion_and_a_change(registry, versions):
    with pytest.raises(DeskError, match="needs a reason"):
        choose(registry, "agents", reason=" \n")
    with pytest.raises(DecisionConflict, match="follows its training already"):
        choose(registry, "as trained")
    choose(registry, "agents")
    with pytest.raises(DecisionConflict, match="follows its agents already"):
        choose(registry, "agents")
    with pytest.raises(SettingsError, match="choose one of as trained, agents, equal weight"):
        choose(registry, "momentum")
    assert len(DecisionLog(registry.root).decisions()) == 2


def test_without_a_champion_there_is_nothing_to_follow(registry):
    with pytest.raises(DeskError, match="no champion yet"):
        choose_follow(registry, VARIANT, "agents", actor="ada", reason="r", champion=None)
    assert not (registry.root / RECORD).exists()


def test_a_champion_that_cannot_be_read_follows_nothing_new(registry, versions):
    (versions[0].path / "actor.pt").write_bytes(b"damaged")
    with pytest.raises(ArtifactError, match=r"actor\.pt"):
        choose(registry, "agents")


def test_a_choice_reviews_nobody(registry, versions):
    """A version that was made champion by hand has no row but its choice when it is one no longer."""
    first, _, better = versions
    registry.point_to(better)
    choose(registry, "equal weight")
    registry.point_to(first)
    pending = state_of(registry, VARIANT).pending(registry.versions(VARIANT))
    assert better.name in {version.name for version in pending}
    assert better.name in {version.name for version in expendable(registry, VARIANT, 0)}


def test_a_choice_of_a_later_release_is_refused_and_can_be_replaced(registry, versions):
    champion = versions[0].name
    DecisionLog(registry.root).append(
        "follow",
        VARIANT,
        champion,
        actor="ada",
        champion=champion,
        gate=Gate(False, math.nan, None, "half"),
        reason="r",
        evidence=json.dumps({}),
    )
    with pytest.raises(ArtifactError, match="'half', which this release does not know"):
        followed(registry, versions[0])
    choose(registry, "agents")
    assert followed(registry, versions[0]) == "agents"
