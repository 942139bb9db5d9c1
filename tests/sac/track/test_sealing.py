"""When a decision counts as made beforehand, and that there is one row a week, whoever asks."""

import dataclasses
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest

from sac.book import ChampionDecider
from sac.config import CASH
from sac.errors import DataError, StorageError
from sac.inference import committee_of, target_weights, with_own_forecasts
from sac.market import MarketPanel, load_panel, price_folder
from sac.portfolio import backtest
from sac.promotion.following import choose_follow
from sac.threads import one_thread
from sac.track import TrackLog, seal, seal_missing
from tests.support.sealed_weeks import AFTER, PROMOTED, champion, corrected, panel_after, saturday
from tests.support.synthetic import panel_of, random_closes, write_prices

VARIANT = "sac_lstm"
FILL_CLOSE = dt.datetime(2018, 12, 31, 21, tzinfo=dt.UTC)  # of the first week: 16:00 in New York


@pytest.fixture
def sealed(log, small_version, tmp_path):
    """Seals the newest week of a panel."""

    def newest(panel: MarketPanel | None = None, now: dt.datetime = PROMOTED, **options):
        panel = panel or panel_after(0)
        step = len(panel.decisions) - 1
        return seal(
            log, ChampionDecider(small_version, cache=tmp_path / "cache", **options), panel, step, now=now
        )

    return newest


def doctored(panel: MarketPanel) -> MarketPanel:
    """The same weeks by a vendor who corrected one close of the past."""
    return panel_of(corrected(str(panel.sessions[-1]), -30, "S02", 1.01))


def test_a_row_says_what_was_decided_and_on_what(sealed, small_version):
    row, panel = sealed(), panel_after(0)
    assert (row.subject, row.version, row.kind) == (VARIANT, small_version.name, "prospective")
    assert (row.decision, row.fill) == ("2018-12-28", "2018-12-31")
    assert row.sealed_at == "2018-12-29T12:00:00.000+00:00"
    assert list(row.weights) == list(row.agents) == [*panel.symbols, CASH]
    assert abs(sum(row.weights.values()) - 1.0) < 1e-9
    assert row.closes == dict(zip(panel.symbols, panel.closes[-1].tolist(), strict=True))
    assert row.fingerprint == panel.provenance.sha256
    assert (row.conviction, row.follow, row.note) == (1.0, "as trained", "")
    assert set(row.forecasts) == set(panel.symbols)
    assert row.constraints == dataclasses.asdict(small_version.settings.constraints)


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        (FILL_CLOSE - dt.timedelta(seconds=1), "prospective"),
        (FILL_CLOSE, "late"),
        (FILL_CLOSE + dt.timedelta(days=400), "late"),
        (dt.datetime(2018, 12, 28, 21, tzinfo=dt.UTC), "prospective"),
        (dt.datetime(2018, 12, 28, 20, 59, tzinfo=dt.UTC), "late"),  # before its own decision: a wrong clock
    ],
)
def test_only_what_is_sealed_between_decision_and_fill_is_prospective(sealed, now, kind):
    row = sealed(now=now)
    assert row.kind == kind
    assert bool(row.note) == (kind == "late")


def test_a_clock_set_back_never_makes_a_week_prospective(sealed, log, small_version, tmp_path):
    sealed(panel_after(3), saturday(3))
    behind = sealed(panel_after(2), saturday(2))
    assert behind.kind == "late"
    assert "clock was set back" in behind.note
    panel = panel_after(5)
    early = seal(
        log, ChampionDecider(small_version, cache=tmp_path), panel, len(panel.decisions) - 2, now=saturday(4)
    )
    assert early.kind == "late"  # the data hold what followed, whatever the clock says
    assert "2019-01-28" in early.note


def test_what_was_only_seen_later_is_not_forgotten_either(sealed, log):
    log.witness(FILL_CLOSE + dt.timedelta(minutes=1))
    assert sealed().kind == "late"


def test_data_that_were_fetched_later_than_now_tell_of_a_clock_set_back(sealed):
    panel = panel_after(0)
    later = dataclasses.replace(panel.provenance, fetched_at="2019-01-02T08:00:00+00:00")
    assert sealed(dataclasses.replace(panel, provenance=later)).kind == "late"


def test_a_row_of_the_fill_session_may_be_its_close_whatever_the_clock_says(sealed, tmp_path):
    """A clock set back to the middle of the fill session takes a finished row for a running one."""
    closes = AFTER[AFTER.index <= "2018-12-31"]
    write_prices(price_folder(tmp_path), closes)
    names = ", ".join(f'"{name}"' for name in closes.columns)
    (tmp_path / "market.toml").write_text(f'source = "files"\nsymbols = [{names}]\nstart = 2013-01-02\n')
    noon = FILL_CLOSE - dt.timedelta(hours=4)
    panel = load_panel(tmp_path, pd.Timestamp(noon))
    assert str(panel.decisions[-1]) == "2018-12-28"
    row = sealed(panel, noon)
    assert (row.kind, row.note) == ("late", "The data hold a row of 2018-12-31, which may be its close.")


def test_asked_again_it_is_the_row_that_is_there(sealed, log):
    assert sealed() == sealed(now=FILL_CLOSE) == log.rows()[0]
    assert len(log.rows()) == 1


def test_other_data_add_one_restated_row_and_the_sealed_one_stands(sealed, log):
    first = sealed()
    again = sealed(doctored(panel_after(0)), FILL_CLOSE)
    assert again.kind == "restated"
    assert again.fingerprint != first.fingerprint
    assert sealed(doctored(panel_after(0))) == again
    assert log.rows() == [first, again]


def test_another_choice_of_whom_to_follow_adds_one_too(sealed):
    assert sealed().kind == "prospective"
    equal = sealed(follow="equal weight")
    assert (equal.kind, equal.conviction) == ("restated", 0.0)


def test_every_week_continues_the_portfolio_of_the_weeks_before(sealed, log, small_version, tmp_path):
    """Sealed week by week it decides what a backtest of the same weeks does."""
    for week in range(6):
        assert sealed(panel_after(week), saturday(week)).kind == "prospective"
    panel = panel_after(7)
    first = panel.step_at("2018-12-28")
    steps = range(first, first + 6)
    known = with_own_forecasts(small_version, panel, steps, tmp_path / "cache")
    record = backtest(committee_of(small_version), known, steps, small_version.settings.constraints)
    weights = [list(row.weights.values()) for row in log.rows()]
    np.testing.assert_allclose(weights, record.weights, atol=1e-7)
    from_cash = target_weights(small_version, panel_after(5), today=panel.decisions[0])
    assert not np.allclose(list(from_cash.target_weights.values()), weights[5], atol=1e-4)


def test_weeks_that_nobody_sealed_are_sealed_late_and_oldest_first(log, registry, tmp_path):
    def missing(weeks, now):
        panel = panel_after(weeks)
        return seal_missing(log, registry, panel, VARIANT, cache=tmp_path / "cache", now=now)

    assert [row.kind for row in missing(0, PROMOTED)] == ["prospective"]
    rows = missing(4, saturday(4))
    assert [(row.decision, row.kind) for row in rows] == [
        ("2019-01-04", "late"),
        ("2019-01-11", "late"),
        ("2019-01-18", "late"),
        ("2019-01-25", "prospective"),
    ]
    assert missing(4, saturday(4)) == []
    assert [row.decision for row in log.rows()] == sorted({row.decision for row in log.rows()})


def test_before_the_promotion_nothing_is_missing_but_the_newest_week_is_sealed(log, registry, tmp_path):
    old = panel_of(AFTER[AFTER.index <= "2018-12-21"])
    [row] = seal_missing(log, registry, old, VARIANT, cache=tmp_path / "cache", now=PROMOTED)
    assert (row.decision, row.kind) == ("2018-12-21", "late")


def test_a_promotion_by_a_clock_of_long_ago_asks_for_no_week_of_the_training(
    log, tmp_path, small_version, monkeypatch
):
    long_ago = dt.datetime(2015, 6, 1, tzinfo=dt.UTC)
    registry = champion(tmp_path / "models", small_version, monkeypatch, long_ago)
    rows = seal_missing(log, registry, panel_after(1), VARIANT, cache=tmp_path / "cache", now=saturday(1))
    assert [row.decision for row in rows] == ["2018-12-28", "2019-01-04"]


def test_weeks_after_the_agents_expired_carry_the_reason(log, registry, tmp_path):
    panel = panel_after(55)
    rows = seal_missing(log, registry, panel, VARIANT, cache=tmp_path / "cache", now=saturday(55))
    assert len(rows) == 56
    dead = [row for row in rows if not row.weights]
    assert [row.decision for row in dead] == ["2020-01-03", "2020-01-10", "2020-01-17"]
    assert all("expired" in row.note for row in dead)
    assert dead[-1].kind == "prospective"
    assert dead[-1].conviction is None


def test_the_choice_of_a_person_is_sealed_with_it(log, registry, small_version, tmp_path):
    choose_follow(registry, VARIANT, "equal weight", actor="ada", reason="doubt", champion=small_version.name)
    [row] = seal_missing(log, registry, panel_after(0), VARIANT, cache=tmp_path, now=PROMOTED)
    assert (row.follow, row.conviction) == ("equal weight", 0.0)


def test_without_a_champion_nothing_is_written(log, registry, tmp_path):
    assert seal_missing(log, registry, panel_after(0), "ppo_lstm", cache=tmp_path, now=PROMOTED) == []
    assert not log.path.parent.exists()


def test_another_universe_is_refused_and_nothing_is_sealed(log, small_version, tmp_path):
    other = panel_of(random_closes(stocks=5, first="2013-01-02", last="2018-12-28"))
    with pytest.raises(DataError, match="trained on"):
        seal(
            log, ChampionDecider(small_version, cache=tmp_path), other, len(other.decisions) - 1, now=PROMOTED
        )
    assert log.rows() == []


def test_a_log_that_cannot_be_written_says_so(log, sealed):
    log.path.parent.parent.mkdir(exist_ok=True)
    log.path.parent.write_text("a file where the folder should be")
    with pytest.raises(StorageError):
        sealed()


def _seal_at_once(folder, version, barrier):
    one_thread()
    panel = panel_after(0)
    barrier.wait(60)
    step = len(panel.decisions) - 1
    return seal(
        TrackLog(folder), ChampionDecider(version, cache=folder / "cache"), panel, step, now=PROMOTED
    ).seq


def test_two_processes_that_seal_at_once_leave_one_row(tmp_path, small_version, log):
    context = get_context("spawn")
    with context.Manager() as manager, context.Pool(2) as pool:
        barrier = manager.Barrier(2)
        asked = [pool.apply_async(_seal_at_once, (tmp_path / "track", small_version, barrier)) for _ in "12"]
        assert [one.get(120) for one in asked] == [1, 1]
    assert len(log.rows()) == 1
    assert log.problems() == []


def test_two_threads_that_seal_other_data_at_once_leave_one_first_row(sealed, log):
    panels = [panel_after(0), doctored(panel_after(0))] * 4
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(sealed, panels))
    assert sorted(row.kind for row in log.rows()) == ["prospective", "restated"]
