"""A track record: sealed weeks, what became of them, what changed since, and what nobody sealed."""

import datetime as dt
import shutil

import numpy as np
import pytest

from sac.book import ChampionDecider
from sac.promotion.deciding import decide, rollback, settle
from sac.registry import Registry
from sac.track import seal, seal_missing
from sac.track.cone import cone, promised_leads
from sac.track.record import moved_closes, reigns, restatement, track_record
from tests.support.sealed_weeks import corrected, panel_after, saturday
from tests.support.small_versions import VARIANT, small_artifacts
from tests.support.synthetic import panel_of


@pytest.fixture
def sealed(log, registry, tmp_path):
    """Seals what is missing after so many weeks, on Saturday."""

    def after(weeks: int, panel=None):
        panel = panel or panel_after(weeks)
        return seal_missing(log, registry, panel, VARIANT, cache=tmp_path / "cache", now=saturday(weeks))

    return after


def test_live_weeks_are_scored_and_stand_in_the_cone_of_the_promotion(log, registry, sealed, small_version):
    for week in range(5):
        sealed(week)
    [reign] = reigns(registry, VARIANT)
    found = track_record(registry, log, panel_after(4), reign)
    assert [row.kind for row in found.rows] == ["prospective"] * 5
    assert len(found.scored.leads) == 3  # the fourth's return is complete with the next fill
    assert found.standing.weeks == 3
    assert found.standing.lead == pytest.approx(found.scored.leads.sum())
    np.testing.assert_array_equal(found.cone.bands, cone(promised_leads(small_version)).bands)
    assert (found.unsealed, found.problems, found.moved) == ((), (), {})


def test_reading_writes_nothing(log, registry):
    [reign] = reigns(registry, VARIANT)
    found = track_record(registry, log, panel_after(2), reign)
    assert (found.rows, found.scored, found.standing) == ((), None, None)
    assert [decision for decision, _ in found.unsealed] == ["2018-12-28", "2019-01-04", "2019-01-11"]
    assert found.cone is not None
    assert not log.path.parent.exists()


def test_a_price_that_is_doctored_afterwards_shows_and_the_sealed_row_stands(log, registry, sealed):
    [first] = sealed(0)
    sealed(1)
    doctored = panel_of(corrected("2019-01-11", -10, "S02", 1.04))
    [reign] = reigns(registry, VARIANT)
    found = track_record(registry, log, doctored, reign)
    assert found.moved == {1: {"S02": pytest.approx(0.04)}, 2: {}}
    assert found.rows[0] == first
    sealed(2, doctored)
    assert [row.kind for row in log.rows(decision="2019-01-11")] == ["prospective"]


def test_a_restated_row_says_what_changed(log, registry, sealed, tmp_path):
    [first] = sealed(0)
    [again] = sealed(0, panel_of(corrected("2018-12-28", -1, "S02", 1.04)))
    assert again.kind == "restated"
    changed = restatement(first, again)
    assert changed.closes == {"S02": pytest.approx(0.04)}
    assert changed.weights == pytest.approx(
        sum(abs(again.weights[name] - first.weights[name]) for name in first.closes)
    )
    assert changed.weights > 0
    assert not changed.follow
    version = registry.version(VARIANT, first.version)
    panel = panel_after(0)
    other = seal(log, ChampionDecider(version, "equal weight", tmp_path), panel, len(panel.decisions) - 1)
    assert restatement(first, other).follow
    assert moved_closes(first, panel_after(9)) == {}


def test_reigns_are_every_champion_with_its_spans(registry, small_version, log, sealed):
    other = registry.save(small_artifacts())
    decide(registry, other, "approve", actor="ada", reason="r", champion=small_version.name)
    now, before = reigns(registry, VARIANT)
    assert (now.version, now.champion, now.until) == (other.name, True, None)
    assert (before.version, before.champion) == (small_version.name, False)
    assert before.since.startswith("2018-12-29")
    assert before.until == now.since
    rollback(registry, VARIANT, actor="ada", reason="r", champion=other.name)
    back, gone = reigns(registry, VARIANT)
    assert (back.version, len(back.spans), back.since) == (small_version.name, 2, before.since)
    assert not gone.champion
    assert gone.until == back.spans[1][0]


def test_weeks_that_nobody_sealed_while_it_was_champion_say_so(registry, small_version, log, sealed):
    sealed(0)
    other = registry.save(small_artifacts())
    decide(registry, other, "approve", actor="ada", reason="r", champion=small_version.name)
    before = reigns(registry, VARIANT)[1]
    found = track_record(registry, log, panel_after(2), before)
    assert found.unsealed == (
        ("2019-01-04", "Nobody asked while it was champion."),
        ("2019-01-11", "Nobody asked while it was champion."),
    )


def test_a_version_that_is_gone_keeps_its_weeks(registry, log, sealed):
    for week in range(4):
        sealed(week)
    [reign] = reigns(registry, VARIANT)
    shutil.rmtree(registry.root / VARIANT / reign.version)
    found = track_record(registry, log, panel_after(4), reign)
    assert len(found.rows) == 4
    assert len(found.scored.leads) == 3
    assert (found.cone, found.standing) == (None, None)
    assert "no version" in found.problems[0]


def test_a_champion_of_before_the_log_has_a_record_too(tmp_path, small_version):
    registry = Registry(tmp_path)
    assert reigns(registry, VARIANT) == []
    saved = registry.save(small_artifacts())
    registry.set_current(VARIANT, saved.name)
    [reign] = reigns(registry, VARIANT)
    assert (reign.since, reign.until, reign.champion) == (None, None, True)
    assert dt.datetime.fromisoformat(saved.metadata.created_at)
    assert not settle(registry, saved).promoted
