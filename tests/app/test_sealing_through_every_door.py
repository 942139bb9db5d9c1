"""Whoever asks for this week's weights first seals them, and nobody's answer waits for it."""

import json
import shutil

import pytest

from app import cli
from app.settings import Settings
from sac.track import TrackLog
from tests.support import api_client
from tests.support.desk_pages import opened, said
from tests.support.sealed_weeks import corrected
from tests.support.synthetic import write_prices

pytestmark = pytest.mark.slow

VARIANT = "sac_lstm"


@pytest.fixture
def command(capsys):
    """Runs `sac-desk` on the pages' data root; exit code, stdout, stderr."""

    def run(*arguments):
        code = cli.main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def by_command(command):
    code, out, err = command("weights", VARIANT, "--json")
    assert code == 0
    return json.loads(out)["target_weights"], err


def by_http(caplog):
    answer = api_client.client().post(f"/inference/{VARIANT}", json={"portfolio": {"cash": 1000.0}})
    assert answer.status_code == 200
    return answer.json()["target_weights"], caplog.text


def by_page():
    at = opened("weights")
    return at.dataframe[0].value, said(at)


@pytest.fixture(params=["command", "http", "page"])
def ask(request, command, caplog):
    """Asks for the weights of the newest week; what is shown, and what is said beside it."""
    return {"command": lambda: by_command(command), "http": lambda: by_http(caplog), "page": by_page}[
        request.param
    ]


def test_the_first_who_asks_seals_and_the_next_adds_nothing(filled, ask):
    ask()
    [row] = filled.track_log.rows()
    champion = filled.registry.current(VARIANT)
    assert (row.subject, row.version, row.decision) == (VARIANT, champion, "2022-12-23")
    assert row.kind == "late"  # the embedded sample ended long ago
    ask()
    assert filled.track_log.rows() == [row]


def test_what_cannot_be_sealed_is_shown_all_the_same_with_the_reason(filled, ask):
    filled.track.write_text("a file where a folder should be")
    shown, remark = ask()
    assert len(shown)
    assert "not sealed" in remark
    assert "a file where a folder should be" in remark


def test_looking_at_the_record_writes_nothing(filled, command):
    for page in ("overview", "promotion", "track", "data"):
        opened(page)
    client = api_client.client()
    for address in (f"/track/{VARIANT}", "/decisions/sealed"):
        assert client.get(address).status_code == 200
    assert command("track")[0] == 0
    assert not filled.track.exists()


def test_a_version_that_is_not_champion_is_shown_and_not_sealed(filled):
    champion = filled.registry.current(VARIANT)
    [challenger] = [one.name for one in filled.registry.versions(VARIANT) if one.name != champion]
    opened("weights", version=challenger)
    assert not filled.track.exists()


def test_a_week_that_is_asked_again_on_other_prices_is_restated(own_desk, tmp_path, monkeypatch, command):
    root = Settings(tmp_path / "own")
    shutil.copytree(own_desk, root.data)
    monkeypatch.setenv("SAC_DESK_DATA", str(root.data))
    assert command("weights", VARIANT, "--as-of", "2018-12-21")[0] == 0
    rows = root.track_log.rows()
    assert [(row.decision, row.kind) for row in rows] == [("2018-12-28", "late")]
    write_prices(root.data / "raw" / "prices", corrected("2018-12-28", -1, "S01", 1.02))
    assert command("weights", VARIANT, "--as-of", "2018-12-21")[0] == 0
    first, again = TrackLog(root.track).rows()
    assert (first, again.kind) == (rows[0], "restated")
    assert again.closes["S01"] == pytest.approx(first.closes["S01"] * 1.02)
