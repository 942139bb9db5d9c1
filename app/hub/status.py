"""What of a variant is on the Hugging Face Hub, by the records of this desk: nothing here asks the Hub."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from app.formats import moment
from app.hub.repository import remote_of
from app.hub.uploads import CHAMPION, UploadTask, uploads_of
from app.settings import Settings
from sac.errors import ArtifactError, SettingsError
from sac.hub.arrivals import Origin, origin
from sac.hub.repository import Remote
from sac.promotion.state import state_of
from sac.registry import Registry

__all__ = ["Shared", "VersionShared", "came_from", "shared", "state_words"]

State = Literal["not sent", "queued", "sent", "failed", "pulled"]


@dataclass(frozen=True)
class VersionShared:
    """One version of this desk."""

    version: str
    state: State
    reason: str | None  # why the last try failed
    next_try: str | None  # of one that is queued, UTC
    changed_at: str | None  # UTC
    commit: str | None
    origin: Origin | None  # where it was pulled from; None for one that was trained here


@dataclass(frozen=True)
class Shared:
    """One variant. `main` holds the champion when `champion` is "sent" and `on_main` is the champion."""

    variant: str
    remote: Remote | None
    problem: str | None  # why nothing can be sent: what to set
    versions: list[VersionShared]  # newest first
    champion: VersionShared | None  # the move of main; None where the variant has no champion or repository
    on_main: str | None  # what this desk last put on main


def shared(root: Settings, variant: str) -> Shared:
    """Every version of a variant with its state. Cheap: one small table and small files."""
    registry = root.registry
    try:
        remote, problem = remote_of(variant), None
    except SettingsError as unset:
        remote, problem = None, str(unset)
    tasks = uploads_of(root).of(remote.repo, variant) if remote else {}
    names = [version.name for version in registry.versions(variant)]
    sources = {name: _origin(registry, variant, name) for name in names}
    versions = [_version(name, tasks.get(name), sources[name], remote) for name in names]
    current = state_of(registry, variant).champion
    news = tasks.get(CHAMPION)
    champion = _version(current, news, None, remote) if current and remote else None
    if champion and champion.state == "sent" and news and news.version != current:
        champion = _version(current or "", None, None, remote)
    return Shared(variant, remote, problem, versions, champion, news.version if news else None)


def state_words(row: VersionShared) -> str:
    """A version's state in words."""
    words = {
        "not sent": "not sent",
        "queued": f"queued, next try {moment(row.next_try)}",
        "sent": f"sent {moment(row.changed_at)}",
        "failed": "failed",
        "pulled": "it came from there",
    }
    return f"{words[row.state]}{f' ({row.reason})' if row.reason else ''}"


def came_from(source: Origin) -> str:
    """A pulled version's provenance in words."""
    return f"pulled from {source.repo} at {source.commit[:8]}, {moment(source.pulled_at)}"


def _version(
    name: str, task: UploadTask | None, source: Origin | None, remote: Remote | None
) -> VersionShared:
    if task is None:
        here = source is not None and remote is not None and source.repo == remote.repo
        commit = source.commit if source else None
        return VersionShared(name, "pulled" if here else "not sent", None, None, None, commit, source)
    return VersionShared(
        name,
        task.state,
        task.reason,
        _moment(task.due_at) if task.state == "queued" else None,
        _moment(task.changed_at),
        task.commit_sha,
        source,
    )


def _origin(registry: Registry, variant: str, name: str) -> Origin | None:
    try:
        return origin(registry, variant, name)
    except ArtifactError:
        return None


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
