import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import sac
from sac.config import ForecastSettings
from sac.errors import Cancelled, DataError
from sac.forecast import fitting, forecast_at, training_steps, walk_forward
from sac.forecast.skill import rank_correlations
from tests.support.synthetic import panel_of, perturbed, random_closes, random_panel

pytestmark = pytest.mark.slow

KINDS = list(fitting.BUILDERS)
TINY = {
    "lstm": ForecastSettings(
        window=10, hidden=4, epochs=2, batch_size=64, learning_rate=0.01, fit_years=2, least_years=1
    ),
}
TINY["patchtst"] = dataclasses.replace(TINY["lstm"], kind="patchtst")
TINY["calibrated"] = dataclasses.replace(
    TINY["lstm"], months=2, target="rank", members=2, half_life=1, seen="alpha"
)
TINY["bounded"] = dataclasses.replace(TINY["lstm"], months=2, epoch_examples=4 * 60)  # where 104 weeks teach


@pytest.fixture(params=TINY)
def settings(request):
    return TINY[request.param]


@pytest.fixture(scope="module")
def panel():
    return random_panel()  # 4 stocks, 2015 to 2019


@pytest.fixture
def fits(monkeypatch):
    """The seeds of the fits that were truly made."""
    made, fit = [], fitting.fit

    def counted(examples, seed, report):
        made.append(seed)
        return fit(examples, seed, report)

    monkeypatch.setattr(fitting, "fit", counted)
    return made


def same_bytes(one, other):
    return one.tobytes() == other.tobytes()


def same_state(one, other):
    assert one.keys() == other.keys()
    for name, value in one["parameters"].items():
        assert same_bytes(value.numpy(), other["parameters"][name].numpy()), name
    return all(
        one[k] == other[k] for k in one if not (isinstance(one[k], torch.Tensor) or k == "parameters")
    ) and all(torch.equal(one[k], other[k]) for k in ("input_scaling", "target_scaling"))


def test_purge_by_hand(panel):
    steps = training_steps(panel, 2018, ForecastSettings(fit_years=2))
    # The first decision of 2018 is Friday 5 January. The decision of 22 December is filled on the 26th and
    # held until the fill of 2 January, which is before; the one of 29 December ends on the 8th, which is not.
    assert str(panel.decisions[steps[-1]]) == "2017-12-22"
    assert str(panel.fills[steps[-1] + 1]) == "2018-01-02"
    assert str(panel.decisions[steps[0]]) == "2016-01-08"  # the first of two years before
    np.testing.assert_array_equal(np.diff(steps), 1)


def test_a_target_that_ends_on_the_first_decision_is_purged(panel):
    settings = ForecastSettings(fit_years=2)
    last = training_steps(panel, 2018, settings)[-1]
    fills = panel.fills.copy()
    fills[last + 1] = np.datetime64("2018-01-05")
    steps = training_steps(dataclasses.replace(panel, fills=fills), 2018, settings)
    assert steps[-1] == last - 1


def test_a_year_needs_enough_years_before_it(panel):
    settings = ForecastSettings(fit_years=5, least_years=2)
    assert len(training_steps(panel, 2016, settings)) == 0
    assert str(panel.decisions[training_steps(panel, 2017, settings)[0]]) == "2015-01-02"


def test_missing_years_stay_missing_and_the_others_are_complete(panel, settings, tmp_path):
    forecasts = walk_forward(panel, settings, tmp_path)
    late = panel.decisions >= np.datetime64("2016-01-01")
    assert forecasts.values.shape == panel.returns.shape
    assert np.isnan(forecasts.values[~late]).all()
    assert np.isfinite(forecasts.values[late]).all()  # the last decisions too, whose returns are not known
    assert [skill.year for skill in forecasts.skill] == [2016, 2017, 2018, 2019]
    assert sum(skill.weeks for skill in forecasts.skill) == late[: panel.complete_steps].sum()
    assert forecasts.newest["year"] == 2019


def test_too_little_history_is_refused(settings, tmp_path):
    with pytest.raises(DataError, match="Get older prices"):
        walk_forward(
            random_panel(first="2018-03-01"),
            dataclasses.replace(settings, fit_years=5, least_years=2),
            tmp_path,
        )
    with pytest.raises(DataError, match="Get older prices"):  # enough years, but no complete window
        walk_forward(random_panel(first="2018-01-02"), dataclasses.replace(settings, window=400), tmp_path)


@pytest.mark.parametrize("session", ["2016-01-04", "2017-06-14", "2018-12-31", "2019-11-29"])
def test_nothing_after_a_session_changes_a_forecast_up_to_it(settings, session, tmp_path):
    closes, after = random_closes(), np.datetime64(session)
    panel = panel_of(closes)
    before = walk_forward(panel, settings, tmp_path / "one").values
    changed = walk_forward(panel_of(perturbed(closes, after)), settings, tmp_path / "other").values
    decided = panel.decisions <= after
    assert same_bytes(before[decided], changed[decided])
    assert not np.array_equal(before[~decided], changed[~decided], equal_nan=True)


def test_a_longer_history_changes_no_forecast_and_reuses_every_finished_year(settings, fits, tmp_path):
    closes = random_closes()
    short = walk_forward(panel_of(closes.loc[:"2019-06-12"]), settings, tmp_path).values
    files = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "forecasts").iterdir()}
    assert len(fits) == len(files) == 4
    longer = walk_forward(panel_of(closes), settings, tmp_path).values
    assert len(fits) == 4
    assert {file.name: file.stat().st_mtime_ns for file in (tmp_path / "forecasts").iterdir()} == files
    assert same_bytes(short, longer[: len(short)])


def test_cold_warm_and_repeated_walks_are_equal_to_the_byte(panel, settings, fits, tmp_path):
    torch.manual_seed(1)
    cold = walk_forward(panel, settings, tmp_path / "one")
    torch.manual_seed(2)  # the caller's random numbers have no influence ...
    following = torch.get_rng_state()
    warm = walk_forward(panel, settings, tmp_path / "one")
    assert len(fits) == 4
    again = walk_forward(panel, settings, tmp_path / "two")
    assert torch.equal(torch.get_rng_state(), following)  # ... and are left as they were
    assert len(fits) == 8
    for other in (warm, again):
        assert same_bytes(cold.values, other.values)
        assert same_state(cold.newest, other.newest)
    one, two = (sorted((tmp_path / name / "forecasts").iterdir()) for name in ("one", "two"))
    assert [(file.name, file.read_bytes()) for file in one] == [
        (file.name, file.read_bytes()) for file in two
    ]


def test_another_seed_setting_or_order_of_symbols_is_another_fit(panel, settings, fits, tmp_path):
    first = walk_forward(panel, settings, tmp_path).values
    other_seed = walk_forward(panel, dataclasses.replace(settings, seed=1), tmp_path).values
    assert not np.array_equal(first, other_seed, equal_nan=True)
    walk_forward(panel, dataclasses.replace(settings, epochs=1), tmp_path)
    closes = random_closes()
    walk_forward(panel_of(closes[closes.columns[::-1]]), settings, tmp_path)
    assert len(fits) == len(list((tmp_path / "forecasts").iterdir())) == 16


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "noise"])
def test_a_damaged_file_is_fitted_again(panel, settings, fits, harm, tmp_path):
    first = walk_forward(panel, settings, tmp_path).values
    damaged = sorted((tmp_path / "forecasts").iterdir())[1]
    content = damaged.read_bytes()
    middle = len(content) // 2
    harmed = {
        "cut": content[:middle],
        "flipped": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "empty": b"",
        "noise": os.urandom(500),
    }
    damaged.write_bytes(harmed[harm])
    assert same_bytes(walk_forward(panel, settings, tmp_path).values, first)
    assert len(fits) == 5
    assert damaged.read_bytes() == content
    assert len(list((tmp_path / "forecasts").iterdir())) == 4


def test_progress_rises_to_one_and_may_stop_the_walk(panel, settings, fits, tmp_path):
    told = []
    walk_forward(panel, settings, tmp_path / "one", lambda *news: told.append(news))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0
    assert fractions[-1] == 1.0
    epochs = settings.epochs * settings.members
    assert any(message.endswith(f" for 2017: epoch {epochs} of {epochs}") for _, message in told)

    begun = []

    def stop(fraction, message):
        begun.extend({int(year) for year in re.findall(r" for (\d{4}): epoch", message)} - {*begun})
        if len(begun) == 3:
            raise Cancelled

    fits.clear()
    with pytest.raises(Cancelled):
        walk_forward(panel, settings, tmp_path / "two", stop)
    assert (
        len(list((tmp_path / "two" / "forecasts").iterdir())) == 2
    )  # those with the most to learn are finished and kept
    walk_forward(panel, settings, tmp_path / "two")
    assert len(fits) == 5  # those two, the one that was stopped, then it and the last


def test_the_newest_forecaster_predicts_what_the_walk_did(panel, settings, tmp_path):
    forecasts = walk_forward(panel, settings, tmp_path)
    torch.save(forecasts.newest, tmp_path / "forecaster.pt")
    state = torch.load(tmp_path / "forecaster.pt", weights_only=True)
    steps = len(panel.decisions)
    for chosen in (range(steps - 1, steps), range(steps - 30, steps - 3), range(steps, steps)):
        said, seen = forecast_at(state, panel, chosen, settings)
        assert same_bytes(said, forecasts.values[chosen.start : chosen.stop])
        assert same_bytes(seen, forecasts.alphas[chosen.start : chosen.stop])


def test_a_forecaster_refuses_other_data_and_years_it_has_seen(panel, settings, tmp_path):
    newest = walk_forward(panel, settings, tmp_path).newest
    last = range(len(panel.decisions) - 1, len(panel.decisions))
    with pytest.raises(DataError, match=r"symbols S00, S01, S02, S03.*S00, S01, S02\."):
        forecast_at(newest, random_panel(stocks=3), last, settings)
    wider = dataclasses.replace(panel, prices={**panel.prices, "high": panel.closes})
    with pytest.raises(DataError, match=r"price fields close, .* close, high"):
        forecast_at(newest, wider, last, settings)
    early = int(np.searchsorted(panel.decisions, np.datetime64("2018-12-28")))
    with pytest.raises(DataError, match="2018-12-28"):
        forecast_at(newest, panel, range(early, 210), settings)


def test_a_later_years_forecaster_is_the_walks_and_is_found_again(settings, tmp_path, fits):
    """A version that was trained in a December serves in January."""
    closes = random_closes()
    panel, december = panel_of(closes), panel_of(closes.loc[:"2018-12-31"])
    whole = walk_forward(panel, settings, tmp_path / "whole")
    stored = walk_forward(december, settings, tmp_path / "stored").newest
    first = int(np.searchsorted(panel.decisions, np.datetime64(f"{stored['year']}-01-01")))
    steps = range(first, len(panel.decisions))
    assert (stored["year"], str(panel.decisions[-1])[:4]) == (2018, "2019")
    fits.clear()
    for cache in (None, tmp_path / "own", tmp_path / "own"):
        said, seen = forecast_at(stored, panel, steps, settings, cache)
        assert same_bytes(said, whole.values[first:])
        assert same_bytes(seen, whole.alphas[first:])
    assert fits == [2019, 2019]  # the stored year's was not fitted again, and the last time it was found
    assert len(list((tmp_path / "own" / "forecasts").iterdir())) == 1


def momentum_returns(seed=0):
    """Daily log returns that follow the mean of the five before: sessions × stocks."""
    shape = random_closes(stocks=8).shape
    noise, returns = np.random.default_rng(seed).normal(0.0, 0.012, shape), np.zeros(shape)
    for day in range(5, len(returns)):
        returns[day] = noise[day] + 0.8 * returns[day - 5 : day].mean(axis=0)
    return returns


def mean_ic(returns, settings, folder):
    closes = random_closes(stocks=8)
    panel = panel_of(pd.DataFrame(100 * np.exp(returns.cumsum(axis=0)), closes.index, closes.columns))
    forecasts = walk_forward(panel, settings, folder)
    weeks = sum(skill.weeks for skill in forecasts.skill)
    known = np.isfinite(forecasts.values).all(axis=1) & np.isfinite(panel.returns).all(axis=1)
    mean = sum(skill.rank_ic * skill.weeks for skill in forecasts.skill) / weeks
    assert mean == pytest.approx(rank_correlations(forecasts.values[known], panel.returns[known]).mean())
    return mean


def test_planted_momentum_is_found_and_shuffled_days_hold_none(settings, tmp_path):
    eager = dataclasses.replace(settings, epochs=15)
    returns = momentum_returns()
    assert mean_ic(returns, eager, tmp_path) > 0.25
    np.random.default_rng(5).shuffle(returns)
    assert abs(mean_ic(returns, eager, tmp_path)) < 0.08  # standard error 0.026


@pytest.mark.parametrize(
    ("light", "heavy"), [("sac.forecast", "torch"), ("sac.forecast.fitting", "transformers")]
)
def test_what_takes_seconds_is_imported_only_by_who_needs_it(light, heavy):
    script = f"import sys, {light}; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=Path(sac.__file__).parents[1]).returncode == 0
