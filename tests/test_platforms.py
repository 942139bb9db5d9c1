"""Started on Windows, every door says where the desk runs."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

DOORS = {
    "sac-desk": "runpy.run_module('app.cli', run_name='__main__')",
    "a job": "runpy.run_module('app.worker', run_name='__main__')",
    "streamlit run": "runpy.run_path('streamlit_app.py')",
}


@pytest.mark.parametrize("door", DOORS)
def test_windows_is_refused_in_one_line(door):
    others = "import runpy, sys, fastapi, streamlit, uvicorn"  # they work there, and choose by the platform
    started = subprocess.run(
        [sys.executable, "-c", f"{others}; sys.platform = 'win32'; {DOORS[door]}"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    said = started.stderr.splitlines()
    assert started.returncode == 1
    assert said == ["error: SAC Desk runs on Linux and macOS; on Windows start it inside WSL2"]
