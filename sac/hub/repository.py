"""Versions on the Hugging Face Hub: one commit and one tag each, and `main` for the champion.

A repository belongs to one variant. Its branch `versions` takes one commit per version, in the order in
which they were sent, and a tag of the version's name on that commit. A promotion or a rollback is one
commit on `main` with the champion's files, so `main` never holds parts of two versions and its history is
that of the champions. A tag is never moved, and no commit is ever rewritten.
"""

import hashlib
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sac.errors import DeskError
from sac.hub.card import CARD, model_card
from sac.registry import folder
from sac.registry.codecs import Unreadable
from sac.registry.store import Version
from sac.text import lost

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub import HfApi

__all__ = [
    "BESIDE",
    "MAIN",
    "VERSIONS",
    "HubError",
    "HubUnavailable",
    "Remote",
    "RemoteFile",
    "Snapshot",
    "client",
    "explained",
    "make_champion",
    "snapshot",
    "upload",
]

MAIN, VERSIONS = "main", "versions"
BESIDE = frozenset([CARD, ".gitattributes"])  # what stands beside a version's files and is not part of it

_SECONDS = 60.0  # without a byte from the Hub; its client would wait for ever
_BUSY = (408, 409, 412, 425, 429)  # besides 5xx: the same request may succeed later


class HubError(DeskError):
    """What the Hub refused, and what to do about it."""


class HubUnavailable(HubError):  # noqa: N818 - what happened, not a fault
    """The Hub could not be reached or was busy: the same request may succeed later."""


@dataclass(frozen=True)
class Remote:
    """One variant's repository."""

    repo: str  # owner/name
    token: str | None = field(repr=False)
    endpoint: str = "https://huggingface.co"

    def url(self, revision: str) -> str:
        """Where people look at a version."""
        return f"{self.endpoint}/{self.repo}/tree/{revision}"


@dataclass(frozen=True)
class RemoteFile:
    """A file as the Hub lists it."""

    size: int  # bytes
    digest: str  # sha256 in the large-file storage, else git's sha1


@dataclass(frozen=True)
class Snapshot:
    """The files of one commit."""

    commit: str  # 40 hex digits
    files: Mapping[str, RemoteFile]

    def holds(self, files: Mapping[str, bytes]) -> bool:
        """Whether these are exactly its files, byte for byte, whatever stands beside them."""
        version = set(files) - BESIDE
        return set(self.files) - BESIDE == version and all(
            self.files[name].digest in _digests(files[name]) for name in version
        )


def upload(remote: Remote, version: Version) -> str:
    """Send a version, in one commit with its tag; the commit's sha. One that is there already stays as it is.

    The first upload makes a missing repository, private. Raises HubUnavailable where it is worth trying
    again, else HubError; ArtifactError where the version is damaged.
    """
    _require_token(remote)
    files = _files(version)
    with explained(remote, version.name):
        api = client(remote)
        on_main = _repository(api, remote)
        there = snapshot(api, remote, version.name)
        if there is None:
            head = snapshot(api, remote, VERSIONS)
            if head is None:
                api.create_branch(remote.repo, branch=VERSIONS, revision=on_main.commit, exist_ok=True)
                head = snapshot(api, remote, VERSIONS) or on_main
            there = _commit(api, remote, VERSIONS, head, files, f"Add {version.name}")
            api.create_tag(remote.repo, tag=version.name, revision=there.commit)
    if not there.holds(files):
        raise HubError(
            f"{remote.repo} holds another {version.name}, made elsewhere: the same data and settings, other "
            "bytes. To use that one, delete the local folder and pull it; to send this one, delete the tag "
            f"{version.name} on the Hub and try again."
        )
    return there.commit


def make_champion(remote: Remote, version: Version) -> str:
    """Let `main` hold exactly this version; the sha of its commit. The version is uploaded if need be.

    Raises as `upload` does.
    """
    upload(remote, version)
    files = _files(version)
    with explained(remote, version.name):
        api = client(remote)
        head = _repository(api, remote)
        if not head.holds(files):
            head = _commit(api, remote, MAIN, head, files, f"Promote {version.name}")
    return head.commit


def snapshot(api: "HfApi", remote: Remote, revision: str) -> Snapshot | None:
    """The files of a branch, tag or commit as the Hub lists them now; None where it has no such revision."""
    from huggingface_hub.errors import RevisionNotFoundError

    try:
        info = api.model_info(remote.repo, revision=revision, files_metadata=True, timeout=_SECONDS)
    except RevisionNotFoundError:
        return None
    listed = {
        sibling.rfilename: RemoteFile(
            (sibling.lfs.size if sibling.lfs else sibling.size) or 0,
            (sibling.lfs.sha256 if sibling.lfs else sibling.blob_id) or "",
        )
        for sibling in info.siblings or ()
    }
    return Snapshot(str(info.sha), listed)


def client(remote: Remote) -> "HfApi":
    """The Hub's own client, which asks this endpoint with this token and nothing else."""
    import httpx2
    from huggingface_hub import HfApi, constants, set_client_factory
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    constants.HF_HUB_DISABLE_XET = True  # as its variable would before the import: Xet makes several commits
    set_client_factory(lambda: httpx2.Client(follow_redirects=True, timeout=_SECONDS))
    # False, not None: without a token of ours the client would use one that lies about on the machine.
    return HfApi(endpoint=remote.endpoint, token=remote.token or False, library_name="sac-desk")


@contextmanager
def explained(remote: Remote, version: str) -> Iterator[None]:
    """Turn what the client raises into a HubError that says what to do."""
    import httpx2
    from huggingface_hub import errors

    try:
        yield
    except (httpx2.HTTPError, errors.EntryNotFoundError, OSError, ValueError, RuntimeError) as error:
        # The client wraps what happened in errors of its own, several deep.
        for cause in _causes(error):
            if isinstance(cause, errors.HfHubHTTPError):
                raise _refused(remote, version, cause) from error
            if isinstance(cause, httpx2.TransportError):
                raise HubUnavailable(f"{remote.endpoint} cannot be reached ({lost(cause)}).") from error
            if isinstance(cause, errors.HFValidationError):
                raise HubError(
                    f"{remote.repo!r} is not a valid repository name; one looks like owner/name."
                ) from error
        if isinstance(error, ValueError):  # among them JSON that is none: a proxy's page, a maintenance page
            raise HubUnavailable(f"{remote.endpoint} does not answer like a Hub: {error}") from error
        raise


def _refused(remote: Remote, version: str, error: "httpx2.HTTPError") -> HubError:
    from huggingface_hub import errors

    assert isinstance(error, errors.HfHubHTTPError)
    repo, status = remote.repo, error.response.status_code
    token = "HF_TOKEN is not set" if remote.token is None else "the token in HF_TOKEN may not see it"
    if isinstance(error, errors.GatedRepoError):
        return HubError(f"{repo} is gated: ask for access on {remote.endpoint}/{repo}, then try again.")
    if isinstance(error, errors.RepositoryNotFoundError):
        return HubError(f"There is no repository {repo}, or {token}: check its name and the token's rights.")
    if isinstance(error, errors.RevisionNotFoundError | errors.RemoteEntryNotFoundError):
        return HubError(f"{repo} has no complete version {version}: check the name.")
    if status == 401:
        return HubError("The Hub does not accept the token: put a valid one into HF_TOKEN and start again.")
    if status == 403:
        return HubError(f"The token may not write to {repo}: give it write access, or use another one.")
    if status == 412:
        return HubUnavailable(f"Somebody else changed {repo} at the same moment.")
    message = f"{remote.endpoint} answered with status {status}"
    if status in _BUSY or status >= 500:
        return HubUnavailable(f"{message}.")
    return HubError(f"{message}: {error.server_message or 'no reason was given'}.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _require_token(remote: Remote) -> None:
    if remote.token is None:
        raise HubError("There is no token to send with: put one with write access into HF_TOKEN.")


def _repository(api: "HfApi", remote: Remote) -> Snapshot:
    """What `main` holds; a missing repository is made, private."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    try:
        head = snapshot(api, remote, MAIN)
    except GatedRepoError:
        raise
    except RepositoryNotFoundError:
        api.create_repo(remote.repo, private=True, exist_ok=True)
        head = snapshot(api, remote, MAIN)
    if head is None:
        raise HubError(f"{remote.repo} has no branch {MAIN}: add a README to it on the Hub, then try again.")
    return head


def _commit(
    api: "HfApi", remote: Remote, branch: str, head: Snapshot, files: Mapping[str, bytes], message: str
) -> Snapshot:
    """One commit after which the branch holds exactly these files; refused when the branch has moved on."""
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    foreign = sorted(set(head.files) - set(files) - BESIDE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that parquet files belong into a dataset
        done = api.create_commit(
            remote.repo,
            [
                *(CommitOperationAdd(name, data) for name, data in files.items()),
                *(CommitOperationDelete(name) for name in foreign),
            ],
            commit_message=message,
            revision=branch,
            parent_commit=head.commit,
        )
    made = snapshot(api, remote, done.oid)
    if made is None or not made.holds(files):
        raise HubUnavailable(f"{remote.repo} does not hold what was sent to it.")
    return made


def _files(version: Version) -> dict[str, bytes]:
    """The folder's bytes, each compared with the manifest once more, and the card."""
    files = {name: folder.read(version.path, version.manifest, name, bytes) for name in version.manifest}
    try:
        files[folder.MANIFEST] = folder.read_small(version.path / folder.MANIFEST)
    except Unreadable as error:
        raise folder.refusal(version.path, f"{folder.MANIFEST} {error}") from error
    return {**files, CARD: model_card(version.metadata, version.settings)}


def _digests(data: bytes) -> tuple[str, str]:
    """A file's names in the large-file storage and in git."""
    git = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    return hashlib.sha256(data).hexdigest(), git
