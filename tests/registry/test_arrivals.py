"""Pulling versions: what arrives is what was sent, and nothing that was tampered with is installed or run."""

import hashlib
import io
import json
import os
import pickle
import time
import zipfile

import pytest
import torch
from huggingface_hub import snapshot_download

from sac.errors import Cancelled
from sac.registry import Registry, arrivals, folder, hub
from sac.registry.arrivals import origin, pull
from sac.registry.hub import MAIN, VERSIONS, HubError, HubUnavailable, Remote
from tests.registry.loopback_hub import REPO, TOKEN, LoopbackHub, Repository
from tests.registry.small_versions import VARIANT, small_artifacts


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)  # between its retries
    with LoopbackHub() as running:
        yield running


@pytest.fixture
def remote(server):
    return Remote(REPO, TOKEN, server.url)


@pytest.fixture
def version(registry, artifacts, remote):
    """A version of another desk, on the Hub and its champion."""
    saved = registry.save(artifacts)
    hub.make_champion(remote, saved)
    return saved


@pytest.fixture
def here(tmp_path):
    """A desk on another machine, without any version."""
    return Registry(tmp_path / "elsewhere" / "models")


def test_a_version_arrives_byte_for_byte_and_as_a_challenger(server, remote, version, here):
    arrival = pull(remote, here, VARIANT, version.name)

    assert arrival.new
    assert arrival.version.path == here.root / VARIANT / version.name
    for path in version.path.iterdir():
        assert (arrival.version.path / path.name).read_bytes() == path.read_bytes()
    assert torch.equal(arrival.version.tensors("actor")["body.bias"], version.tensors("actor")["body.bias"])
    assert [found.name for found in here.versions(VARIANT)] == [version.name]
    assert here.damaged(VARIANT) == {}
    assert here.current(VARIANT) is None
    commit = server.repositories[REPO].tags[version.name]
    known = origin(here, VARIANT, version.name)
    assert (known.repo, known.endpoint, known.commit) == (REPO, server.url, commit)
    assert known.pulled_at.endswith("+00:00")
    assert {path.name for path in here.root.iterdir()} == {VARIANT}  # no leftovers


def test_the_champion_is_pulled_by_mains_commit(server, remote, version, registry, here):
    newer = registry.save(small_artifacts(seed=5))
    hub.upload(remote, newer)
    arrival = pull(remote, here, VARIANT)
    assert arrival.version.name == version.name
    assert arrival.commit == server.repositories[REPO].branches[MAIN]


def test_a_pulled_version_moves_no_champion(remote, version, here):
    champion = here.save(small_artifacts(seed=6))
    here.set_current(VARIANT, champion.name)
    pull(remote, here, VARIANT, version.name)
    assert here.current(VARIANT) == champion.name


def test_what_was_trained_here_has_no_origin(registry, version):
    assert origin(registry, VARIANT, version.name) is None


def test_pulling_again_keeps_what_is_there(remote, version, here):
    first = pull(remote, here, VARIANT, version.name)
    noted = origin(here, VARIANT, version.name)
    again = pull(remote, here, VARIANT, version.name)
    assert not again.new
    assert again.version.path == first.version.path
    assert origin(here, VARIANT, version.name) == noted


def test_a_local_version_with_other_bytes_is_kept(remote, version, here):
    mine = here.save(small_artifacts(created_at="2026-02-02T00:00:00+00:00"))
    assert mine.name == version.name
    with pytest.raises(HubError, match=rf"this desk has another {mine.name}, with other bytes"):
        pull(remote, here, VARIANT, version.name)
    assert here.version(VARIANT, mine.name).metadata.created_at.startswith("2026-02-02")
    assert origin(here, VARIANT, mine.name) is None


def test_a_public_repository_needs_no_token(server, remote, version, here):
    server.repositories[REPO].private = False
    assert pull(Remote(REPO, None, server.url), here, VARIANT).version.name == version.name


# --- what does not arrive


def assert_nothing_installed(here):
    assert list(here.root.rglob("*")) in ([], [here.root / VARIANT])
    assert here.versions(VARIANT) == []
    assert here.damaged(VARIANT) == {}


def refused(remote, here, reason, name=None):
    with pytest.raises(HubError, match=reason) as refusal:
        pull(remote, here, VARIANT, name)
    assert_nothing_installed(here)
    return refusal.value


def tampered(server, version, forge=None, **changes):
    """Put changed files on `main` and under the tag; `forge` lets the manifest vouch for them."""
    repo = server.repositories[REPO]
    files = dict(repo.files(MAIN))
    for name, data in changes.items():
        name = name.replace("__", ".")
        if data is None:
            files.pop(name)
        else:
            files[name] = data
    if forge:
        manifest = json.loads(files[folder.MANIFEST])
        for name in forge:
            digest = hashlib.sha256(files[name]).hexdigest()
            manifest[name] = {"sha256": digest, "size": len(files[name])}
        files[folder.MANIFEST] = json.dumps(manifest).encode()
    repo.commit(MAIN, files, "tampered")
    repo.tags[version.name] = repo.commit(VERSIONS, files, "tampered")


def test_a_missing_repository(server, version, here):
    refused(Remote("desk/none", TOKEN, server.url), here, "no repository desk/none, or the token")


def test_a_private_repository_without_a_token(server, version, here):
    refused(Remote(REPO, None, server.url), here, "no repository desk/sac-lstm, or HF_TOKEN is not set")


def test_a_wrong_token(server, version, here):
    refused(Remote(REPO, "hf_wrong", server.url), here, "does not accept the token")


def test_a_gated_repository(server, remote, version, here):
    server.repositories[REPO].gated = True
    refused(remote, here, "is gated: ask for access")


def test_a_version_that_is_not_there(remote, version, here):
    refused(remote, here, "has no version v2020-01-03-0123456789ab", "v2020-01-03-0123456789ab")


def test_a_repository_before_its_first_promotion(server, remote, here):
    server.repositories[REPO] = Repository()
    refused(remote, here, r"actor\.pt is missing, so this is no version")


def test_a_name_that_is_no_version_is_not_asked_for(server, remote, here):
    with pytest.raises(hub.DeskError, match="no version's name"):
        pull(remote, here, VARIANT, "../../etc")
    assert server.asked == []


@pytest.mark.parametrize("where", ["/revision/", "/resolve/"])
def test_a_broken_hub_installs_nothing(server, remote, version, here, where):
    server.trouble = [(method, where, 500) for method in ("GET", "HEAD")] * 60
    refused(remote, here, "status 500")


def test_a_download_that_is_cut_again_and_again(server, remote, version, here):
    server.trouble = [("GET", "/resolve/.*/folds.pt", 0)] * 60
    refused(remote, here, "cannot be reached")


def test_a_cached_snapshot_is_no_answer_while_the_hub_is_down(server, remote, version, here, tmp_path):
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


@pytest.mark.parametrize("file", [*folder.FILES, folder.MANIFEST])
def test_a_changed_file_is_named(server, remote, version, here, file):
    data = bytearray(server.repositories[REPO].files(MAIN)[file])
    data[len(data) // 2] ^= 1
    tampered(server, version, **{file: bytes(data)})
    refused(remote, here, rf"{REPO} at [0-9a-f]{{8}}: .*Nothing was installed")


@pytest.mark.parametrize("file", ["actor.pt", folder.MANIFEST])
def test_a_missing_file_is_named(server, remote, version, here, file):
    tampered(server, version, **{file: None})
    refused(remote, here, f"{file} is missing", version.name)


@pytest.mark.parametrize("file", ["run_me.py", "sub/actor.pt", "../../outside"])
def test_an_extra_file_is_named_and_never_fetched(server, remote, version, here, file):
    tampered(server, version, **{file: b"import os"})
    server.asked.clear()
    refused(remote, here, f"{file} does not belong to a version")
    assert not any("/resolve/" in path for _, path in server.asked)


def test_a_link_is_only_the_text_that_git_keeps_of_it(server, remote, version, here):
    """The Hub hands out a link's target as the file's content; even a manifest that vouches does not help."""
    tampered(server, version, forge=["config.json", "actor.pt"], **{"actor.pt": b"../../../../etc/passwd"})
    refused(remote, here, r"actor\.pt cannot be loaded safely")


def test_a_link_among_the_downloads_is_refused(remote, version, here, monkeypatch, tmp_path):
    """As the client's own cache would make them."""
    fetch = arrivals._fetch

    def linking(api, remote, there, file, downloads, cache):
        fetch(api, remote, there, file, downloads, cache)
        if file == "folds.pt":
            (downloads / file).rename(tmp_path / "blob")
            (downloads / file).symlink_to(tmp_path / "blob")

    monkeypatch.setattr(arrivals, "_fetch", linking)
    refused(remote, here, r"folds\.pt is a link or a folder, not a plain file")


@pytest.mark.parametrize(("file", "size"), [("config.json", 2 << 20), ("folds.pt", 2 << 30)])
def test_an_oversized_file_is_named_and_never_fetched(server, remote, version, here, file, size):
    server.listed_sizes[file] = size
    server.asked.clear()
    refused(remote, here, rf"{file} is larger than \d+ MiB")
    assert not any("/resolve/" in path for _, path in server.asked)


def test_many_large_files_are_too_much_together(server, remote, version, here):
    server.listed_sizes.update({"folds.pt": 700 << 20, "critic.pt": 700 << 20})
    refused(remote, here, "the version is larger than 1024 MiB")


def test_a_file_that_is_larger_than_listed(server, remote, version, here):
    server.listed_sizes["folds.pt"] = 10
    refused(remote, here, r"sends more of folds\.pt than it listed")


def test_a_file_that_is_smaller_than_listed(server, remote, version, here):
    server.listed_sizes["folds.pt"] = len(server.repositories[REPO].files(MAIN)["folds.pt"]) + 5
    refused(remote, here, r"folds\.pt arrived with another size")


class Payload:
    """Unpickled without care, it runs a command."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.system, (f"touch {self.trace}",)


def test_a_pickle_that_runs_a_command_leaves_no_trace(server, remote, version, here, tmp_path):
    trace = tmp_path / "trace"
    data = pickle.dumps(Payload(trace), protocol=4)
    tampered(server, version, forge=["scaler.pkl"], **{"scaler.pkl": data})
    refused(remote, here, r"scaler\.pkl .*Nothing was installed")
    assert not trace.exists()
    pickle.loads(data)  # the payload is a true one
    assert trace.exists()


@pytest.mark.parametrize("part", ["actor", "optimizers", "folds", "forecaster"])
def test_tensors_that_need_unsafe_loading_are_not_loaded(server, remote, version, here, tmp_path, part):
    trace = tmp_path / "trace"
    buffer = io.BytesIO()
    torch.save({"weights": torch.zeros(2), "extra": Payload(trace)}, buffer)
    tampered(server, version, forge=[f"{part}.pt"], **{f"{part}.pt": buffer.getvalue()})
    refused(remote, here, rf"{part}\.pt cannot be loaded safely")
    assert not trace.exists()
    torch.load(io.BytesIO(buffer.getvalue()), weights_only=False)
    assert trace.exists()


def test_a_damaged_archive_of_tensors(server, remote, version, here):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../outside", "x")
    tampered(server, version, forge=["folds.pt"], **{"folds.pt": buffer.getvalue()})
    refused(remote, here, r"folds\.pt cannot be loaded safely")


@pytest.mark.parametrize(
    "text",
    [
        "![](http://tracker.test/x.png)",
        "[log in](//evil.test)",
        "<img src=x>",
        "\\u003cb>",
        "see https://evil.test",
    ],
)
def test_words_that_a_page_would_turn_into_links_or_tags(server, remote, version, here, text):
    told = server.repositories[REPO].files(MAIN)["metadata.json"].decode()
    data = told.replace("The names are survivors.", text).encode()
    tampered(server, version, forge=["metadata.json"], **{"metadata.json": data})
    refused(remote, here, "which is markup and no plain text")


def test_a_version_of_another_variant(server, remote, version, here):
    with pytest.raises(HubError, match="holds a version of sac_lstm, not of ppo_lstm"):
        pull(remote, here, "ppo_lstm")
    assert_nothing_installed(here)


def test_a_tag_on_another_version(server, remote, version, here):
    repo, other = server.repositories[REPO], "v2020-01-03-0123456789ab"
    repo.tags[other] = repo.tags[version.name]
    refused(remote, here, f"holds {version.name}, not {other}", other)


def test_a_pull_that_is_cancelled_installs_nothing(remote, version, here):
    def told(done, count, file):
        if done == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        pull(remote, here, VARIANT, told=told)
    assert_nothing_installed(here)


def test_leftovers_of_a_killed_pull_are_swept(remote, version, here):
    here.root.mkdir(parents=True)
    old, young = here.root / ".pull-old", here.root / ".pull-young"
    for left in (old, young):
        left.mkdir()
    os.utime(old, (time.time() - 90_000,) * 2)
    pull(remote, here, VARIANT)
    assert not old.exists()
    assert young.exists()


def test_a_damaged_note_is_named(remote, version, here):
    pull(remote, here, VARIANT)
    (here.root / VARIANT / f"{version.name}.origin.json").write_text("{}")
    with pytest.raises(hub.DeskError, match=rf"{version.name}\.origin\.json does not fit"):
        origin(here, VARIANT, version.name)
