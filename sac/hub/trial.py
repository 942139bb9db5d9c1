"""What does not run is not installed: a version from elsewhere decides one week in a process of its own.

The process has bounded memory and time and no secret in its environment, for what it reads are a stranger's
bytes: whatever they do to it, they do to nobody else.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np

import sac
from sac.config import SIGNALS, ForecastSettings
from sac.errors import ArtifactError, DataError, DeskError
from sac.forecast.inputs import MONTH
from sac.market import MarketPanel
from sac.portfolio import all_cash
from sac.registry.store import Part, Registry, Version

if TYPE_CHECKING:
    import torch

__all__ = ["rehearse", "try_out"]

CPU_SECONDS = 60
SECONDS = 300.0  # by the clock of a busy machine
MEMORY = 1 << 30  # bytes beside three times the version's own: read, unpacked and built
CODE = Path(sac.__file__).resolve().parents[1]
_NEEDED = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")  # of the environment; tokens are not
_OFFLINE = {"TRANSFORMERS_OFFLINE": "1"}
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
_PLAIN_MEMORY = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1"}  # no gigabyte in reserve
_SAID = 1_000  # characters of a refusal


def try_out(root: Path, variant: str, name: str) -> None:
    """Load every file of a version and let it decide a week. Raises ArtifactError where it cannot."""
    environment = {key: os.environ[key] for key in _NEEDED if key in os.environ}
    environment |= _OFFLINE | _ONE_THREAD | _PLAIN_MEMORY
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "sac.hub.trial", str(root), variant, name],
            cwd=CODE,  # `-m` puts it on the import path
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise ArtifactError(f"its trial did not end within {SECONDS:.0f} seconds.") from None
    if ended.returncode == 0:
        return
    try:
        problem = str(json.loads(ended.stdout))[:_SAID]
    except ValueError:
        problem = f"it ended the process that tried it (code {ended.returncode})."
    raise ArtifactError(problem)


def main(root: str, variant: str, name: str) -> None:
    """Try a version under limits; the reason why it does not run goes to the output, as JSON."""
    from sac import inference  # noqa: F401 - torch takes its memory before the limits count

    try:
        _limit(Path(root) / variant / name)
        rehearse(Path(root), variant, name)
    except DeskError as refusal:
        sys.exit(_told(str(refusal)))
    except MemoryError:
        sys.exit(_told("it needs more memory than a version of its size does."))
    except Exception:  # foreign bytes: their reader raises whatever its parts do
        sys.exit(_told("it does not run."))


def _told(problem: str) -> int:
    json.dump(problem[:_SAID], sys.stdout)
    return 1


def _limit(version: Path) -> None:
    """Bound what this process may still take."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limits = {
        resource.RLIMIT_CPU: int(used.ru_utime + used.ru_stime) + CPU_SECONDS,
        resource.RLIMIT_FSIZE: 0,  # it has nothing to write
        resource.RLIMIT_CORE: 0,
    }
    pages = Path("/proc/self/statm")
    if pages.exists():  # macOS neither says how much is reserved nor bounds it
        held = int(pages.read_text().split()[0]) * resource.getpagesize()
        size = sum(path.lstat().st_size for path in version.iterdir())
        limits[resource.RLIMIT_AS] = held + MEMORY + 3 * size
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def rehearse(root: Path, variant: str, name: str) -> None:
    """Load every file of a version, forecast a week and decide it. Raises ArtifactError."""
    from sac.forecast import forecast_at
    from sac.inference import committee_of, fitting

    version = Registry(root).version(variant, name)
    last = version.metadata.last_decision
    if np.datetime64(last) > np.datetime64("today") + 1:  # it would never be too old
        raise ArtifactError(f"its last decision, on {last}, lies ahead.")
    for part in get_args(Part):
        version.tensors(part)
    version.training_log()
    state = version.tensors("forecaster")
    with fitting(version, "forecaster.pt"):
        if ForecastSettings(**state["settings"]) != version.settings.forecast:
            raise ValueError("other settings than the version's")
        if abs(state["year"] - int(version.metadata.last_decision[:4])) > 1:
            raise ValueError("another year than the version's")
        panel = _week(version, int(state["year"]))
        last_step = len(panel.decisions) - 1
        try:
            said = forecast_at(state, panel, range(last_step, last_step + 1), version.settings.forecast)
        except DataError as error:  # of other stocks or fields
            raise ArtifactError(f"forecaster.pt does not fit the version: {error}") from error
        if not np.isfinite(said).all():
            raise ValueError("no forecasts")
    forecasts, alphas = (np.broadcast_to(values, panel.returns.shape) for values in said)
    panel = panel.with_forecasts(forecasts, alphas)
    with fitting(version, "actor.pt"):
        committee = committee_of(version)
        held = all_cash(len(version.symbols))
        alike = np.broadcast_to(held, (committee.size, len(held)))
        scale = version.settings.agent.action_scale
        _check(committee.member_targets(panel, last_step, alike, scale), version.settings.members)
        committee.allocate(panel, last_step, held)


def _check(targets: "torch.Tensor", members: int) -> None:
    fine = (targets >= 0.0).all() and ((targets.sum(-1) - 1.0).abs() < 1e-6).all()  # NaN is neither
    if len(targets) != members or not fine:
        raise ValueError("no portfolio from every member")


def _week(version: Version, year: int) -> MarketPanel:
    """Made-up prices, as many as the forecaster sees: what it says of them does not matter."""
    source, stocks, asked = version.metadata.provenance, len(version.symbols), version.settings.forecast
    rng = np.random.default_rng(0)
    weeks = MONTH * asked.months + 4 * asked.half_life + 2
    sessions = np.datetime64(f"{year:04d}-01-03") - np.arange(5 * weeks + asked.window)[::-1]
    shape = (len(sessions), stocks)
    fields = [name for name in source.fields if name not in SIGNALS]
    decisions, flat = sessions[::-5][:weeks][::-1], np.zeros((weeks, stocks))
    return MarketPanel(
        symbols=version.symbols,
        sessions=sessions,
        prices={name: np.exp(rng.normal(4.0, 0.02, shape)) for name in fields},
        decisions=decisions,
        fills=decisions + 1,
        ends=decisions + 5,
        returns=flat,
        gaps=flat,
        seen=flat,
        signals=rng.normal(size=(weeks, stocks, len(SIGNALS))),
        forecasts=flat,
        alphas=flat,
        provenance=source,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
