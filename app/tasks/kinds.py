"""What a job can be: one entry per kind, shared by the server, which checks, and the worker, which runs."""

from app.hub.pulling import check_pull, run_pull
from app.hub.sending import check_send, run_send
from app.jobs.kind import Kind
from app.tasks.refresh import check_refresh, run_refresh
from app.tasks.sweep import check_sweep, run_sweep_job
from app.tasks.training import check_finetune, check_training, run_finetune, run_full

__all__ = ["KINDS"]


KINDS = {
    "full": Kind(check_training, run_full),
    "finetune": Kind(check_finetune, run_finetune),
    "sweep": Kind(check_sweep, run_sweep_job),
    "refresh": Kind(check_refresh, run_refresh, takes_turns=False),  # it waits for the network
    "send": Kind(check_send, run_send, takes_turns=False),  # so do these
    "pull": Kind(check_pull, run_pull, takes_turns=False),
}
