"""What the benchmark of the pages runs; never how fast they are."""

from app.charts import BASELINE_COLOURS
from benchmarks import pages


def test_every_page_is_measured_once_cold_and_then_warm(tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    (tmp_path / "models").mkdir()
    assert {"overview", "training", "compare", "promotion", "weights", "data"} <= set(pages.PAGES)
    for page in ("training", "compare"):
        took = pages.script_runs(page, None, runs=2)
        assert len(took) == 3
        assert all(milliseconds > 0 for milliseconds in took)


def test_the_selection_is_three_versions_and_six_baselines_that_exist(tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    (tmp_path / "models").mkdir()
    assert pages.selection() == [*pages.SIX]
    assert set(pages.SIX) < set(BASELINE_COLOURS)
    assert len(pages.views()) == len(set(pages.views()))
