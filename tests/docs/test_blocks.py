"""What README and docs show is run: real processes, a real server, real workers, small trainings."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import nullcontext
from functools import cached_property
from pathlib import Path

import pytest

from tests.docs.documents import READERS, ROOT, blocks, name
from tests.docs.test_described import VARIABLE
from tests.support.serving import served

SMALL = Path(__file__).with_name("small_desk")
PORT = "localhost:8501"
SHELL = [
    document
    for document in READERS
    if any(block.language == "sh" and not block.reason for block in blocks(document))
]
PYTHON = [document for document in READERS if document.name != "extending.md"]  # that has a test of its own

pytestmark = pytest.mark.slow


class Desk:
    """A folder as a reader has it: `.venv/bin`, `data` with a champion and a challenger, perhaps a server."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.folder, self.port = folder, 0
        shutil.copytree(data, folder / "data")
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        python = shlex.quote(sys.executable)
        for program, command in {
            "python": python,
            "sac-desk": f"{python} -m app.cli",
            "curl": f"{shutil.which('curl')} --silent --show-error --fail-with-body",
        }.items():
            (programs / program).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
            (programs / program).chmod(0o755)
        paths = {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": f"{ROOT}:{SMALL}"}
        self.environment = {
            key: value for key, value in os.environ.items() if not VARIABLE.fullmatch(key)
        } | paths

    def run(self, text: str) -> str:
        """What a block prints, with the reader's words filled in."""
        text = text.replace(PORT, f"localhost:{self.port}")
        text = re.sub(r"\bVERSION\b", lambda _: self.challenger, text)
        text = re.sub(r"\bJOB\b", lambda _: self.jobs()[0]["job_id"], text)
        done = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", text],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def jobs(self) -> list[dict]:
        """The server's jobs, newest first."""
        with urllib.request.urlopen(f"http://localhost:{self.port}/jobs") as answer:
            return json.load(answer)["jobs"]

    def stop_jobs(self) -> None:
        """Cancel what a block has left at work, and wait for it."""
        deadline = time.monotonic() + 60
        while active := [job["job_id"] for job in self.jobs() if job["finished_at"] is None]:
            assert time.monotonic() < deadline, active
            for job in active:
                self.run(f"curl -X POST {PORT}/jobs/{job}/cancel")
            time.sleep(0.2)

    @cached_property
    def challenger(self) -> str:
        """The version with the lowest CAGR; the highest becomes champion: so an override is needed."""
        shelf = json.loads(self.run("sac-desk versions sac_lstm --json"))[0]
        worse, *_, better = sorted(
            shelf["versions"], key=lambda one: (one["metrics"]["eval_cagr"], one["champion"])
        )
        if not better["champion"]:
            self.run(f"sac-desk promote sac_lstm {better['version']} --reason test")
        return worse["version"]


@pytest.fixture
def desk(tmp_path, sample_desk):
    return Desk(tmp_path, sample_desk)


@pytest.mark.parametrize("document", SHELL, ids=name)
def test_commands_do_what_the_document_shows(document, desk):
    shown = [block for block in blocks(document) if not block.reason]
    over_http = any("curl" in block.text for block in shown)
    if over_http and shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    environment = {key: desk.environment[key] for key in ("PATH", "PYTHONPATH")}
    with served(desk.folder, **environment) if over_http else nullcontext() as server:
        desk.port = server.port if server else 0
        said = ""
        for block in shown:
            file = re.match(r"# (\S+\.toml)\n", block.text)
            if block.language == "toml" and file:
                (desk.folder / file[1]).write_text(block.text)
            elif block.language == "json" and said.startswith("{"):
                assert set(json.loads(block.text)) <= set(json.loads(said)), block.text
            if block.language == "sh":
                said = desk.run(block.text)
                if block.text.count("curl ") != 1:
                    said = ""  # several answers: none belongs to the JSON that follows
                if server:
                    desk.stop_jobs()
            elif block.language == "json":
                said = ""


@pytest.mark.parametrize("document", PYTHON, ids=name)
def test_python_runs_as_it_stands(document, capsys):
    names = {}
    for block in blocks(document):
        if block.language == "python" and not block.reason:
            exec(compile(block.text, str(document), "exec"), names)
    if document.name == "README.md" and document.parent == ROOT:
        assert "cagr" in capsys.readouterr().out


def test_there_are_blocks_to_run():
    assert {"README.md", "docs/api.md", "docs/cli.md", "docs/operations.md"} <= {name(one) for one in SHELL}
