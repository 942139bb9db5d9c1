"""What a stranger could put into a repository: nothing of it is installed, and nothing of it is run."""

import io
import os
import pickle
import zipfile

import pytest
import torch

from sac.hub import arrivals
from sac.hub.arrivals import pull
from sac.hub.repository import MAIN, HubError
from sac.registry import folder
from tests.support.loopback_hub import REPO
from tests.support.refusals import assert_nothing_installed, refused, tampered

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("file", [*folder.FILES, folder.MANIFEST])
def test_a_changed_file_is_named(server, remote, travelled, here, file):
    data = bytearray(server.repositories[REPO].files(MAIN)[file])
    data[len(data) // 2] ^= 1
    tampered(server, travelled, **{file: bytes(data)})
    refused(remote, here, rf"{REPO} at [0-9a-f]{{8}}: .*Nothing was installed")


@pytest.mark.parametrize("file", ["actor.pt", folder.MANIFEST])
def test_a_missing_file_is_named(server, remote, travelled, here, file):
    tampered(server, travelled, **{file: None})
    refused(remote, here, f"{file} is missing", travelled.name)


@pytest.mark.parametrize("file", ["run_me.py", "sub/actor.pt", "../../outside"])
def test_an_extra_file_is_named_and_never_fetched(server, remote, travelled, here, file):
    tampered(server, travelled, **{file: b"import os"})
    server.asked.clear()
    refused(remote, here, f"{file} does not belong to a version")
    assert not any("/resolve/" in path for _, path in server.asked)


def test_a_link_is_only_the_text_that_git_keeps_of_it(server, remote, travelled, here):
    """The Hub hands out a link's target as the file's content; even a manifest that vouches does not help."""
    tampered(server, travelled, forge=["config.json", "actor.pt"], **{"actor.pt": b"../../../../etc/passwd"})
    refused(remote, here, r"actor\.pt cannot be loaded safely")


def test_a_link_among_the_downloads_is_refused(remote, travelled, here, monkeypatch, tmp_path):
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
def test_an_oversized_file_is_named_and_never_fetched(server, remote, travelled, here, file, size):
    server.listed_sizes[file] = size
    server.asked.clear()
    refused(remote, here, rf"{file} is larger than \d+ MiB")
    assert not any("/resolve/" in path for _, path in server.asked)


def test_many_large_files_are_too_much_together(server, remote, travelled, here):
    server.listed_sizes.update({"folds.pt": 700 << 20, "critic.pt": 700 << 20})
    refused(remote, here, "the version is larger than 1024 MiB")


def test_a_file_that_is_larger_than_listed(server, remote, travelled, here):
    server.listed_sizes["folds.pt"] = 10
    refused(remote, here, r"sends more of folds\.pt than it listed")


def test_a_file_that_is_smaller_than_listed(server, remote, travelled, here):
    server.listed_sizes["folds.pt"] = len(server.repositories[REPO].files(MAIN)["folds.pt"]) + 5
    refused(remote, here, r"folds\.pt arrived with another size")


class Payload:
    """Unpickled without care, it runs a command."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.system, (f"touch {self.trace}",)


def test_a_pickle_that_runs_a_command_leaves_no_trace(server, remote, travelled, here, tmp_path):
    trace = tmp_path / "trace"
    data = pickle.dumps(Payload(trace), protocol=4)
    tampered(server, travelled, forge=["scaler.pkl"], **{"scaler.pkl": data})
    refused(remote, here, r"scaler\.pkl .*Nothing was installed")
    assert not trace.exists()
    pickle.loads(data)  # the payload is a true one
    assert trace.exists()


@pytest.mark.parametrize("part", ["actor", "optimizers", "folds", "forecaster"])
def test_tensors_that_need_unsafe_loading_are_not_loaded(server, remote, travelled, here, tmp_path, part):
    trace = tmp_path / "trace"
    buffer = io.BytesIO()
    torch.save({"weights": torch.zeros(2), "extra": Payload(trace)}, buffer)
    tampered(server, travelled, forge=[f"{part}.pt"], **{f"{part}.pt": buffer.getvalue()})
    refused(remote, here, rf"{part}\.pt cannot be loaded safely")
    assert not trace.exists()
    torch.load(io.BytesIO(buffer.getvalue()), weights_only=False)
    assert trace.exists()


def test_a_damaged_archive_of_tensors(server, remote, travelled, here):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../outside", "x")
    tampered(server, travelled, forge=["folds.pt"], **{"folds.pt": buffer.getvalue()})
    refused(remote, here, r"folds\.pt cannot be loaded safely")


@pytest.mark.parametrize(
    "text",
    [
        "![](http://tracker.test/x.png)",
        "[log in](//evil.test)",
        "<img src=x>",
        "\\u003cb>",
        "see https://evil.test",
        "[log in][evil]",
        "[evil]: //evil.test",
        "see www.evil.test",
        "see WWW.evil.test",
        "mail ada@evil.test",
        ":red-badge[approved]",
        ":smile: :material_check:",
        "`code`",
        "$x$",
        "&lt;b&gt;",
        "one\\n\\n# two",
        "\\u001b[2J",
        "\\u202etxet",
    ],
)
def test_words_that_a_page_would_turn_into_links_or_tags(server, remote, travelled, here, text):
    told = server.repositories[REPO].files(MAIN)["metadata.json"].decode()
    data = told.replace("The names are survivors.", text).encode()
    tampered(server, travelled, forge=["metadata.json"], **{"metadata.json": data})
    refused(remote, here, "which is markup and no plain text")


def test_a_version_of_another_variant(server, remote, travelled, here):
    with pytest.raises(HubError, match="holds a version of sac_lstm, not of ppo_lstm"):
        pull(remote, here, "ppo_lstm")
    assert_nothing_installed(here)


def test_a_tag_on_another_version(server, remote, travelled, here):
    repo, other = server.repositories[REPO], "v2020-01-03-0123456789ab"
    repo.tags[other] = repo.tags[travelled.name]
    refused(remote, here, f"holds {travelled.name}, not {other}", other)
