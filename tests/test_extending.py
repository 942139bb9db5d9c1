"""The code of docs/extending.md, run as it stands."""

import dataclasses
import importlib.util
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.ui.shared.labels import short_name
from sac.config import Constraints
from sac.forecast.fitting import BUILDERS
from sac.market import load_panel
from sac.portfolio import EqualWeight, backtest
from sac.registry import Registry
from sac.registry.external import read_backtest, stored_backtests
from tests.support.desk_pages import opened
from tests.support.small_versions import VARIANT, small_artifacts, truthful

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[1] / "docs" / "extending.md"
BLOCKS = re.findall(r"^```python ?(\w*)\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A data root on the sample, with a champion that was evaluated on its last 60 weeks."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path / "data"))
    panel, small = load_panel(tmp_path / "data"), small_artifacts()
    steps = range(panel.complete_steps - 60, panel.complete_steps)
    result = backtest(EqualWeight(Constraints()), panel, steps, Constraints(), np.ones(60, dtype=np.int64))
    registry = Registry(tmp_path / "data" / "models")
    records: dict[str, Any] = {"evaluation": result, "agents": result, "baselines": []}
    evaluated = dataclasses.replace(small, symbols=panel.symbols, **records)
    version = registry.save(truthful(evaluated))
    registry.set_current(VARIANT, version.name)
    return tmp_path / "data"


def test_the_page_does_what_it_says(desk, capsys, monkeypatch):
    monkeypatch.setattr("sac.forecast.fitting.BUILDERS", {**BUILDERS})
    names = {}
    for needed, code in BLOCKS:
        if not needed or importlib.util.find_spec(needed):
            exec(compile(code, str(PAGE), "exec"), names)
    assert [path.stem for path in stored_backtests(desk / "walks")] == ["Momentum 26", "My agent"]
    for path in stored_backtests(desk / "walks"):
        result = read_backtest(path)
        assert len(result.net) == 60
        assert result.weights[:, :-1].max() <= 0.2 + 1e-9
        assert result.weights[:, -1].min() >= 0.02 - 1e-9
    assert np.isfinite(names["forecasts"].values[-60:]).all()
    monkeypatch.chdir(PAGE.parents[1])  # where the desk's Streamlit settings are
    at = opened("compare", strategy=[names["champion"].name, "Momentum 26", "My agent"])
    assert [*at.table[0].value.index][:3] == [short_name(names["champion"]), "Momentum 26", "My agent"]
    assert not at.warning
    said = capsys.readouterr().out
    assert "Momentum 26:" in said
    assert "2022: rank IC" in said


def test_each_extension_is_under_fifty_lines():
    for section in PAGE.read_text().split("\n## "):
        blocks = re.findall(r"^```python.*?^```", section, re.DOTALL | re.MULTILINE)
        assert sum(block.count("\n") - 1 for block in blocks) < 50, section.splitlines()[0]
