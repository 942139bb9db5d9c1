"""What cannot be read takes no page and no listing down: it is named, and can be deleted there."""

import hashlib
import json
import shutil

import pytest

from app import cli
from app.access import visitors
from app.ui.shared.navigation import PAGES
from sac.registry.folder import MANIFEST
from tests.support.api_client import client
from tests.support.bombs import BOMBS
from tests.support.desk_pages import opened, said
from tests.support.refusals import retold, saved_tensors

pytestmark = pytest.mark.slow
VARIANT = "sac_lstm"


def name_of(number):
    return f"v2022-12-16-{number:012x}"


def forged(version, number, file=None, data=b"", **told):
    """A copy of a version under another name, whose manifest vouches for what was changed."""
    path = version.path.with_name(name_of(number))
    shutil.copytree(version.path, path)
    (path / "metadata.json").write_bytes(retold(version, version=path.name, **told))
    if file:
        (path / file).write_bytes(data)
    manifest = json.loads((path / MANIFEST).read_bytes())
    for changed in {"metadata.json", file or "metadata.json"}:
        content = (path / changed).read_bytes()
        manifest[changed] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    (path / MANIFEST).write_text(json.dumps(manifest))
    return path


@pytest.fixture
def besieged(filled):
    """A desk on whose shelf and among whose external strategies lies what nobody can read."""
    version = filled.registry.champion(VARIANT)
    forged(version, 1, created_at="yesterday")
    forged(version, 2, metrics={"eval_cagr": 9.99})
    forged(version, 3, "evaluation.parquet", BOMBS["a long list"]())
    forged(version, 4, "baselines.parquet", BOMBS["repeated texts in lists"]())
    forged(version, 5, "training_log.parquet", BOMBS["a repeated text"]())
    forged(version, 6, "actor.pt", saved_tensors({}))
    filled.external_backtests.mkdir()
    for number, bomb in enumerate(BOMBS):
        (filled.external_backtests / f"Bomb {number}.parquet").write_bytes(BOMBS[bomb]())
    return filled


UNREADABLE = (1, 2, 3, 4)  # the others cannot be used, but listed


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(besieged, page):
    shown = said(opened(page))
    if page in ("overview", "compare", "promotion", "weights"):
        assert all(name_of(number) in shown for number in UNREADABLE)
    if page == "compare":
        assert all(f"Bomb {number}.parquet" in shown for number in range(len(BOMBS)))


@pytest.mark.parametrize("number", [5, 6])
def test_what_can_be_listed_can_be_looked_at(besieged, number):
    for page in ("compare", "promotion"):
        assert "It may be" not in said(opened(page, version=name_of(number)))  # that is: not here


def test_the_listings_answer(besieged, capsys):
    assert cli.main(["versions", VARIANT, "--json"]) == 0
    [shelf] = json.loads(capsys.readouterr().out)
    assert set(shelf["damaged"]) == {name_of(number) for number in UNREADABLE}
    assert cli.main(["versions"]) == 0
    answer = client().get(f"/models/{VARIANT}")
    assert set(answer.json()["damaged"]) == {name_of(number) for number in UNREADABLE}


def test_a_pointer_that_names_nothing_leaves_the_listing(besieged, capsys):
    (besieged.models / VARIANT / "current").write_text("nonsense\n")
    assert cli.main(["versions"]) == 0
    assert "champion unknown: sac_lstm/current does not name a version" in capsys.readouterr().out


def test_weights_of_agents_that_fit_nothing_are_refused_at_once(besieged):
    (besieged.models / VARIANT / "current").write_text(f"{name_of(6)}\n")
    answer = client().post(f"/inference/{VARIANT}", json={"portfolio": {"cash": 1000.0, "positions": []}})
    assert answer.status_code == 409
    assert "actor.pt does not fit the version's settings" in answer.json()["error"]["message"]
    assert "actor.pt does not fit" in said(opened("weights"))


def test_one_is_deleted_on_the_page(besieged):
    at = opened("promotion")
    [choice] = [box for box in at.selectbox if box.key == "damaged"]
    assert len(choice.options) == len(UNREADABLE)
    chosen = name_of(1)
    choice.set_value((VARIANT, chosen)).run()
    [button] = [button for button in at.button if button.key == "delete-damaged"]
    assert button.disabled
    [tick] = [box for box in at.checkbox if box.key == f"sure-{VARIANT}-{chosen}"]
    tick.check().run()
    [button] = [button for button in at.button if button.key == "delete-damaged"]
    button.click().run()
    assert not at.exception
    assert f"{chosen} is deleted." in said(at)
    assert not (besieged.models / VARIANT / chosen).exists()


def test_a_visitor_deletes_nothing(besieged, monkeypatch):
    monkeypatch.setattr(visitors, "refusal", lambda: "Only approvers may do this.")
    [button] = [button for button in opened("promotion").button if button.key == "delete-damaged"]
    assert button.disabled


def test_one_is_deleted_by_the_command(besieged, capsys):
    assert cli.main(["delete", VARIANT, name_of(2)]) == 0
    assert capsys.readouterr().out == f"{VARIANT} {name_of(2)} is deleted.\n"
    assert cli.main(["delete", VARIANT, name_of(2)]) == 1
    assert "There is no version" in capsys.readouterr().err
    champion = besieged.registry.current(VARIANT)
    assert cli.main(["delete", VARIANT, champion]) == 1
    assert "is or was champion" in capsys.readouterr().err
    assert besieged.registry.champion(VARIANT).name == champion
