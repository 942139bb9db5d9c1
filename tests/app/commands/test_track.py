"""`sac-desk track`."""

import json
import sqlite3
from contextlib import closing

import pytest

from app import cli
from tests.support.small_versions import VARIANT

pytestmark = pytest.mark.slow


@pytest.fixture
def track(capsys):
    def run(*arguments):
        code = cli.main(("track", *arguments))
        return code, *capsys.readouterr()

    return run


def test_it_says_what_the_live_weeks_came_to_and_lists_them(tracked, track, small_version):
    code, out, err = track()
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == f"{VARIANT} {small_version.name}, champion since 2018-12-29 12:00 UTC"
    assert lines[1].startswith("21 weeks live, to 2019-06-10: ")
    assert " the 90 % band: after 21 weeks " in lines[2]
    assert sum("prospective" in line for line in lines) == 23
    assert sum("late" in line for line in lines[3:]) == 2


def test_for_programs_it_is_json(tracked, track, small_version):
    code, out, _ = track(VARIANT, "--version", small_version.name, "--json")
    [record] = json.loads(out)["records"]
    assert code == 0
    assert len(record["rows"]) == 26
    assert len(record["leads"]) == record["standing"]["weeks"] == 21


def test_a_log_that_somebody_changed_is_a_failure(tracked, track):
    with closing(sqlite3.connect(tracked.track_log.path)) as db, db:
        db.execute("DROP TRIGGER weeks_stand")
        db.execute("UPDATE weeks SET weights = '{}' WHERE seq = 3")
    code, out, err = track()
    assert code == 1
    assert "Sealed week 3 was changed" in err
    assert "20 weeks live" in out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("ppo_lstm",), "There was no champion of ppo_lstm"),
        ((VARIANT, "--version", "v1"), "v1 was never champion"),
        (("--version", "v1"), "Name the variant"),
    ],
)
def test_what_cannot_be_meant_is_refused(tracked, track, arguments, reason):
    code, _, err = track(*arguments)
    assert code == 1
    assert reason in err
