"""Holdings and logs are their owner's only, unless the umask is to decide."""

import os
import stat

import pytest

from app import cli
from app.holdings.portfolio import Portfolio
from app.holdings.saved import save
from app.settings import choose_file_rights
from sac import files
from sac.errors import SettingsError
from tests.support.quick_jobs import BREAK, CHATTER, follow

pytestmark = pytest.mark.slow


@pytest.fixture
def generous():
    """A umask that lets everybody read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder, ending):
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob(f"*{ending}")}


@pytest.mark.parametrize(("word", "mode"), [(None, 0o600), ("private", 0o600), ("umask", 0o644)])
def test_new_files_have_the_rights_that_were_chosen(open_jobs, home, generous, monkeypatch, word, mode):
    monkeypatch.setattr(files, "_mode", 0o600)  # put back after the test
    if word:
        monkeypatch.setenv("SAC_DESK_FILE_MODE", word)
    choose_file_rights()
    jobs = open_jobs()
    follow(jobs, jobs.submit(CHATTER, "sac_lstm", CHATTER.request(), "ada").id)
    save(home.data, "ada", Portfolio(cash=1.0))
    assert modes(home.data, ".log") == modes(home.data, ".sqlite3") == modes(home.data, ".json") == {mode}


def test_another_word_is_refused(monkeypatch, capsys):
    monkeypatch.setenv("SAC_DESK_FILE_MODE", "0600")
    with pytest.raises(SettingsError, match="SAC_DESK_FILE_MODE is '0600': set it to private or umask"):
        choose_file_rights()
    assert cli.main(["versions"]) == 1
    assert capsys.readouterr().err.startswith("error: SAC_DESK_FILE_MODE is")


def test_a_trace_in_a_log_forges_no_line(jobs):
    job = follow(jobs, jobs.submit(BREAK, "sac_lstm", BREAK.request(), "ada\nforged").id)
    lines = jobs.log(job.id).splitlines()
    assert any("ZeroDivisionError" in line for line in lines)
    assert all(line.startswith("    ") or " UTC  " in line for line in lines)
