"""A worker knows the secrets of its kind and no others."""

import os

import pytest

from app.settings import NOTIFY_SECRETS, RAY_SECRETS, SECRET, Settings
from app.tasks.kinds import KINDS
from tests.support.quick_jobs import TELL, follow

KEYS = ("ALPHA_VANTAGE_API_KEY", "ALPACA_API_KEY", "ALPACA_SECRET_KEY")
SECRETS = (
    *KEYS,
    "HF_TOKEN",
    "SAC_DESK_API_TOKEN",
    "SAC_DESK_API_VIEWER_TOKEN",
    "MY_DB_PASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    *NOTIFY_SECRETS.values(),
)


@pytest.fixture(autouse=True)
def known(monkeypatch):
    for name in (*SECRETS, "TOKENIZERS_PARALLELISM", "HF_ENDPOINT"):
        monkeypatch.setenv(name, "value")


def test_each_kind_names_what_it_needs():
    assert {name: kind.secrets for name, kind in KINDS.items()} == {
        "full": RAY_SECRETS,
        "finetune": RAY_SECRETS,
        "sweep": RAY_SECRETS,
        "refresh": KEYS,
        "send": ("HF_TOKEN",),
        "pull": ("HF_TOKEN",),
        "week": (*KEYS, *RAY_SECRETS, *NOTIFY_SECRETS.values()),
    }


def test_every_secret_in_the_documents_is_taken_for_one():
    assert all(SECRET.search(name) for name in SECRETS)
    assert not SECRET.search("TOKENIZERS_PARALLELISM")


def test_a_worker_is_told_those_and_all_that_is_no_secret(jobs):
    job = follow(jobs, jobs.submit(TELL, "sac_lstm", TELL.request(), "ada").id)
    names = set(job.result["names"])
    assert names & set(SECRETS) == {"HF_TOKEN"}
    assert {"TOKENIZERS_PARALLELISM", "HF_ENDPOINT", "PATH"} <= names


def test_nothing_else_of_the_environment_is_lost(tmp_path):
    kept = Settings(tmp_path).child_environment()
    assert set(os.environ) - set(kept) == {name for name in os.environ if SECRET.search(name)}
