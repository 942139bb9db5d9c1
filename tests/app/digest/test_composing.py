"""A digest says what was sealed, what to trade from there, what changed and why, and why a run stopped."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from app.digest import html, text
from app.digest.changes import changes
from app.digest.composing import digest_of
from app.holdings.plan import planned
from app.holdings.portfolio import Portfolio, Position
from app.holdings.saved import save
from app.settings import Settings
from sac.book import ChampionDecider
from sac.config import VARIANTS
from sac.market import load_panel, price_folder
from sac.track import seal_missing
from tests.support.sealed_weeks import AFTER, champion, saturday
from tests.support.small_versions import VARIANT
from tests.support.synthetic import write_prices

WEEKS = ["2018-12-28", "2019-01-04", "2019-01-11", "2019-01-18"]
HELD = Portfolio(cash=40_000.0, positions=(Position("S00", shares=100.0), Position("S01", shares=150.0)))


@pytest.fixture(scope="module")
def sealed_desk(tmp_path_factory, small_version):
    """A data root with four sealed weeks, on prices that end with the last one's decision."""
    root = Settings(tmp_path_factory.mktemp("desk"))
    with pytest.MonkeyPatch.context() as patch:
        champion(root.models, small_version, patch)
    symbols = ", ".join(f'"{symbol}"' for symbol in AFTER.columns)
    (root.data / "market.toml").write_text(f'source = "files"\nsymbols = [{symbols}]\nstart = 2013-01-02\n')
    for week, decision in enumerate(WEEKS):
        write_prices(price_folder(root.data), AFTER[AFTER.index <= np.datetime64(decision)])
        seal_missing(
            root.track_log,
            root.registry,
            load_panel(root.data),
            VARIANT,
            cache=root.cache,
            now=saturday(week),
        )
    return root


@pytest.fixture
def desk(sealed_desk, tmp_path, monkeypatch):
    """A copy of it on the Saturday after the last decision."""
    shutil.copytree(sealed_desk.data, tmp_path / "data")
    monkeypatch.setattr("sac.inference.weeks_behind", lambda *dates: 0)
    return Settings(tmp_path / "data")


def compose(desk, **options):
    return digest_of(desk, WEEKS[-1], now=saturday(3), **options)


def test_the_week_as_it_was_sealed(desk):
    digest, [row] = compose(desk), desk.track_log.rows(VARIANT, decision=WEEKS[-1])
    assert (digest.fill, digest.end) == ("2019-01-22", "2019-01-25")  # Monday was a holiday
    assert (digest.next_decision, digest.next_fill) == ("2019-01-25", "2019-01-28")
    [week] = digest.champions
    assert (week.label, week.version) == (VARIANTS[VARIANT].label, row.version)
    assert week.sealed == "Sealed 2019-01-19 12:00 UTC, before its prices existed."
    assert {target.symbol: target.weight for target in week.targets} == row.weights
    [before] = desk.track_log.rows(VARIANT, decision=WEEKS[-2])
    assert {target.symbol: target.before for target in week.targets} == before.weights
    assert week.record.startswith("2 weeks live, to 2019-01-14: ")
    assert "the 90 % band: after 2 weeks " in week.record


def test_without_holdings_there_are_targets_and_no_orders(desk):
    digest = compose(desk)
    assert digest.champions[0].ticket is None
    assert digest.no_ticket == "No orders: local user saved no holdings on the page Weights."
    assert digest.state.endswith("there are targets, and no orders.")


def test_the_orders_are_those_of_the_page_weights(desk):
    save(desk.data, "local user", HELD)
    digest, panel = compose(desk), load_panel(desk.data)
    version = desk.registry.version(VARIANT, digest.champions[0].version)
    plan = planned(ChampionDecider(version, cache=desk.cache), panel, HELD, len(panel.decisions) - 1)
    ticket = digest.champions[0].ticket
    assert [(one.side, one.shares, one.symbol) for one in ticket.orders] == [
        (trade.side, trade.shares, trade.symbol) for trade in plan.orders.trades
    ]
    assert round(ticket.cash_after * 100) == plan.orders.cash_cents
    assert digest.no_ticket == ""
    assert digest.state.startswith("Trade at the close of 2019-01-22, as SAC + LSTM decided: ")


def test_another_persons_holdings_are_not_in_it_unless_the_environment_names_them(desk, monkeypatch):
    save(desk.data, "ann@example.com", HELD)
    assert compose(desk).champions[0].ticket is None
    monkeypatch.setenv("SAC_DESK_DIGEST_HOLDINGS_OF", "ann@example.com")
    assert compose(desk).champions[0].ticket is not None


def test_holdings_that_cannot_be_read_are_the_reason(desk):
    save(desk.data, "local user", HELD)
    next((desk.data / "holdings").glob("*.json")).write_text("{")
    assert "cannot be read" in compose(desk).no_ticket


def test_orders_of_an_ended_session_warn(desk):
    save(desk.data, "local user", HELD)
    late = digest_of(desk, WEEKS[-1], now=saturday(4))
    assert any("orders placed now fill at later prices" in note for note in late.champions[0].notes)


def test_data_that_have_gone_on_give_no_orders_for_the_week_before(desk):
    save(desk.data, "local user", HELD)
    digest = digest_of(desk, WEEKS[-2], now=saturday(3))
    assert (digest.champions[0].ticket, digest.no_ticket) == (None, "")
    assert digest.champions[0].notes[-1] == "No orders: the data have gone on to 2019-01-18."


def test_a_run_that_stopped_says_why_first(desk):
    digest = digest_of(desk, "2019-01-25", stopped=("2 weeks are missing.",), now=saturday(4))
    assert digest.champions == ()
    assert digest.state == "The weekly run stopped: 2 weeks are missing."
    assert "2 weeks are missing." in text(digest)
    assert "2 weeks are missing." in html(digest)


def test_data_that_are_refused_are_a_finding_and_hide_nothing_else(desk):
    for path in price_folder(desk.data).glob("*.csv"):
        path.write_text("date,close\n2018-01-02,0\n")
    digest = compose(desk, findings=("One more.",))
    assert [champion.record for champion in digest.champions] == ["unknown: the data cannot be read."]
    assert digest.findings[0] == "One more."
    assert len(digest.findings) > 1


def test_a_desk_without_champions_says_what_to_do(tmp_path):
    digest = digest_of(Settings(tmp_path), "2022-12-23")
    assert digest.state == "No champion decided this week: train a variant, or promote a version."
    assert digest.champions == ()


def test_a_challenger_that_waits_comes_with_its_verdict(filled):
    panel = load_panel(filled.data)
    week = str(panel.decisions[-1])
    for variant in VARIANTS:
        seal_missing(filled.track_log, filled.registry, panel, variant, cache=filled.cache)
    digest = digest_of(filled, week)
    [waiting] = digest.waiting
    assert waiting.verdict in ("ELIGIBLE", "NOT ELIGIBLE")
    assert digest.champions[0].sealed.endswith("late, so it does not count as live.")
    assert digest.state.startswith("Demo data, not for trading: ")


def test_what_changed_and_why(desk):
    before, now = desk.track_log.rows(VARIANT)[-2:]
    weights, agents = {"S00": 0.5, "S01": 0.2, "CASH": 0.3}, {"S00": 0.6, "S01": 0.1, "CASH": 0.3}
    known = replace(
        before, weights=weights, agents=agents, conviction=0.5, forecasts={"S00": 0.001, "S01": None}
    )
    later = replace(
        now,
        weights={"S00": 0.58, "S01": 0.2049, "CASH": 0.2151},
        agents={"S00": 0.7, "S01": 0.1, "CASH": 0.2},
        conviction=0.7,
        follow="equal weight",
        version="v2",
        forecasts={"S00": 0.004, "S01": 0.1},
    )
    assert changes(later, known) == (
        f"Another champion decides: {before.version} did on {before.decision}.",
        "It follows equal weight; before, its training.",
        "Conviction went from 50 % to 70 %.",
        "CASH -8.5 pp to 21.5 %: its agents want 20.0 %, 30.0 % before.",
        "S00 +8.0 pp to 58.0 %: its agents want 70.0 %, 60.0 % before; its forecast went from 0.10 % to "
        "0.40 %.",
    )
    assert changes(known, known) == ("No target moved by 0.5 pp or more since 2019-01-11.",)
    assert len(changes(known, None)) == 1


def test_many_moves_are_counted(desk):
    [*_, now] = desk.track_log.rows(VARIANT)
    names = [f"S{number}" for number in range(10)]
    before = replace(now, weights=dict.fromkeys(names, 0.1), agents={}, forecasts={})
    after = replace(before, weights={name: 0.02 * number for number, name in enumerate(names)})
    told = changes(after, before)
    assert len(told) == 6
    assert told[-1] == "4 more targets moved by 0.5 pp or more."


def test_in_a_wide_universe_a_move_counts_by_the_size_of_its_shares(desk):
    [*_, now] = desk.track_log.rows(VARIANT)
    held = {f"S{number:03}": 0.98 / 600 for number in range(600)} | {"CASH": 0.02}
    before = replace(now, weights=held, agents=held, forecasts={})
    after = replace(before, weights=held | {"S007": 0.98 / 600 + 0.0009, "CASH": 0.0191})
    assert changes(after, before) == (
        "CASH -0.09 pp to 1.91 %: its agents want 2.00 %, 2.00 % before.",
        "S007 +0.09 pp to 0.25 %: its agents want 0.16 %, 0.16 % before.",
    )
    assert changes(before, before) == (f"No target moved by 0.08 pp or more since {now.decision}.",)


def test_composing_writes_nothing_that_was_sealed(desk):
    rows = desk.track_log.rows()
    compose(desk)
    assert desk.track_log.rows() == rows
