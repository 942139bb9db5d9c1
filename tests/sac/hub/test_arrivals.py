"""Pulling versions: what arrives is what was sent; without a good answer nothing arrives."""

import os
import shutil
import time

import pytest
import torch
from huggingface_hub import snapshot_download

from sac.errors import Cancelled, DeskError
from sac.hub import repository
from sac.hub.arrivals import origin, pull
from sac.hub.repository import MAIN, HubError, HubUnavailable, Remote
from tests.support.loopback_hub import REPO, TOKEN, LoopbackHub, Repository
from tests.support.refusals import assert_nothing_installed, refused
from tests.support.small_versions import VARIANT, small_artifacts

pytestmark = pytest.mark.slow


def test_a_version_arrives_byte_for_byte_and_as_a_challenger(server, remote, travelled, here):
    arrival = pull(remote, here, VARIANT, travelled.name)

    assert arrival.new
    assert arrival.version.path == here.root / VARIANT / travelled.name
    for path in travelled.path.iterdir():
        assert (arrival.version.path / path.name).read_bytes() == path.read_bytes()
    assert torch.equal(
        arrival.version.tensors("actor")["first.bias"], travelled.tensors("actor")["first.bias"]
    )
    assert [found.name for found in here.versions(VARIANT)] == [travelled.name]
    assert here.damaged(VARIANT) == {}
    assert here.current(VARIANT) is None
    commit = server.repositories[REPO].tags[travelled.name]
    known = origin(here, VARIANT, travelled.name)
    assert (known.repo, known.endpoint, known.commit) == (REPO, server.url, commit)
    assert known.pulled_at.endswith("+00:00")
    assert {path.name for path in here.root.iterdir()} == {VARIANT}  # no leftovers


def test_the_champion_is_pulled_by_mains_commit(server, remote, travelled, registry, here):
    newer = registry.save(small_artifacts(seed=5))
    repository.upload(remote, newer)
    arrival = pull(remote, here, VARIANT)
    assert arrival.version.name == travelled.name
    assert arrival.commit == server.repositories[REPO].branches[MAIN]


def test_a_pulled_version_moves_no_champion(remote, travelled, here):
    champion = here.save(small_artifacts(seed=6))
    here.set_current(VARIANT, champion.name)
    pull(remote, here, VARIANT, travelled.name)
    assert here.current(VARIANT) == champion.name


def test_what_was_trained_here_has_no_origin(registry, travelled):
    assert origin(registry, VARIANT, travelled.name) is None


def test_pulling_again_keeps_what_is_there(remote, travelled, here):
    first = pull(remote, here, VARIANT, travelled.name)
    noted = origin(here, VARIANT, travelled.name)
    again = pull(remote, here, VARIANT, travelled.name)
    assert not again.new
    assert again.version.path == first.version.path
    assert origin(here, VARIANT, travelled.name) == noted


def test_a_local_version_with_other_bytes_is_kept(remote, travelled, here):
    mine = here.save(small_artifacts(created_at="2026-02-02T00:00:00+00:00"))
    assert mine.name == travelled.name
    with pytest.raises(HubError, match=rf"this desk has another {mine.name}, with other bytes"):
        pull(remote, here, VARIANT, travelled.name)
    assert here.version(VARIANT, mine.name).metadata.created_at.startswith("2026-02-02")
    assert origin(here, VARIANT, mine.name) is None


def test_a_public_repository_needs_no_token(server, remote, travelled, here):
    server.repositories[REPO].private = False
    assert pull(Remote(REPO, None, server.url), here, VARIANT).version.name == travelled.name


def test_a_training_that_takes_a_removed_versions_name_is_not_called_pulled(remote, travelled, here):
    pulled = pull(remote, here, VARIANT).version
    shutil.rmtree(pulled.path)
    assert origin(here, VARIANT, pulled.name) is None
    here.save(small_artifacts(created_at="2026-02-02T00:00:00+00:00"))
    assert origin(here, VARIANT, pulled.name) is None


# --- what does not arrive


def test_a_missing_repository(server, travelled, here):
    refused(Remote("desk/none", TOKEN, server.url), here, "no repository desk/none, or the token")


def test_a_private_repository_without_a_token(server, travelled, here):
    refused(Remote(REPO, None, server.url), here, "no repository desk/sac-lstm, or HF_TOKEN is not set")


def test_a_wrong_token(server, travelled, here):
    refused(Remote(REPO, "hf_wrong", server.url), here, "does not accept the token")


def test_a_gated_repository(server, remote, travelled, here):
    server.repositories[REPO].gated = True
    refused(remote, here, "is gated: ask for access")


def test_a_version_that_is_not_there(remote, travelled, here):
    refused(remote, here, "has no version v2020-01-03-0123456789ab", "v2020-01-03-0123456789ab")


def test_a_repository_before_its_first_promotion(server, remote, here):
    server.repositories[REPO] = Repository()
    refused(remote, here, r"actor\.pt is missing, so this is not a version")


def test_a_name_that_is_no_version_is_not_asked_for(server, remote, here):
    with pytest.raises(DeskError, match="not a valid version name"):
        pull(remote, here, VARIANT, "../../etc")
    assert server.asked == []


@pytest.mark.parametrize("where", ["/revision/", "/resolve/"])
def test_a_broken_hub_installs_nothing(server, remote, travelled, here, where):
    server.trouble = [(method, where, 500) for method in ("GET", "HEAD")] * 60
    refused(remote, here, "status 500")


def test_a_download_that_is_cut_again_and_again(server, remote, travelled, here):
    server.trouble = [("GET", "/resolve/.*/folds.pt", 0)] * 60
    refused(remote, here, "cannot be reached")


def test_a_cached_snapshot_is_no_answer_while_the_hub_is_down(server, remote, travelled, here, tmp_path):
    """The client itself would hand it out: it does, below."""
    cache = tmp_path / "cache"
    options = {"token": TOKEN, "endpoint": server.url, "cache_dir": cache}
    snapshot_download(REPO, **options)
    with LoopbackHub() as gone:
        down = gone.url
    assert snapshot_download(REPO, token=TOKEN, endpoint=down, cache_dir=cache)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
        with pytest.raises(HubUnavailable, match="cannot be reached"):
            pull(Remote(REPO, TOKEN, down), here, VARIANT)
    assert_nothing_installed(here)


def test_a_pull_that_is_cancelled_installs_nothing(remote, travelled, here):
    def report(done, count, file):
        if done == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        pull(remote, here, VARIANT, progress=report)
    assert_nothing_installed(here)


def test_leftovers_of_a_killed_pull_are_swept(remote, travelled, here):
    here.root.mkdir(parents=True)
    old, young = here.root / ".pull-old", here.root / ".pull-young"
    for left in (old, young):
        left.mkdir()
    os.utime(old, (time.time() - 90_000,) * 2)
    pull(remote, here, VARIANT)
    assert not old.exists()
    assert young.exists()


def test_a_damaged_note_is_named(remote, travelled, here):
    pull(remote, here, VARIANT)
    (here.root / VARIANT / f"{travelled.name}.origin.json").write_text("{}")
    with pytest.raises(DeskError, match=rf"{travelled.name}\.origin\.json does not fit"):
        origin(here, VARIANT, travelled.name)
