"""Some kinds of files harmed one at a time; `python -m tests.faults.replaced` harms every kind."""

import subprocess
import sys

import pytest

from tests.support.serving import ROOT


@pytest.mark.parametrize("only", ["^$", "jobs.sqlite3|market.toml"])
def test_every_page_command_and_route_answers_with_a_sentence(only):
    """The first harms no single file: there the whole root may not be written."""
    command = [sys.executable, "-m", "tests.faults.replaced", "--only", only]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert asked.returncode == 0, asked.stdout
    assert "the root read-only" in asked.stdout
