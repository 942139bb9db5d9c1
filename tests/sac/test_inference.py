import dataclasses
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from sac import inference
from sac.config import CASH
from sac.errors import ArtifactError, DataError, ExpiredAgents, SettingsError, StaleData
from sac.forecast import walk_forward
from sac.inference import Holdings
from sac.portfolio import Validation, equal_weights
from sac.recorded import decision_dates, recorded_week
from tests.support.small_trainings import CLOSES
from tests.support.synthetic import THEN, panel_of, perturbed, random_closes

target_weights = partial(inference.target_weights, today=THEN)


@pytest.fixture(scope="module")
def version(small_version):
    return small_version


@pytest.fixture(scope="module")
def panel():
    return panel_of(CLOSES)


def test_the_newest_week_is_decided_within_the_limits(version, panel):
    answer = target_weights(version, panel)
    assert answer.as_of == "2018-12-28"
    assert answer.target_week_start == "2018-12-31"
    assert answer.target_week_end == "2019-01-04"
    assert list(answer.target_weights) == [*panel.symbols, CASH]
    assert abs(sum(answer.target_weights.values()) - 1) < 1e-9
    assert all(0 <= answer.target_weights[symbol] <= 0.2 + 1e-9 for symbol in panel.symbols)
    assert answer.target_weights[CASH] >= 0.02 - 1e-9


def test_trading_from_cash_buys_every_stock(version, panel):
    answer = target_weights(version, panel, Holdings(cash=1000.0))
    assert answer.turnover == pytest.approx(1 - answer.target_weights[CASH])
    assert answer.cost == pytest.approx(0.001 * answer.turnover)
    assert answer == target_weights(version, panel)


def test_holdings_in_dollars_become_changes_that_cancel(version, panel):
    holdings = Holdings(cash=250.0, positions={panel.symbols[0]: 500.0, panel.symbols[3]: 250.0})
    answer = target_weights(version, panel, holdings)
    current = {change.symbol: change.current_weight for change in answer.weight_changes}
    assert (current[panel.symbols[0]], current[panel.symbols[3]], current[CASH]) == (0.5, 0.25, 0.25)
    assert sum(change.change for change in answer.weight_changes) == pytest.approx(0, abs=1e-12)
    traded = sum(abs(change.change) for change in answer.weight_changes if change.symbol != CASH)
    assert answer.turnover == pytest.approx(traded)


def test_an_earlier_date_uses_the_week_before_it_and_nothing_later(version, panel):
    answer = target_weights(version, panel, step=panel.step_at("2018-06-20"))
    assert answer.as_of == "2018-06-15"
    changed = panel_of(perturbed(CLOSES, np.datetime64("2018-06-15")))
    assert target_weights(version, changed, step=changed.step_at("2018-06-20")) == answer
    assert target_weights(version, changed) != target_weights(version, panel)


def test_the_committee_is_the_mean_of_its_members(version, panel):
    committee = inference.committee_of(version)
    held = np.array([0.1] * 6 + [0.4])
    together = committee.allocate(panel, 200, held)
    alone = [member.allocate(panel, 200, held) for member in committee.members()]
    np.testing.assert_allclose(together, np.mean(alone, axis=0), atol=1e-7)
    assert not np.allclose(alone[0], alone[1])


def test_another_universe_is_refused(version):
    with pytest.raises(DataError, match="Train again on this universe"):
        target_weights(version, panel_of(random_closes(stocks=5, first="2013-01-02", last="2018-12-28")))


@pytest.mark.parametrize(
    ("holdings", "message"),
    [
        (Holdings(positions={"TSLA": 5.0}), "TSLA is not in the universe"),
        (Holdings(cash=-1.0), "zero or more"),
        (Holdings(cash=float("nan")), "zero or more"),
        (Holdings(positions={"S00": float("inf")}), "zero or more"),
        (Holdings(positions={"S00": -5.0}), "zero or more"),
        (Holdings(cash=0.0), "empty"),
    ],
)
def test_impossible_holdings_are_refused(version, panel, holdings, message):
    with pytest.raises(SettingsError, match=message):
        target_weights(version, panel, holdings)


def test_dates_without_a_decision_are_refused(version, panel):
    with pytest.raises(SettingsError, match="not a valid date"):
        panel.step_at("next week")
    for date in ("2012-05-05", "2030-01-01"):
        with pytest.raises(DataError, match="no decision"):
            panel.step_at(date)


def test_the_record_keeps_what_was_known(version, panel):
    assert dataclasses.asdict(target_weights(version, panel))["model_version"] == version.name


def relabelled(panel, source):
    """The same prices as another source's."""
    return dataclasses.replace(panel, provenance=dataclasses.replace(panel.provenance, source=source))


@pytest.mark.parametrize(("today", "missing"), [("2019-01-11", 2), ("2019-01-18", 3)])
def test_data_that_miss_more_than_two_weeks_are_refused(version, panel, today, missing):
    day = np.datetime64(today)
    if missing <= 2:
        assert target_weights(version, panel, today=day).weeks_behind == missing
        return
    for as_of in (None, "2018-12-28", "2019-01-02"):
        with pytest.raises(StaleData, match=f"{missing} complete weeks are missing.*Refresh the data"):
            target_weights(version, panel, step=panel.step_at(as_of), today=day)


def test_without_a_date_todays_clock_counts(version, panel):
    with pytest.raises(StaleData):
        inference.target_weights(version, panel)


def test_history_is_never_stale_but_is_marked(version, panel):
    late = np.datetime64("2026-07-01")
    answer = inference.target_weights(version, panel, step=panel.step_at("2018-06-20"), today=late)
    assert answer.historic
    assert answer.in_training
    assert any("2018-06-15 lies inside the training window" in note for note in answer.notes)
    newest = target_weights(version, panel)
    assert (newest.historic, newest.in_training) == (False, False)
    assert not any("training window" in note or "History" in note for note in newest.notes)


def test_only_weeks_that_taught_lie_inside_the_training_window(version, panel):
    taught = panel.steps_known_at(len(panel.decisions) - 1)
    for step, inside in ((taught - 1, True), (taught, False)):
        answer = target_weights(version, panel, step=step)
        assert answer.historic
        assert answer.in_training == inside


def test_a_week_after_the_training_is_out_of_sample_though_history(version):
    longer = panel_of(random_closes(stocks=6, first="2013-01-02", last="2019-01-18"))
    answer = target_weights(
        version, longer, step=longer.step_at("2019-01-04"), today=np.datetime64("2019-01-22")
    )
    assert (answer.historic, answer.in_training) == (True, False)


def test_the_sample_is_known_to_have_ended_and_says_so(version, panel):
    answer = inference.target_weights(version, relabelled(panel, "sample"), today=np.datetime64("2026-07-01"))
    assert answer.weeks_behind > 300
    assert any("sample ends on 2018-12-28, as is known: not for trading" in note for note in answer.notes)


@pytest.fixture(scope="module")
def longer():
    """The same market, over a year on."""
    return panel_of(random_closes(stocks=6, first="2013-01-02", last="2020-02-14"))


def asked(version, panel, date, **given):
    late = np.datetime64("2020-02-15")
    return target_weights(version, panel, step=panel.step_at(date), today=late, **given)


def test_in_a_new_year_its_forecaster_is_fitted_and_the_agents_serve_on(version, longer, tmp_path):
    forecasts = walk_forward(longer, version.settings.forecast, tmp_path / "walk").values
    for date in ("2018-12-21", "2019-01-04", "2019-11-15"):
        answer = asked(version, longer, date, cache=tmp_path / "cache")
        predicted = dict(zip(longer.symbols, forecasts[longer.step_at(date)].tolist(), strict=True))
        assert answer.forecasts == pytest.approx(predicted)
    assert len(list((tmp_path / "cache" / "forecasts").iterdir())) == 1  # that of 2019


def test_agents_are_too_old_53_weeks_after_their_last_decision(version, longer):
    last = np.datetime64(version.metadata.last_decision)
    assert str(last) == "2018-12-28"
    fine = asked(version, longer, "2019-12-27")  # 52 weeks
    assert any("last learned 52 weeks ago and expire on 2020-01-03" in note for note in fine.notes)
    says = r"last learned on 2018-12-28 and expired on 2020-01-03, 53 weeks later.*fine-tune sac_lstm"
    with pytest.raises(ExpiredAgents, match=says):
        asked(version, longer, "2020-01-03")


@pytest.mark.parametrize(("weeks", "warned"), [(39, False), (40, True)])
def test_from_week_40_on_a_new_training_is_due(version, longer, weeks, warned):
    date = str(np.datetime64(version.metadata.last_decision) + 7 * weeks)
    assert any("train again soon" in note for note in asked(version, longer, date).notes) is warned


@pytest.mark.parametrize(
    ("follow", "conviction"), [("as trained", 0.4), ("agents", 1.0), ("equal weight", 0.0)]
)
def test_a_person_may_follow_the_agents_or_equal_weight_instead(version, panel, follow, conviction):
    judged = Validation(0, "2018-01-05", "2018-12-28", 52, 0.01, 0.8, 0.4)
    metadata = dataclasses.replace(version.metadata, validations=[judged, judged, judged])
    doubted = dataclasses.replace(
        version, metadata=metadata, settings=dataclasses.replace(version.settings, follow="conviction")
    )
    answer = target_weights(doubted, panel, follow=follow)
    wanted = np.array(list(target_weights(version, panel).target_weights.values()))
    equal = equal_weights(6, version.settings.constraints)
    held = np.array(list(answer.target_weights.values()))
    np.testing.assert_allclose(held, equal + conviction * (wanted - equal), atol=1e-12)
    np.testing.assert_allclose(list(answer.agents_weights.values()), wanted, atol=1e-12)
    assert (answer.conviction, answer.follow) == (conviction, follow)
    always = dataclasses.replace(doubted, settings=dataclasses.replace(version.settings, follow="agents"))
    assert target_weights(always, panel).conviction == 1.0


def test_a_date_that_the_forecaster_was_fitted_on_is_refused(version, panel):
    with pytest.raises(DataError, match="Choose a date from 2018 on"):
        target_weights(version, panel, step=panel.step_at("2017-06-16"))


def test_reference_prices_are_the_decisions_closes_to_the_cent(version, panel):
    answer = target_weights(version, panel, step=panel.step_at("2018-06-20"))
    closes = CLOSES.loc["2018-06-15"]
    assert answer.prices == {symbol: round(closes[symbol], 2) for symbol in panel.symbols}


def test_holdings_outside_the_universe_are_sold_for_cash_at_the_same_cost(version, panel):
    held = Holdings(cash=250.0, positions={"S00": 500.0, "TSLA": 150.0, "IBM": 100.0})
    answer = target_weights(version, panel, held, outside="sell")
    rows = {change.symbol: change for change in answer.weight_changes}
    assert list(rows) == [*panel.symbols, "TSLA", "IBM", CASH]
    assert (rows["TSLA"].current_weight, rows["TSLA"].target_weight) == (0.15, 0.0)
    assert rows[CASH].current_weight == pytest.approx(0.25)
    assert sum(row.change for row in rows.values()) == pytest.approx(0, abs=1e-12)
    traded = sum(abs(row.change) for row in rows.values() if row.symbol != CASH)
    assert answer.turnover == pytest.approx(traded)
    assert answer.cost == pytest.approx(0.001 * traded)
    after_the_sale = target_weights(version, panel, Holdings(cash=500.0, positions={"S00": 500.0}))
    assert answer.target_weights == after_the_sale.target_weights


def test_holdings_kept_aside_are_no_part_of_the_portfolio(version, panel):
    held = Holdings(cash=500.0, positions={"S00": 500.0, "TSLA": 150.0})
    answer = target_weights(version, panel, held, outside="keep")
    assert answer == target_weights(version, panel, Holdings(cash=500.0, positions={"S00": 500.0}))
    with pytest.raises(SettingsError, match="empty"):
        target_weights(version, panel, Holdings(cash=0.0, positions={"TSLA": 150.0}), outside="keep")
    with pytest.raises(SettingsError, match="zero or more"):
        target_weights(version, panel, Holdings(positions={"TSLA": float("nan")}), outside="keep")


def test_every_date_on_offer_is_answered_and_the_others_are_not(version, longer):
    dates = [date for date in decision_dates(version, longer) if not recorded_week(version, date)]
    assert (dates[0], dates[-1], len(dates)) == ("2019-12-27", "2018-12-28", 53)
    for date in (dates[0], dates[-1]):
        assert asked(version, longer, date).as_of == date
    for date in ("2020-01-03", "2017-12-29"):
        with pytest.raises((DataError, ExpiredAgents)):
            asked(version, longer, date)


def test_an_answer_about_a_week_before_its_agents_learned_says_where_the_record_is(version, panel):
    def told(date):
        notes = target_weights(version, panel, step=panel.step_at(date)).notes
        return [note for note in notes if "agents of today, asked about a past week" in note]

    last = str(version.evaluation().decisions[-1])
    assert recorded_week(version, last)
    for date in (last, "2018-06-15"):
        [note] = told(date)
        assert "stands on the pages Weights and Compare" in note
    after = str(panel.decisions[panel.step_at(last) + 1])
    assert recorded_week(version, after) is None
    assert "does not hold it" in told(after)[0]
    assert told(version.metadata.last_decision) == []


def test_a_universe_in_another_spelling_is_the_same():
    def check(trained, universe):
        version: Any = SimpleNamespace(name="v", symbols=trained, expiry=np.datetime64("2023-12-22"))
        window = SimpleNamespace(source="sample", window_end="2022-12-23")
        panel: Any = SimpleNamespace(
            symbols=universe, decisions=np.array(["2022-12-16"], "datetime64[D]"), provenance=window
        )
        inference._refuse_unusable(version, panel, 0, 0)

    check(("AAPL", "BRK.B"), ("AAPL", "BRK-B"))
    for universe in (("BRK-B", "AAPL"), ("AAPL", "BRK-A"), ("AAPL",)):
        with pytest.raises(DataError, match="was trained on"):
            check(("AAPL", "BRK.B"), universe)


@pytest.mark.parametrize(
    ("part", "state"),
    [
        ("actor", {}),
        ("actor", {"first.weight": torch.zeros(2, 1)}),
        ("forecaster", {}),
        ("forecaster", {"year": "x"}),
    ],
)
def test_tensors_that_fit_no_settings_are_refused_by_name(version, panel, monkeypatch, part, state):
    """StopIteration among them, which would never reach a request that waits for the answer."""
    read = type(version).tensors
    monkeypatch.setattr(
        type(version), "tensors", lambda self, name: state if name == part else read(self, name)
    )
    with pytest.raises(ArtifactError, match=rf"{part}\.pt does not fit the version's settings"):
        target_weights(version, panel)
