import pytest
import quick_jobs

from app.job_kinds import KINDS
from app.jobs import Jobs
from app.settings import Settings


@pytest.fixture
def home(tmp_path):
    return Settings(tmp_path / "data")


@pytest.fixture
def open_jobs(home, monkeypatch):
    """Opens `Jobs` objects on one data root; what they started is over when the test is."""
    for name, kind in quick_jobs.QUICK.items():
        monkeypatch.setitem(KINDS, name, kind)
    opened = []

    def open_one(**options):
        opened.append(Jobs(home, worker=quick_jobs.WORKER, **options))
        return opened[-1]

    yield open_one
    for jobs in opened:
        for child in tuple(jobs._children.values()):
            child.kill()
            child.wait()


@pytest.fixture
def jobs(open_jobs):
    return open_jobs()
