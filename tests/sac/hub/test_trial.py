"""The trial of a version from elsewhere, as a desk makes it: in a process of its own, bounded."""

import dataclasses
import json
import subprocess
import sys

import pytest

from sac.errors import ArtifactError
from sac.hub import trial
from tests.support.bombs import BOMBS
from tests.support.refusals import assert_nothing_installed, saved_tensors, tampered
from tests.support.small_versions import VARIANT

pytestmark = pytest.mark.slow  # every trial loads torch

PULL = """
import json, resource, sys
from pathlib import Path
from sac.errors import DeskError
from sac.hub.arrivals import pull
from sac.hub.repository import Remote
from sac.registry import Registry
try:
    remote = Remote("desk/sac-lstm", "hf_writer", sys.argv[1])
    told = pull(remote, Registry(Path(sys.argv[2])), "sac_lstm").version.name
except DeskError as refusal:
    told = str(refusal)
[own] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(json.dumps([told, int(own), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))
"""


def pulled(server, here):
    """What a process that pulls says, and the peak memory (MB) of it and of its trial."""
    command = [sys.executable, "-c", PULL, server.url, str(here.root)]
    ended = subprocess.run(command, cwd=trial.CODE, capture_output=True, timeout=240)
    assert ended.returncode == 0, ended.stderr.decode()[-1_000:]
    told, *peaks = json.loads(ended.stdout)
    return told, [peak / 1_000 for peak in peaks]


def test_an_honest_version_passes(server, travelled, here):
    told, _ = pulled(server, here)
    assert told == travelled.name
    assert here.damaged(VARIANT) == {}


@pytest.mark.parametrize(
    ("file", "forged", "reason"),
    [
        ("training_log.parquet", BOMBS["a long list"], "training_log.parquet has a column 'list' that holds"),
        ("evaluation.parquet", BOMBS["many columns"], "evaluation.parquet has other columns"),
        (
            "actor.pt",
            lambda: saved_tensors({}),
            "actor.pt does not fit the version's settings",
        ),
    ],
)
def test_a_forged_one_is_refused_and_neither_process_grows(server, travelled, here, file, forged, reason):
    tampered(server, travelled, forge=[file], **{file: forged()})
    told, (own, of_the_trial) = pulled(server, here)
    assert reason in told
    assert told.endswith("Nothing was installed.")
    assert_nothing_installed(here)
    assert own < 700
    assert of_the_trial < 1_200


def test_a_version_from_the_future_is_refused(registry, artifacts):
    name = "v2999-01-04-0123456789ab"
    metadata = dataclasses.replace(artifacts.metadata, last_decision="2999-01-04", version=name)
    registry.save(dataclasses.replace(artifacts, metadata=metadata))
    with pytest.raises(ArtifactError, match="its last decision, on 2999-01-04, lies ahead"):
        trial.rehearse(registry.root, VARIANT, name)


def test_a_trial_that_does_not_end_is_ended(registry, artifacts, monkeypatch):
    version = registry.save(artifacts)
    monkeypatch.setattr(trial, "SECONDS", 0.05)
    with pytest.raises(ArtifactError, match="did not end within 0 seconds"):
        trial.try_out(registry.root, VARIANT, version.name)


@pytest.mark.parametrize(
    ("deed", "end"),
    [
        ("bytearray(6 << 30)", "MemoryError"),
        ("open('left', 'wb', buffering=0).write(b'x')", "File too large"),
        ("[0 for _ in iter(int, 1)]", "CPU"),
    ],
)
def test_the_limits_hold(registry, artifacts, tmp_path, deed, end):
    version = registry.save(artifacts)
    code = (
        "import signal, sys; from pathlib import Path; from sac.hub import trial\n"
        "trial.CPU_SECONDS = 1; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"trial._limit(Path({str(version.path)!r}))\n{deed}"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(trial.CODE), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode != 0
    if end == "CPU":
        assert ended.returncode in (-9, -24)
    else:
        assert end in ended.stderr


def test_a_process_that_is_ended_is_a_refusal(registry, artifacts, monkeypatch):
    version = registry.save(artifacts)
    monkeypatch.setattr("sac.hub.trial.sys.executable", "/bin/false")
    with pytest.raises(ArtifactError, match=r"ended the process that tried it \(code 1\)"):
        trial.try_out(registry.root, VARIANT, version.name)


def test_no_secret_is_in_reach(registry, artifacts, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("SAC_DESK_API_TOKEN", "0123456789abcdef")
    seen = {}

    def run(command, env, **options):
        seen.update(env)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr("sac.hub.trial.subprocess.run", run)
    trial.try_out(registry.root, VARIANT, artifacts.metadata.version)
    assert seen["TRANSFORMERS_OFFLINE"] == "1"
    assert not {key for key in seen if "TOKEN" in key}
