"""Which repository of the Hugging Face Hub shares a variant."""

import re

from app.settings import hub_access, repo_variable
from sac.errors import SettingsError
from sac.hub.repository import Remote

__all__ = ["remote_of", "where"]


_REPO = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")


def remote_of(variant: str) -> Remote:
    """The repository that shares this variant. Raises SettingsError where the environment names none."""
    access, variable = hub_access(), repo_variable(variant)
    repo = access.repos.get(variant)
    if repo is None:
        raise SettingsError(
            f"{variant} is not shared: set {variable} to owner/name, and HF_TOKEN to a token."
        )
    if not _REPO.fullmatch(repo):
        raise SettingsError(f"{variable} is {repo[:60]!r}: write the repository as owner/name.")
    # The Hub's names ignore case: under two spellings one champion would overwrite the other's `main`.
    others = [
        other for other, name in access.repos.items() if other != variant and name.lower() == repo.lower()
    ]
    if others:
        raise SettingsError(
            f"{variable} and {repo_variable(others[0])} both name {repo}: give each variant its own."
        )
    return Remote(repo, access.token, access.endpoint)


def where(variant: str, version: str) -> tuple[str | None, str | None]:
    """Repository and address of a version on the Hub; None, None for a variant that is not shared."""
    try:
        remote = remote_of(variant)
    except SettingsError:
        return None, None
    return remote.repo, remote.url(version)
