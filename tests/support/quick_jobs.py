"""A worker whose jobs take as long as a test wants: `python tests/support/quick_jobs.py JOB_ID`."""

import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.jobs.kind import Kind, NoSettings, Request, Result
from app.tasks.kinds import KINDS
from app.tasks.training import FullRequest, TrainingResult, check_full
from app.worker import main
from sac.errors import SettingsError
from sac.progress import Progress

WORKER = (sys.executable, __file__)


class Steps(Request):
    """How often to report, and over how long a time."""

    steps: int = 4
    seconds: float = 0.2


class Counted(Result):
    """How often it reported."""

    counted: int


class Nothing(Result):
    """No result but the end."""


def count(job, request, root, report):
    """Report `steps` times, `seconds` in all, with a point of the curve at every step."""
    for step in range(request.steps):
        curve = {"update": step, "loss": 1.0 / (step + 1)}
        report(Progress("agents", step / request.steps, f"Step {step}", 1.5, curve))
        time.sleep(request.seconds / request.steps)
    return Counted(counted=request.steps)


class Told(Result):
    """Names of the variables that a worker was given."""

    names: list[str]


def tell(job, request, root, report):
    return Told(names=list(os.environ))


def chatter(job, request, root, report):
    """Report a thousand times without a curve, as fast as it goes."""
    for step in range(1000):
        report(Progress("forecasts", step / 1000, f"Look {step}"))
        time.sleep(0.001)
    return Nothing()


def refuse(job, request, root, report):
    raise SettingsError("Choose fewer members.")


def break_down(job, request, root, report):
    return Counted(counted=int(1 / 0))


def ignore(job, request, root, report):
    """Deaf to SIGTERM, and never reports again."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    report(Progress("agents", 0.1, "Deaf"))
    time.sleep(60)
    return Nothing()


def full(job, request, root, report):
    """In place of a training: `updates` steps of 50 ms, or a refusal for seed 13."""
    if request.seed == 13:
        raise SettingsError("Choose another seed.")
    updates = request.updates or 2
    for update in range(updates):
        report(Progress("agents", update / updates, "Learning", 90.0))
        time.sleep(0.05)
    return TrainingResult(
        version="v2022-12-23-0123456789ab",
        data_window_start="2005-01-03",
        data_window_end="2022-12-23",
        metrics={"eval_cagr": 0.0693, "eval_sharpe": 0.53, "eval_sortino": float("nan")},
        promoted=request.members == 2,
        eligible=request.members == 3,
        verdict="CAGR 6.9300% is compared with the champion's.",
        prior_version="v2022-12-16-ba9876543210",
        symbols_used=["AAPL", "MSFT"],
    )


COUNT = Kind("count", Steps, Counted, count, doing="trained")
ASIDE = Kind("aside", Steps, Counted, count, doing="trained", takes_turns=False)
AWAY = Kind("away", Steps, Counted, count, doing="trained", away=lambda root: True)
CHATTER = Kind("chatter", NoSettings, Nothing, chatter)
REFUSE = Kind("refuse", NoSettings, Nothing, refuse)
BREAK = Kind("break", NoSettings, Counted, break_down)
TELL = Kind("tell", NoSettings, Told, tell, secrets=("HF_TOKEN",))
IGNORE = Kind("ignore", NoSettings, Nothing, ignore)
QUICK = {
    kind.name: kind
    for kind in (
        Kind("full", FullRequest, TrainingResult, full, check_full, doing="trained"),
        *(COUNT, ASIDE, AWAY, CHATTER, REFUSE, BREAK, IGNORE, TELL),
    )
}


def follow(jobs, job_id, until=lambda job: not job.active, seconds=15.0):
    """The job as soon as it is as wanted."""
    deadline = time.monotonic() + seconds
    while not until(job := jobs.get(job_id)):
        assert time.monotonic() < deadline, f"still {job}\n{jobs.log(job_id)}"
        time.sleep(0.05)
    return job


def running(job):
    return job.status == "running" and job.fraction > 0


if __name__ == "__main__":
    KINDS.update(QUICK)
    sys.exit(main(sys.argv[1]))
