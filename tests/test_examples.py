"""Every script of examples/ runs, and prints what it should."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # each is a process of its own
ROOT = Path(__file__).parents[1]


def said(script, *arguments):
    """What a script prints, run by itself."""
    done = subprocess.run(
        [sys.executable, f"examples/{script}.py", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_first_backtest():
    text = said("first_backtest")
    assert text.startswith("15 stocks, 2020-12-21 to 2022-12-19\n")
    assert "Equal weight: CAGR +17.3%, Sharpe 1.29, max drawdown -9.5%, weekly turnover 2.96%\n" in text
    assert "Buy & hold: CAGR +17.7%" in text
    assert text.endswith("a year, which could be luck\n")


def test_own_allocator():
    text = said("own_allocator")
    assert "Momentum 26: CAGR +15.7%, net of costs\nEqual weight: CAGR +15.8%, net of costs\n" in text
    assert "Difference over 260 weeks: -0.1% of log growth a year, which could be luck\n" in text
    assert text.endswith("Largest weights: MRK 11.8%, LLY 10.3%, WMT 9.4%\n")


def test_read_a_version(own_desk):
    text = said("read_a_version", own_desk)
    assert re.match(r"v2018-12-\d\d-[0-9a-f]{12}, full training of \d{4}-\d\d-\d\d on files prices\n", text)
    assert "2 agents on S00, S01, S02, S03, S04, S05\n" in text
    assert re.search(
        r"Out of sample 201\d-\d\d-\d\d to 2018-12-\d\d, net of costs: CAGR [+-]\d+\.\d%\n", text
    )
    assert "  Minimum variance: " in text
    assert "No weeks were held out of its training.\n" in text
    assert re.search(r"[1-9]\d* parameters in each agent's actor\n$", text)


def test_reading_where_there_is_no_champion_names_the_remedy(tmp_path):
    with pytest.raises(AssertionError, match="has no champion of sac_lstm: train one with `sac-desk train"):
        said("read_a_version", tmp_path)


def test_other_libraries():
    text = said("other_libraries")
    assert "Annualized Sharpe Ratio         0.91       0.91\n" in text  # skfolio's table
    assert re.search(r"Max Drawdown +-0\.28 +-0\.29\n", text)  # QuantStats' table: benchmark, strategy
    assert "Sharpe ratio of Equal weight: ours 0.9144, skfolio's 0.9144, QuantStats' 0.9144\n" in text


def test_each_example_is_run_here():
    scripts = {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert scripts == {
        name.removeprefix("test_") for name in globals() if name.removeprefix("test_") in scripts
    }
