"""The job that fetches a version from the Hugging Face Hub."""

from typing import TYPE_CHECKING

from app.settings import Settings
from sac.errors import SettingsError
from sac.registry import Registry

if TYPE_CHECKING:
    pass
from collections.abc import Mapping
from typing import Any

from app.hub.repository import remote_of
from app.jobs.record import Job
from sac.config import VARIANTS
from sac.progress import Progress, Report
from sac.registry.names import check_version

__all__ = ["check_pull", "pulled_as", "run_pull"]


def pulled_as(variant: str) -> str:
    """What stands where a training names its variant: a variant can be trained while it is pulled."""
    return f"{variant} from the Hub"


def check_pull(variant: str, request: Mapping[str, Any], home: Settings) -> None:
    """Refuse a pull that could not start. Raises SettingsError, or ArtifactError for a bad name."""
    wanted, name = request.get("variant"), request.get("version")
    if wanted not in VARIANTS or variant != pulled_as(wanted):
        raise SettingsError("A pull needs a variant, and the name of a version or none for the champion.")
    if name is not None:
        check_version(str(name))
    remote_of(wanted)


def run_pull(job: Job, settings: Settings, report: Report) -> dict[str, Any]:
    """Fetch a version, or the champion; the result names it, and whether it was new here."""
    from sac.hub.arrivals import pull

    def told(done: int, count: int, file: str) -> None:
        report(Progress("hub", done / count, f"Fetching {file}"))

    variant = job.request["variant"]
    remote = remote_of(variant)
    report(Progress("hub", 0.0, f"Asking {remote.endpoint} for {remote.repo}"))
    arrival = pull(remote, Registry(settings.models), variant, job.request.get("version"), told)
    return {"version": arrival.version.name, "commit": arrival.commit, "new": arrival.new}
