"""The job that fetches a version from the Hugging Face Hub."""

from app.hub.repository import remote_of
from app.jobs.kind import Kind, Request, Result
from app.jobs.record import Job
from app.settings import Settings
from sac.config import VARIANTS
from sac.errors import SettingsError
from sac.progress import Progress, Report
from sac.registry.names import check_version

__all__ = ["PULL", "PullRequest", "PullResult", "pulled_as"]


class PullRequest(Request):
    """A version of a variant; without a name its champion on the Hub."""

    variant: str
    version: str | None = None


class PullResult(Result):
    """The version that was fetched."""

    version: str
    commit: str
    new: bool  # False where it was here before, byte for byte


def pulled_as(variant: str) -> str:
    """The subject of a pull: a variant can be trained while it is pulled."""
    return f"{variant} from the Hub"


def check_pull(subject: str, request: PullRequest, root: Settings) -> None:
    """Refuse a pull that could not start. Raises SettingsError, or ArtifactError for a bad name."""
    if request.variant not in VARIANTS:
        raise SettingsError(f"There is no variant {request.variant!r}: choose one of {', '.join(VARIANTS)}.")
    if request.version is not None:
        check_version(request.version)
    remote_of(request.variant)


def run_pull(job: Job, request: PullRequest, root: Settings, report: Report) -> PullResult:
    """Fetch a version, or the champion."""
    from sac.hub.arrivals import pull

    def on_progress(done: int, count: int, file: str) -> None:
        report(Progress("hub", done / count, f"Fetching {file}"))

    remote = remote_of(request.variant)
    report(Progress("hub", 0.0, f"Asking {remote.endpoint} for {remote.repo}"))
    arrival = pull(remote, root.registry, request.variant, request.version, on_progress)
    return PullResult(version=arrival.version.name, commit=arrival.commit, new=arrival.new)


PULL = Kind(  # it spends its time on the network, so it takes no turn
    "pull",
    PullRequest,
    PullResult,
    run_pull,
    check_pull,
    doing="pulled",
    takes_turns=False,
    secrets=("HF_TOKEN",),
)
