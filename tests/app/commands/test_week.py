"""`sac-desk week`: run, run again, stopped, and what it would do."""

import hashlib
import json
import shutil

import pytest

from app import cli
from app.jobs.queue import Jobs
from app.week.planning import WOULD
from app.week.steps import STEPS

pytestmark = pytest.mark.slow


@pytest.fixture
def command(capsys, empty, monkeypatch):
    """Runs a command on the pages' data root; code, stdout, stderr."""
    jobs = Jobs(empty)
    monkeypatch.setattr("app.commands.week.jobs_of", lambda root: jobs)

    def run(*arguments):
        code = cli.main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    yield run
    for child in jobs._children.values():
        child.wait()


@pytest.fixture
def desk(command, filled):
    """The same on a root with a champion and a challenger on the sample."""
    return command


@pytest.fixture
def stale(command, empty, own_desk):
    """The same on own prices that ended years ago."""
    shutil.copytree(own_desk, empty.data, dirs_exist_ok=True)
    return command


def contents(root):
    """Every file but the index that SQLite keeps beside a database while somebody reads it."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.data.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def test_it_runs_the_week_once(desk, filled):
    code, out, _ = desk("week")
    assert code == 0
    assert "The week of 2022-12-23 is run." in out
    assert "decisions: SAC + LSTM, 2022-12-23: sealed as late." in out
    assert "gate: SAC + LSTM v2022-12-23" in out
    [row] = filled.track_log.rows()
    code, out, _ = desk("week", "--json")
    told = json.loads(out)
    assert (code, told["week"], told["stopped"]) == (0, "2022-12-23", None)
    assert [step["name"] for step in told["steps"]] == list(STEPS)
    assert filled.track_log.rows() == [row]
    code, out, _ = desk("week", "--dry-run")
    assert (code, out) == (0, "The week of 2022-12-23 was run: nothing is left to do.\n")


def test_data_that_end_before_the_week_are_an_exit_code_for_cron(stale, empty):
    code, out, err = stale("week")
    assert (code, out) == (1, "")
    assert err.splitlines()[-1].startswith("error: The data end on 2018-12-28: the week that was decided on")
    code, _, err = stale("week")
    assert code == 1
    assert len(list(empty.weeks.iterdir())) == 1


def test_a_dry_run_says_what_each_step_would_do_and_writes_nothing(desk, filled):
    before = contents(filled)
    code, out, _ = desk("week", "--dry-run")
    assert code == 0
    assert [line.partition(":")[0] for line in out.splitlines()[1:]] == list(WOULD)
    assert "decisions: SAC + LSTM: seal 2022-12-23." in out
    _, out, _ = desk("week", "--dry-run", "--json")
    told = json.loads(out)
    assert (told["week"], told["finished"]) == ("2022-12-23", False)
    assert [step["step"] for step in told["steps"]] == [*STEPS, "digest"]
    assert contents(filled) == before


def test_a_dry_run_says_what_would_stop_the_week(stale, empty):
    code, out, _ = stale("week", "--dry-run")
    assert code == 0
    assert "checks: It would stop: The data end on 2018-12-28" in out
    assert not empty.weeks.exists()


def test_a_dry_run_of_an_empty_desk_makes_no_file(desk, tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path / "nothing"))
    code, out, _ = desk("week", "--dry-run")
    assert code == 0
    assert "decisions: There is no champion to decide" in out
    assert not (tmp_path / "nothing").exists()
