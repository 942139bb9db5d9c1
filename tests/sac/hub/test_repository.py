"""Sending versions: the true client against a Hub on the loopback interface."""

import socket

import pytest

from sac.errors import DeskError
from sac.hub import repository
from sac.hub.repository import MAIN, VERSIONS, HubError, HubUnavailable, Remote
from sac.registry import folder
from tests.support.loopback import LoopbackService
from tests.support.loopback_hub import REPO, TOKEN, LoopbackHub, Repository
from tests.support.small_versions import small_artifacts


@pytest.fixture
def version(registry, artifacts):
    return registry.save(artifacts)


def sent(server, revision):
    """What a revision holds of the version and its card."""
    files = dict(server.repositories[REPO].files(revision))
    del files[".gitattributes"]
    return files


def on_disk(version):
    return {path.name: path.read_bytes() for path in version.path.iterdir()}


def test_a_version_is_one_commit_with_its_tag_in_a_private_repository(server, remote, version):
    commit = repository.upload(remote, version)

    repo = server.repositories[REPO]
    assert repo.private
    assert repo.tags == {version.name: commit}
    assert repo.history(VERSIONS) == [f"Add {version.name}", "initial commit"]
    files = sent(server, version.name)
    card = files.pop("README.md").decode()
    assert files == on_disk(version)
    assert repo.history(MAIN) == ["initial commit"]  # an upload promotes nothing
    source = version.metadata.provenance.source
    cagr, own = (f"{version.metadata.metrics[name] * 100:.1f} %" for name in ("eval_cagr", "agents_cagr"))
    for said in (
        f"| CAGR | {cagr} | {own} | {cagr} |",
        "| | as traded | agents' own |",
        "70% today",
        "survivors",
        f"Source `{source}`",
        "10 bps",
    ):
        assert said in card


def test_sending_again_changes_nothing(server, remote, version):
    first = repository.upload(remote, version)
    server.asked.clear()
    assert repository.upload(remote, version) == first
    assert {method for method, _ in server.asked} == {"GET"}


def test_main_holds_the_champion_and_its_history_is_theirs(server, remote, registry):
    old, new = (registry.save(small_artifacts(seed=seed)) for seed in (1, 2))
    repository.upload(remote, old)
    repository.upload(remote, new)
    for champion in (old, new, old):  # promotion, promotion, rollback
        repository.make_champion(remote, champion)
        files = sent(server, MAIN)
        assert files.pop("README.md").decode().count(champion.name) > 0
        assert files == on_disk(champion)
    repository.make_champion(remote, old)  # again: no empty commit
    promoted = [f"Promote {version.name}" for version in (old, new, old)]
    assert server.repositories[REPO].history(MAIN) == [*promoted, "initial commit"]
    assert server.repositories[REPO].history(VERSIONS)[:2] == [f"Add {new.name}", f"Add {old.name}"]


def test_the_champion_is_sent_if_it_was_not(server, remote, version):
    repository.make_champion(remote, version)
    assert version.name in server.repositories[REPO].tags


def test_main_keeps_nothing_that_is_not_the_champions(server, remote, version):
    repo = server.repositories[REPO] = Repository()
    repo.commit(MAIN, {".gitattributes": b"*.pt", "notes.txt": b"mine", "actor.pt": b"old"}, "by hand")
    repository.make_champion(remote, version)
    assert set(sent(server, MAIN)) == {*folder.FILES, folder.MANIFEST, "README.md"}


def test_an_existing_repository_keeps_its_visibility(server, remote, version):
    server.repositories[REPO] = Repository(private=False)
    repository.upload(remote, version)
    assert not server.repositories[REPO].private


def test_the_same_name_with_other_bytes_is_refused(server, remote, version):
    repository.upload(remote, version)
    repo = server.repositories[REPO]
    files = {**repo.files(version.name), "metadata.json": b"{}"}
    repo.tags[version.name] = repo.commit(VERSIONS, files, "another machine")
    with pytest.raises(HubError, match=rf"holds another {version.name}, made elsewhere.*delete the tag"):
        repository.upload(remote, version)


def test_a_newer_card_is_no_other_version(server, remote, version, monkeypatch):
    commit = repository.upload(remote, version)
    monkeypatch.setattr(repository, "model_card", lambda *of: b"# A card of a later release\n")
    assert repository.upload(remote, version) == commit


# --- what goes wrong


def assert_nothing_sent(server):
    repo = server.repositories.get(REPO)
    assert repo is None or (not repo.tags and repo.history(MAIN) == ["initial commit"])


def test_without_a_token_nothing_is_asked(server, version):
    with pytest.raises(HubError, match="no token to send with: put one with write access into HF_TOKEN"):
        repository.upload(Remote(REPO, None, server.url), version)
    assert server.asked == []


def test_a_wrong_token_is_told(server, version):
    server.repositories[REPO] = Repository()
    with pytest.raises(HubError, match="does not accept the token"):
        repository.upload(Remote(REPO, "hf_wrong", server.url), version)
    assert_nothing_sent(server)


def test_a_token_is_never_said():
    assert "hf_secret" not in repr(Remote(REPO, "hf_secret"))


def test_a_repository_that_the_token_may_not_make(server, version):
    with pytest.raises(HubError, match="may not write to somebody-else/models"):
        repository.upload(Remote("somebody-else/models", TOKEN, server.url), version)


def test_a_gated_repository(server, remote, version):
    server.repositories[REPO] = Repository(gated=True)
    with pytest.raises(HubError, match=f"{REPO} is gated: ask for access on {server.url}/{REPO}"):
        repository.upload(remote, version)


def test_a_name_that_is_no_repository(server, version):
    with pytest.raises(HubError, match="is not a valid repository"):
        repository.upload(Remote("a/b/c", TOKEN, server.url), version)


def test_a_rival_who_was_faster_is_not_overwritten(server, remote, registry, version, monkeypatch):
    """The branch moves between our look and our commit: 412, and the next try starts from what is there."""
    repository.upload(remote, version)
    repo, ours = server.repositories[REPO], registry.save(small_artifacts(seed=3))
    original = repository._commit

    def overtaken(*arguments):
        monkeypatch.setattr(repository, "_commit", original)
        repo.commit(VERSIONS, repo.files(VERSIONS), "A rival's version")
        return original(*arguments)

    monkeypatch.setattr(repository, "_commit", overtaken)
    with pytest.raises(HubUnavailable, match="Somebody else changed"):
        repository.upload(remote, ours)
    assert ours.name not in repo.tags
    repository.upload(remote, ours)
    assert repo.history(VERSIONS)[:2] == [f"Add {ours.name}", "A rival's version"]


PLACES = ["/preupload/", "/objects/batch", "/large/", "/commit/", "/tag/", "/revision/"]


@pytest.mark.parametrize("where", PLACES)
def test_a_broken_hub_leaves_no_tag_and_the_next_try_succeeds(server, remote, version, where):
    server.repositories[REPO] = Repository()
    # The client itself tries up to six times a file.
    server.trouble = [(method, where, 500) for method in ("GET", "POST", "PUT")] * 60
    with pytest.raises(HubUnavailable, match="status 500"):
        repository.upload(remote, version)
    assert_nothing_sent(server)
    server.trouble.clear()
    repository.upload(remote, version)
    assert version.name in server.repositories[REPO].tags


@pytest.mark.parametrize(("method", "where"), [("PUT", "/large/"), ("POST", "/commit/")])
def test_a_connection_that_is_cut_in_mid_upload(server, remote, version, method, where):
    server.trouble = [(method, where, 0)] * 60
    with pytest.raises(HubUnavailable, match="cannot be reached"):
        repository.upload(remote, version)
    assert_nothing_sent(server)
    server.trouble.clear()
    commit = repository.upload(remote, version)
    assert server.repositories[REPO].tags == {version.name: commit}


def test_a_commit_whose_answer_was_lost_is_found_again(server, remote, version):
    """The tag fails after the commit succeeded: the next try tags that commit instead of making another."""
    server.trouble = [("POST", "/tag/", 503)]
    with pytest.raises(HubUnavailable):
        repository.upload(remote, version)
    commit = repository.upload(remote, version)
    assert server.repositories[REPO].history(VERSIONS) == [f"Add {version.name}", "initial commit"]
    assert server.repositories[REPO].branches[VERSIONS] == commit


def test_a_server_that_is_down(registry, version):
    with LoopbackHub() as gone:
        url = gone.url
    with pytest.raises(HubUnavailable, match=f"{url} cannot be reached"):
        repository.upload(Remote(REPO, TOKEN, url), version)


def test_a_server_that_never_answers_is_not_waited_for(version, monkeypatch):
    monkeypatch.setattr(repository, "_SECONDS", 0.3)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(8)
        with pytest.raises(HubUnavailable, match="cannot be reached"):
            repository.upload(Remote(REPO, TOKEN, f"http://127.0.0.1:{deaf.getsockname()[1]}"), version)


def test_a_server_that_is_no_hub(version):
    with (
        LoopbackService(lambda path, query, headers: (200, "<html>Log in to this network</html>")) as portal,
        pytest.raises(HubUnavailable, match="does not answer like a Hub"),
    ):
        repository.upload(Remote(REPO, TOKEN, portal.url), version)


def test_a_damaged_version_is_not_sent(server, remote, version):
    data = bytearray((version.path / "actor.pt").read_bytes())
    data[100] ^= 1
    (version.path / "actor.pt").write_bytes(data)
    with pytest.raises(DeskError, match=r"actor\.pt was altered"):
        repository.upload(remote, version)
    assert server.asked == []
