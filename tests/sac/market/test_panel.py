import numpy as np
import pytest

from sac.errors import DataError, SettingsError
from sac.market import SAMPLE_NOTE, sample_panel
from tests.support.synthetic import panel_of, perturbed, random_closes, random_panel


@pytest.fixture(scope="module")
def sample():
    return sample_panel()


def test_the_sample_panel_says_what_it_is(sample):
    assert sample.provenance.source == "sample"
    assert sample.provenance.note == SAMPLE_NOTE
    assert sample.provenance.fields == ("close",)
    assert str(sample.decisions[-1]) == sample.provenance.window_end == "2022-12-23"
    assert str(sample.fills[-1]) == "2022-12-27"
    assert str(sample.ends[-1]) == "2022-12-30"


def test_absent_signals_stay_absent(sample):
    assert sample.signals.shape == (len(sample.decisions), 15, 7)
    assert not sample.known.any()


def test_returns_run_from_fill_to_fill(sample):
    closes = dict(zip(sample.sessions.tolist(), sample.closes, strict=True))
    for step in (0, 100, sample.complete_steps - 1):
        start, end = sample.fills[step].item(), sample.fills[step + 1].item()
        np.testing.assert_allclose(sample.returns[step], closes[end] / closes[start] - 1.0, rtol=1e-14)


def test_a_return_is_known_only_when_its_end_was_seen(sample):
    assert np.isnan(sample.returns[sample.complete_steps :]).all()
    for decision in (1, 50, 500, len(sample.decisions) - 1):
        known = sample.steps_known_at(decision)
        assert sample.fills[known] <= sample.decisions[decision]  # the last known step has ended
        assert known == decision - 1  # and the one after it has not


def test_a_panel_is_the_same_on_every_day_of_a_week():
    closes = random_closes(last="2019-12-20")
    friday, wednesday = panel_of(closes.loc[:"2019-12-13"]), panel_of(closes.loc[:"2019-12-18"])
    assert friday.provenance == wednesday.provenance


def test_the_fingerprint_covers_values_symbols_and_order():
    closes = random_closes()
    swapped = closes[closes.columns[::-1]]
    changed = closes.copy()
    changed.iloc[3:4, 1] *= 1.0000001
    prints = {
        panel_of(c).provenance.sha256 for c in (closes, swapped, changed, closes.rename(columns={"S00": "A"}))
    }
    assert len(prints) == 4


@pytest.mark.parametrize("session", [200, 612, 900])
def test_no_return_or_feature_knows_later_prices(session):
    closes = random_closes()
    after = closes.index.to_numpy()[session]
    before, later = panel_of(closes), panel_of(perturbed(closes, after))
    ended = before.fills[1:] <= after
    assert ended.any()
    assert not np.array_equal(before.returns, later.returns, equal_nan=True)
    np.testing.assert_array_equal(before.returns[:-1][ended], later.returns[:-1][ended])
    decided = before.decisions <= after
    np.testing.assert_array_equal(before.features[decided], later.features[decided])


def test_too_little_history_is_refused():
    with pytest.raises(DataError, match="less than two complete weeks"):
        panel_of(random_closes(first="2019-01-02", last="2019-01-10"))


def test_a_missing_fill_session_is_named():
    closes = random_closes(first="2019-01-02", last="2019-12-31")
    with pytest.raises(DataError, match="2019-06-17"):
        panel_of(closes.drop("2019-06-17"))


def test_decisions_are_found_by_date():
    panel = random_panel(first="2018-01-02", last="2018-12-28")
    newest = len(panel.decisions) - 1
    for wrong in ("next week", "NaT"):
        with pytest.raises(SettingsError, match="not a valid date"):
            panel.step_at(wrong)
    assert panel.step_at() == newest
    assert panel.step_at(str(panel.decisions[0])) == 0
    assert panel.step_at(str(panel.decisions[7])) == 7
    assert panel.step_at(str(panel.decisions[7] - 1)) == 6
    assert panel.step_at(str(panel.ends[-1])) == newest  # the week that begins with the newest one
    for outside in (panel.decisions[0] - 1, panel.ends[-1] + 1):
        with pytest.raises(DataError, match=r"weeks from 2018-01-05 to 2018-12-28"):
            panel.step_at(str(outside))


def test_a_panel_shares_the_memory_of_its_prices():
    closes = random_closes(stocks=3, first="2018-01-02", last="2018-12-31")
    panel = panel_of(closes)
    assert len(panel.sessions) < len(closes), "the last week is not complete"
    assert np.shares_memory(panel.closes, closes.to_numpy())
