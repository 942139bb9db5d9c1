"""`sac-desk train` and `finetune`: where the work is done."""

import pytest

from app import cli
from sac.errors import SettingsError


@pytest.mark.parametrize(
    ("options", "environment", "told"),
    [
        ([], None, None),
        ([], "10.0.0.1:6379", "10.0.0.1:6379"),
        (["--ray", "ray://10.0.0.2:10001"], "10.0.0.1:6379", "ray://10.0.0.2:10001"),
        (["--ray", ""], "10.0.0.1:6379", None),  # here, whatever the environment says
    ],
)
def test_where_it_runs_is_told_to_its_worker(empty, monkeypatch, options, environment, told):
    asked = []

    def jobs_of(root):
        told_by = root.child_environment().get("SAC_DESK_RAY") or None
        asked.append((root.ray, told_by))
        raise SettingsError("That is all.")

    if environment:
        monkeypatch.setenv("SAC_DESK_RAY", environment)
    monkeypatch.setattr("app.commands.training.jobs_of", jobs_of)
    for command in ("train", "finetune"):
        assert cli.main((command, "sac_lstm", *options)) == 1
    assert asked == [(told, told)] * 2
