"""A training that another machine does, played in one process: what it is given and what comes back."""

import dataclasses
import shutil
from contextlib import nullcontext

import pytest

from sac import errand, forward, ray_training, training
from sac.cluster import installed
from sac.config import FineTuneSettings
from sac.errand import done, keep_fitted
from sac.errors import ArtifactError, DeskError
from sac.files import keep_sealed
from sac.promotion import Ledger
from sac.registry import Registry, folder
from tests.support.small_trainings import CLOSES, TINY
from tests.support.synthetic import panel_of

pytestmark = pytest.mark.slow

OWN_TIME = {"metadata.json", folder.MANIFEST}
EARLIER = CLOSES.iloc[:-60]  # twelve weeks before the closes end


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A champion trained here on earlier data, and a challenger on those of now."""
    desk = tmp_path_factory.mktemp("home")
    for closes in (EARLIER, CLOSES):
        training.full("sac_lstm", panel_of(closes), TINY, Registry(desk / "models"), desk / "cache")
    return desk


class Elsewhere:
    """Does an errand in this process, and whatever is to happen to its delivery."""

    def __init__(self):
        self.changes, self.works, self.given = [], False, None

    def __call__(self, panel, given, address, report, look):
        self.given = given
        self._work = lambda: done(panel, given, report)
        return self

    def begin(self):
        pass

    def delivered(self):
        self.works = True
        delivery = self._work()
        self.works = False
        for change in self.changes:
            delivery = change(delivery)
        return delivery


@pytest.fixture
def away(monkeypatch):
    elsewhere = Elsewhere()
    monkeypatch.setattr(ray_training, "cluster", lambda *given: nullcontext())
    monkeypatch.setattr(ray_training, "_Away", elsewhere)
    return elsewhere


def train(desk, closes=CLOSES, **changes):
    settings = dataclasses.replace(TINY, **changes)
    models, cache = Registry(desk / "models"), desk / "cache"
    return ray_training.full("sac_lstm", panel_of(closes), settings, models, cache, "local")


def contents(version):
    return {file: data for file, data in version.files().items() if file not in OWN_TIME}


def fitted(desk):
    paths = [path for path in (desk / "cache").rglob("*") if path.is_file()]
    return {str(path.relative_to(desk / "cache")): path.read_bytes() for path in paths}


def test_versions_verdicts_and_caches_are_those_of_trainings_at_home(home, away, tmp_path, monkeypatch):
    run_later_weeks = forward._backtest

    def there_only(*given):
        assert away.works, "the champion's later weeks are run away"
        return run_later_weeks(*given)

    monkeypatch.setattr(forward, "_backtest", there_only)
    outcomes = [train(tmp_path, EARLIER), train(tmp_path)]
    registry = Registry(home / "models")
    for outcome in outcomes:
        assert contents(outcome.version) == contents(registry.version("sac_lstm", outcome.version.name))
    assert [outcome.settlement.promoted for outcome in outcomes] == [True, False]
    again = training.full("sac_lstm", panel_of(CLOSES), TINY, registry, home / "cache")
    assert (again.created, again.settlement) == (False, outcomes[1].settlement)
    assert "on the 102 weeks" in again.settlement.gate.reason, "twelve of them after its last decision"
    assert any(name.startswith("forward/") for name in fitted(home))
    here, there = (sorted(fitted(desk).values()) for desk in (home, tmp_path))
    assert here == there  # named after versions, which say when they were made
    assert [trial.outcome for trial in Ledger(tmp_path / "models").trials()] == ["succeeded"] * 2


def test_a_champion_goes_along_and_comes_back_fine_tuned(home, away, tmp_path):
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    registry, panel, tuning = Registry(home / "models"), panel_of(CLOSES), FineTuneSettings(updates=6)
    here = training.finetune("sac_lstm", panel, registry, home / "cache", tuning=tuning)
    there = ray_training.finetune(
        "sac_lstm", panel, Registry(tmp_path / "models"), tmp_path / "cache", "local", tuning=tuning
    )
    assert contents(there.version) == contents(here.version)
    assert there.version.metadata.parent == here.version.metadata.parent
    assert there.settlement == here.settlement


def test_forecasters_that_exist_here_are_not_fitted_there(home, away, tmp_path, monkeypatch):
    shutil.copytree(home / "cache", tmp_path / "cache")
    keep_sealed(tmp_path / "cache" / "forecasts" / "other.pt", b"of other data")
    before = fitted(tmp_path)
    monkeypatch.setattr("sac.forecast.fitting.fit", None)
    train(tmp_path, seed=1)
    forecasters = {name for name in before if name.startswith("forecasts/")}
    assert set(away.given.fitted) == forecasters - {"forecasts/other.pt"}
    assert away.given.champion is None, "there is none to judge it beside"
    assert fitted(tmp_path) == before


def test_what_comes_back_damaged_is_not_saved(away, tmp_path):
    def damaged(delivery):
        return dataclasses.replace(delivery, files={**delivery.files, "actor.pt": b"\0"})

    away.changes.append(damaged)
    with pytest.raises(ArtifactError, match=r"was not saved: actor\.pt does not have the checksum"):
        train(tmp_path)
    assert Registry(tmp_path / "models").versions("sac_lstm") == []
    assert [trial.outcome for trial in Ledger(tmp_path / "models").trials()] == ["failed"]


def test_another_version_than_the_one_that_was_wanted_is_not_saved(away, tmp_path):
    other = train(tmp_path / "other").version.files()
    away.changes.append(lambda delivery: dataclasses.replace(delivery, files=other))
    with pytest.raises(ArtifactError, match=r"was not saved: metadata\.json is that of"):
        train(tmp_path, seed=1)


def test_a_file_for_the_cache_that_is_none_or_not_whole_is_left_out(tmp_path):
    keep_sealed(tmp_path / "a", b"content")
    whole = (tmp_path / "a").read_bytes()
    names = (
        "../a.pt",
        "/tmp/a.pt",
        "a.pt",
        "forecasts/a.py",
        "forecasts/../../a.pt",
        "models/forecasts/a.pt",
    )
    given = {"forecasts/b.pt": whole[:-1], "forecasts/c.pt": b"", **dict.fromkeys(names, whole)}
    keep_fitted({**given, "forecasts/d.pt": whole, "forward/e.parquet": whole}, tmp_path / "cache")
    assert fitted(tmp_path) == {"forecasts/d.pt": whole, "forward/e.parquet": whole}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "cache"]


def test_another_machine_with_other_packages_is_refused_before_any_work(away, tmp_path, monkeypatch):
    monkeypatch.setattr(errand, "installed", lambda: {**installed(), "torch": "1.0"})
    with pytest.raises(DeskError, match=r"torch .* \(the desk 1\.0\): its results would be others"):
        train(tmp_path)


def test_a_version_that_was_trained_before_asks_no_cluster(home, monkeypatch):
    monkeypatch.setattr(ray_training, "cluster", None)
    assert not train(home).created
