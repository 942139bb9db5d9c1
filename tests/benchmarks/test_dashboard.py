"""What the benchmark of the dashboard's process reads; never how much it is."""

import os
import sys

import pytest

from app.jobs.queue import Jobs
from app.settings import Settings
from benchmarks import dashboard


@pytest.mark.skipif(sys.platform != "linux", reason="the benchmark reads /proc")
def test_a_process_is_measured_by_what_the_kernel_says_of_it():
    process = dashboard.Process(os.getpid())
    before = process.cpu()
    while process.cpu() == before:
        sum(range(10_000))
    assert process.memory() > 10, "MiB, of a Python that has loaded pandas"


def test_packages_are_told_apart_from_their_parts_and_their_namesakes(tmp_path):
    log = tmp_path / "server.log"
    log.write_text(
        "import time:       120 |        120 |   transformers.utils\n"
        "import time:       120 |        120 |   torchmetrics\n"
        "import time:        99 |      99999 | sklearn\n"
        "2026-01-01 torch is mentioned\n"
    )
    assert dashboard.heavy(log) == "sklearn"


def test_a_training_that_is_watched_is_at_work_until_the_benchmark_is_over(tmp_path):
    home = Settings(tmp_path)
    with dashboard.running(home):
        [job] = Jobs(home).list()
        assert job.status == "running"
    assert Jobs(home).list()[0].status == "cancelled"
