"""Decisions and housekeeping on the command line."""

import json
import os
import subprocess
import sys

import pytest

from app import cli
from sac.promotion import Ledger, settle
from sac.registry import Registry
from tests.support.small_versions import VARIANT, small_artifacts


@pytest.fixture
def desk(capsys, monkeypatch, tmp_path):
    """Runs a command; exit code, stdout, stderr."""
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))

    def run(*arguments):
        try:
            code = cli.main(arguments)
        except SystemExit as left:
            code = int(left.code)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "models")


@pytest.fixture
def versions(registry):
    """The champion of 10 %, and challengers of 5 % and 12 %; newer ones last."""
    saved = [
        registry.save(small_artifacts(seed, cagr, f"2026-01-0{seed}T00:00:00+00:00"))
        for seed, cagr in ((1, 0.10), (2, 0.05), (3, 0.12))
    ]
    for version in saved:
        settle(registry, version)
    return saved


def test_promote_reject_and_rollback_leave_a_history(desk, registry, versions):
    first, worse, better = versions
    code, out, _ = desk("promote", VARIANT, better.name, "--reason", "Higher CAGR")
    assert code == 0
    assert f"It is {VARIANT}'s champion; before: {first.name}." in out
    code, out, _ = desk("reject", VARIANT, worse.name, "--reason", "Lower", "--json")
    assert (code, json.loads(out)["action"]) == (0, "reject")
    code, out, _ = desk("rollback", VARIANT, "--reason", "Too dear")
    assert code == 0
    assert registry.current(VARIANT) == first.name

    code, out, _ = desk("decisions", "--json")
    history = json.loads(out)
    assert [row["action"] for row in history["decisions"]] == ["rollback", "reject", "approve", "first"]
    assert history["problems"] == []
    code, out, _ = desk("decisions", VARIANT)
    assert "Too dear" in out


def test_a_choice_of_what_is_followed_leaves_a_row(desk, registry, versions):
    champion = versions[0].name
    code, out, _ = desk("follow", VARIANT, "equal-weight", "--reason", "The spread is gone")
    assert (code, out) == (0, f"Decision 2: {champion} follows equal weight from now on.\n")
    code, out, _ = desk("follow", VARIANT, "as-trained", "--reason", "It is back", "--json")
    assert (code, json.loads(out)["verdict"]) == (0, "as trained")
    assert registry.current(VARIANT) == champion
    code, out, _ = desk("decisions")
    assert code == 0
    rows = [line.split("  ") for line in out.splitlines()]
    decided = [
        next(cell.strip() for cell in row if "follow" in cell) for row in rows if "follow" in "".join(row)
    ]
    assert decided == ["follow as trained", "follow equal weight"]
    code, _, err = desk("follow", VARIANT, "as-trained", "--reason", "Again")
    assert (code, "follows its training already" in err) == (1, True)
    assert desk("follow", VARIANT, "momentum", "--reason", "r")[0] == 2


def test_what_the_gate_holds_takes_an_override(desk, registry, versions):
    _, worse, _ = versions
    code, _, err = desk("promote", VARIANT, worse.name, "--reason", "Anyway")
    assert (code, "Only an override" in err) == (1, True)
    code, out, _ = desk("promote", VARIANT, worse.name, "--reason", "Anyway", "--override")
    assert (code, registry.current(VARIANT)) == (0, worse.name)
    assert "is not higher than" in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("promote", VARIANT, "v2022-12-23-0123456789ab", "--reason", "r"), 1, "There is no version"),
        (("promote", VARIANT, "../../etc", "--reason", "r"), 1, "is not a valid version name"),
        (("promote", VARIANT, "v2022-12-23-0123456789ab"), 2, "--reason"),
        (("rollback", VARIANT, "--reason", "r"), 1, "no former champion"),
        (("prune", "--keep", "0"), 1, "--keep must be 1 or more"),
    ],
)
def test_what_cannot_be_decided_is_one_line(desk, versions, arguments, code, message):
    found, _, err = desk(*arguments)
    assert found == code
    assert message in err


def test_an_empty_reason_is_refused(desk, versions):
    code, _, err = desk("promote", VARIANT, versions[2].name, "--reason", " ")
    assert (code, "needs a reason" in err) == (1, True)


def test_versions_say_which_ones_wait_and_what_they_weigh(desk, versions):
    _, out, _ = desk("versions", VARIANT)
    assert out.count("pending review") == 2
    assert "MB" in out


def test_prune_lists_first_and_deletes_only_what_nobody_needs(desk, registry, versions):
    first, worse, better = versions
    desk("promote", VARIANT, better.name, "--reason", "r")
    newest = registry.save(small_artifacts(9, 0.01, "2026-02-01T00:00:00+00:00"))
    _, out, _ = desk("prune", "--keep", "1")
    assert worse.name in out
    assert "1 versions" in out
    assert "would be deleted" in out
    assert len(registry.versions(VARIANT)) == 4

    _, out, _ = desk("prune", "--keep", "1", "--apply", "--json")
    assert [row["version"] for row in json.loads(out)["versions"]] == [worse.name]
    assert {v.name for v in registry.versions(VARIANT)} == {first.name, better.name, newest.name}
    assert [path for path in (registry.root / VARIANT).iterdir() if path.name.startswith(".")] == []
    assert Ledger(registry.root).trials() == []  # nothing was trained here, and nothing was invented


def test_what_somebody_wrote_moves_no_cursor_and_forges_no_line(desk, registry, versions, monkeypatch):
    forged = "fine\n9   2026-01-01 00:00 UTC  root  approve\x1b[2J\u202e"
    monkeypatch.setattr("app.commands.promotion.actor", lambda: forged)
    code, out, _ = desk("reject", VARIANT, versions[1].name, "--reason", forged)
    assert code == 0
    code, out, _ = desk("decisions")
    assert code == 0
    assert len(out.splitlines()) == 3  # the head, and two decisions
    assert "fine\\n9 " in out
    assert all(char.isprintable() for line in out.splitlines() for char in line)
    code, _, err = desk("promote", VARIANT, "v\x1b[2J\nerror: forged", "--reason", "x")
    assert (code, len(err.splitlines())) == (1, 1)
    assert "\x1b" not in err


def test_a_process_ends_when_its_command_has(tmp_path):
    """What was said arrives, handlers of the end run, and no thread is waited for or torn down."""
    code = (
        "import atexit, sys, threading, time\n"
        "from app import cli\n"
        "atexit.register(print, 'handled')\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "sys.argv = ['sac-desk', 'versions', 'sac_lstm']\n"
        "cli.run()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "SAC_DESK_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert (ended.returncode, ended.stdout) == (0, "sac_lstm: no versions\nhandled\n"), ended.stderr
