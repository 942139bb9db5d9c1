"""What the benchmark of the pages runs; never how fast they are."""

import dataclasses

import numpy as np
import pytest

from app.jobs.store import JobStore
from app.settings import Settings
from app.ui.shared.charts.figure import BASELINE_COLOURS
from benchmarks import page_roots, pages
from tests.support.small_versions import small_artifacts

pytestmark = pytest.mark.slow


def test_every_page_is_measured_once_cold_and_then_warm(tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    (tmp_path / "models").mkdir()
    assert {"overview", "training", "compare", "promotion", "weights", "data"} <= set(pages.PAGES)
    for page in ("training", "compare"):
        took = pages.script_runs(page, None, runs=2)
        assert len(took.wall) == len(took.cpu) == 3
        assert all(milliseconds > 0 for milliseconds in (*took.wall, *took.cpu))


def test_the_selection_is_three_versions_and_six_baselines_that_exist(tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    (tmp_path / "models").mkdir()
    assert pages.selection() == [*pages.SIX]
    assert set(pages.SIX) < set(BASELINE_COLOURS)
    assert len(pages.views()) == len(set(pages.views()))


def test_a_benchmarks_challenger_is_another_version_with_another_record():
    equal = small_artifacts()
    weights = np.random.default_rng(0).dirichlet(np.ones(4), len(equal.evaluation.net))
    original = dataclasses.replace(equal, evaluation=dataclasses.replace(equal.evaluation, weights=weights))
    one, other = (page_roots.reshuffled(original, seed) for seed in (1, 2))
    assert len({made.metadata.version for made in (original, one, other)}) == 3
    assert not np.array_equal(one.evaluation.net, other.evaluation.net)
    assert np.array_equal(one.evaluation.weights[:, -1], weights[:, -1]), "cash stays cash"


def test_the_history_of_a_benchmarks_desk_is_as_long_as_it_says(tmp_path, monkeypatch):
    monkeypatch.setattr(page_roots, "JOBS", 10)
    home = Settings(tmp_path)
    page_roots.history(home, [{"version": "v1"}])
    jobs = JobStore(home.jobs).newest(1_000)
    assert len(jobs) == 10
    assert {job.status for job in jobs} == {"succeeded", "failed"}
