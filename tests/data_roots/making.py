"""A small data root of the present release: `python -m tests.data_roots.making VERSION`.

Everything in it comes about as on a desk: trainings, a sweep and a pull as jobs in processes of their own,
decisions by the command line, the Hub on 127.0.0.1. It is packed as desk-VERSION.tar.xz, without caches and
locks; beside it stands, as desk-VERSION.json, what this release says of it.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from app.holdings.portfolio import Portfolio, Position
from app.holdings.saved import save
from app.hub.pulling import PULL, PullRequest, pulled_as
from app.hub.sending import SEND
from app.jobs.kind import NoSettings
from app.jobs.queue import Job, Jobs
from app.settings import CODE, settings
from app.tasks.refresh import MARKET, REFRESH
from app.tasks.sweep import SWEEP, SWEEPS, SweepRequest
from app.tasks.training import FINETUNE, FULL, FineTuning, FullRequest
from sac.config import Constraints
from sac.experiments.sweep import sweep_of
from sac.market import MarketChoice, MarketPanel, load_panel, write_choice
from sac.portfolio.constraints import constrain
from sac.registry import Registry
from sac.registry.external import external_backtest, save_backtest
from tests.data_roots.reading import SECTIONS
from tests.support.loopback_hub import REPO, TOKEN, LoopbackHub
from tests.support.quarters import balance, income, write_company
from tests.support.synthetic import random_closes, write_prices, write_scores

FOLDER = Path(__file__).parent
CLOSES = random_closes(stocks=6, first="2012-01-03", last="2018-12-28").round(3)
SMALL = {"hidden_sizes": [4, 4], "batch_size": 8, "updates": 12}
SAC, PPO = {**SMALL, "warmup_steps": 8}, {**SMALL, "walks": 2, "rollout_weeks": 16, "epochs": 2}
FOLLOWED = {"members": 2, "evaluation_years": 1, "validation_weeks": 0}  # nothing held out: trusted
ACTOR = "local"


class Momentum:
    """The allocator of docs/extending.md."""

    name = "Momentum 26"

    def allocate(self, panel: MarketPanel, step: int, weights: np.ndarray) -> np.ndarray:
        import torch

        close = np.searchsorted(panel.sessions, panel.decisions[step], side="right") - 1
        rise = panel.closes[close] / panel.closes[close - 130] - 1.0
        raw = np.append(np.exp(4.0 * rise), 0.1)
        return constrain(torch.from_numpy(raw / raw.sum()), Constraints()).numpy()


def market(data: Path) -> None:
    """Prices, news and reports as a user keeps them, and the choice of them."""
    write_prices(data / "raw" / "prices", CLOSES)
    write_choice(data, MarketChoice("files", tuple(map(str, CLOSES)), CLOSES.index[0].date()))
    moods = np.random.default_rng(1).uniform(-1, 1, (len(CLOSES), CLOSES.shape[1])).round(2)
    write_scores(
        data,
        [
            (f"{day:%Y-%m-%d}", symbol, moods[row, column], 3)
            for row, day in enumerate(CLOSES.index)
            if row % 5 == 0
            for column, symbol in enumerate(CLOSES.columns)
        ],
    )
    ends = [f"{year}-{day}" for year in range(2011, 2019) for day in ("03-31", "06-30", "09-30", "12-31")][
        :-1
    ]
    for number, symbol in enumerate(CLOSES.columns):
        write_company(
            data / "raw" / "fundamentals" / symbol,
            [income(end, gross=str(80 + number + row)) for row, end in enumerate(ends)],
            [balance(end, assets=str(30 + number)) for end in ends],
            {ends[0]: "2011-05-05"},
        )


def ended(jobs: Jobs, job: Job) -> Job:
    """The job when it has ended."""
    while (job := jobs.get(job.id)).active:
        time.sleep(0.2)
    print(f"{job.kind} {job.subject}: {job.status} {job.error or ''}", flush=True)
    return job


def trained(jobs: Jobs, variant: str, request: dict[str, Any]) -> str:
    """The name of the version that a full training made."""
    result = ended(jobs, jobs.submit(FULL, variant, FullRequest(**request), ACTOR)).result
    assert result is not None
    print(result["version"], result["metrics"]["eval_cagr"], result["eligible"], flush=True)
    return str(result["version"])


def command(*arguments: str) -> int:
    """Run `sac-desk` with these arguments; its exit code."""
    return subprocess.run([sys.executable, "-m", "app.cli", *arguments], cwd=CODE).returncode


def decided() -> None:
    """Trainings that end well, and what a person says to their versions."""
    jobs = Jobs(settings())
    plan, desk = {"preset": "plan", **FOLLOWED}, {"preset": "desk", **FOLLOWED}
    first = trained(jobs, "sac_lstm", {**plan, "seed": 0, "experiment": SAC})
    equal = trained(jobs, "sac_lstm", {**plan, "validation_weeks": 26, "seed": 3, "experiment": SAC})
    better = trained(jobs, "sac_lstm", {**desk, "seed": 1, "experiment": SAC})
    trained(jobs, "ppo_lstm", {**plan, "evaluation_years": 2, "experiment": PPO})
    assert command("promote", "sac_lstm", better, "--reason", "More growth out of sample") == 0
    ended(jobs, jobs.submit(FINETUNE, "sac_lstm", FineTuning(updates=8), ACTOR))
    assert command("reject", "sac_lstm", equal, "--reason", "It only holds equal weight") == 0
    assert command("rollback", "sac_lstm", "--reason", "Too much turnover") == 0
    assert settings().registry.current("sac_lstm") == first


def tried() -> None:
    """A sweep, and jobs that are cancelled or fail."""
    jobs = Jobs(settings())
    grid = {name: [value] for name, value in PPO.items()} | {"walks": [1, 2], "gamma": [0.9, 0.99]}
    sweep = {"variant": "ppo_lstm", "years": 1, "seeds": [0, 1], "grid": grid}
    at_work = jobs.submit(SWEEP, SWEEPS, SweepRequest(sweep=sweep_of(sweep)), ACTOR)
    late = jobs.submit(FULL, "sac_patchtst", FullRequest(preset="desk", members=1), ACTOR)
    jobs.cancel(late.id)
    ended(jobs, late)
    ended(jobs, at_work)
    ended(jobs, jobs.submit(REFRESH, MARKET, NoSettings(), ACTOR))  # there are no keys for it
    ended(jobs, jobs.submit(FULL, "sac_patchtst", FullRequest(evaluation_years=15), ACTOR))


def shared(elsewhere: Path) -> None:
    """The champion on the Hub, a version that another desk made, and an upload that waits for the Hub."""
    root = settings()
    os.environ.update(HF_SAC_LSTM_MODEL_REPO=REPO, HF_TOKEN=TOKEN)
    with LoopbackHub() as hub:
        os.environ["HF_ENDPOINT"] = hub.url
        assert command("hub", "push", "sac_lstm") == 0
        shutil.copytree(root.data, elsewhere, ignore=shutil.ignore_patterns("models", "jobs", "hub"))
        os.environ["SAC_DESK_DATA"] = str(elsewhere)
        there = Jobs(settings())
        name = trained(there, "sac_lstm", {"preset": "plan", **FOLLOWED, "seed": 7, "experiment": SAC})
        assert command("hub", "push", "sac_lstm", name) == 0
        for sending in there.list(kinds=[SEND]):
            ended(there, sending)
        os.environ["SAC_DESK_DATA"] = str(root.data)
        jobs, request = Jobs(root), PullRequest(variant="sac_lstm", version=name)
        ended(jobs, jobs.submit(PULL, pulled_as("sac_lstm"), request, ACTOR))
    [waiting] = [version for version in root.registry.versions("sac_lstm") if version.metadata.parent]
    assert command("hub", "push", "sac_lstm", waiting.name) == 1  # the Hub is gone by now
    [sending] = jobs.list(kinds=[SEND])
    jobs.cancel(sending.id)
    ended(jobs, sending)


def kept(data: Path) -> None:
    """What a person holds, and the backtest of an external strategy."""
    positions = (Position("S00", shares=40.0), Position("S01", value=5_000.0), Position("ELSE", 10.0, 900.0))
    save(data, "local user", Portfolio(25_000.0, positions, "sell", 50.0))
    champion = Registry(data / "models").champion("sac_lstm")
    assert champion is not None
    save_backtest(data / "walks", external_backtest(Momentum(), load_panel(data), champion))


def packed(data: Path, archive: Path) -> None:
    """The data root as an archive that names neither this machine nor its user."""
    shutil.rmtree(data / "cache")
    for path in sorted(data.rglob("*")):
        if path.suffix == ".lock":
            path.unlink()
        elif path.suffix == ".sqlite3":
            with closing(sqlite3.connect(path)) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def nameless(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mtime = int(member.mtime)
        return member

    with tarfile.open(archive, "w:xz", preset=9) as file:
        file.add(data, "data", filter=nameless)


def main(version: str) -> None:
    """Make both files of a release."""
    os.environ |= {"LOGNAME": ACTOR}  # who decides on the command line
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        os.environ["SAC_DESK_DATA"] = str(data)
        market(data)
        decided()
        tried()
        shared(Path(folder) / "elsewhere")
        kept(data)
        found = {name: read() for name, read in SECTIONS.items()}
        (FOLDER / f"desk-{version}.json").write_text(json.dumps(found, indent=1) + "\n")
        packed(data, FOLDER / f"desk-{version}.tar.xz")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.data_roots.making VERSION")
    main(sys.argv[1])
