"""The sentence that the Data page begins with."""

from dataclasses import replace

import pytest

from app.queries import market
from app.ui.data.state import state, unusable
from sac.market import MarketChoice, sample_panel


@pytest.fixture
def sample(empty):
    return sample_panel(), market.survey(MarketChoice())


def of(panel, **provenance):
    return replace(panel, provenance=replace(panel.provenance, **provenance))


def test_a_whole_sample_is_fresh_and_not_for_trading(sample):
    assert state(*sample) == (
        "Fresh: embedded sample to 2022-12-23; 15 stocks, nothing missing. Not for trading."
    )


def test_missing_closes_and_weeks_are_counted(sample, monkeypatch):
    panel, survey = sample
    gap = replace(survey.reports[0], gaps=2)
    holes = replace(survey, reports=(gap, *survey.reports[1:]))
    assert "15 stocks, 2 closes missing." in state(panel, holes)
    for behind, said in (
        (0, "Fresh: Yahoo to 2022-12-23; 15 stocks, nothing missing."),
        (1, "Behind: Yahoo to 2022-12-23; 15 stocks, 1 week missing. Refresh them."),
        (3, ":material/event_busy: Too old to trade on: Yahoo to 2022-12-23; 15 stocks, 3 weeks missing."),
    ):
        monkeypatch.setattr("app.ui.data.state.weeks_behind", lambda _, behind=behind: behind)
        assert state(of(panel, source="yahoo"), survey).startswith(said)
    assert state(of(panel, source="files"), survey).endswith("3 weeks missing. Bring newer files.")


def test_refused_data_are_said_with_their_findings(sample):
    assert unusable(None) == "Not usable yet: see below."
    assert unusable(sample[1]) == "Not usable yet: see below."
