"""A worker whose jobs take as long as a test wants: `python tests/support/quick_jobs.py JOB_ID`."""

import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.jobs.kind import Kind
from app.tasks.kinds import KINDS
from app.tasks.training import check_training
from app.worker import main
from sac.errors import SettingsError
from sac.progress import Progress

WORKER = (sys.executable, __file__)


def accept(variant, request, home):
    pass


def count(job, settings, report):
    """Report `steps` times, `seconds` in all, with a point of the curve at every step."""
    steps = job.request.get("steps", 4)
    for step in range(steps):
        report(
            Progress("agents", step / steps, f"Step {step}", 1.5, {"update": step, "loss": 1.0 / (step + 1)})
        )
        time.sleep(job.request.get("seconds", 0.2) / steps)
    return {"counted": steps}


def chatter(job, settings, report):
    """Report a thousand times without a curve, as fast as it goes."""
    for step in range(1000):
        report(Progress("forecasts", step / 1000, f"Look {step}"))
        time.sleep(0.001)
    return {}


def refuse(job, settings, report):
    raise SettingsError("Choose fewer members.")


def break_down(job, settings, report):
    return {"ratio": 1 / 0}


def ignore(job, settings, report):
    """Deaf to SIGTERM, and never reports again."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    report(Progress("agents", 0.1, "Deaf"))
    time.sleep(60)
    return {}


def full(job, settings, report):
    """In place of a training: `updates` steps of 50 ms, or a refusal for seed 13."""
    if job.request.get("seed") == 13:
        raise SettingsError("Choose another seed.")
    updates = job.request.get("updates", 2)
    for update in range(updates):
        report(Progress("agents", update / updates, "Learning", 90.0))
        time.sleep(0.05)
    return {
        "version": "v2022-12-23-0123456789ab",
        "data_window_start": "2005-01-03",
        "data_window_end": "2022-12-23",
        "metrics": {"eval_cagr": 0.0693, "eval_sharpe": 0.53, "eval_sortino": float("nan")},
        "promoted": job.request.get("members") == 2,
        "eligible": job.request.get("members") == 3,
        "verdict": "CAGR 6.9300% is compared with the champion's.",
        "prior_version": "v2022-12-16-ba9876543210",
        "symbols_used": ["AAPL", "MSFT"],
        "hf_repo": None,
        "hf_url": None,
        "asked": job.request,
    }


QUICK = {
    "full": Kind(check_training, full),
    "count": Kind(accept, count),
    "aside": Kind(accept, count, takes_turns=False),
    "chatter": Kind(accept, chatter),
    "refuse": Kind(accept, refuse),
    "break": Kind(accept, break_down),
    "ignore": Kind(accept, ignore),
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
