"""What pages read: cached by what is on disk, so that a finished training shows at the next rerun."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISDIR, S_ISREG

import numpy as np
import streamlit as st

from app.jobs import Job, Jobs
from app.settings import Settings, settings
from sac.config import VARIANTS
from sac.errors import ArtifactError
from sac.evidence import Difference, Metrics, Search, difference, metrics
from sac.evidence.comparison import baselines
from sac.market import MarketPanel, load_panel
from sac.portfolio import Backtest
from sac.registry import Ledger, Registry, Version
from sac.registry.external import read_walk, stored_walks

__all__ = [
    "Shelf",
    "Walks",
    "elapsed",
    "evaluation",
    "fitted_baselines",
    "jobs",
    "panel",
    "pulls",
    "refreshes",
    "search",
    "shelf",
    "shelves",
    "stamp",
    "standing",
    "trainings",
    "walks",
]

MARKET_PARTS = ("market.toml", "raw", "output")  # of the data root: what `load_panel` reads


@dataclass(frozen=True, eq=False)
class Shelf:
    """Everything that the registry holds of one variant."""

    variant: str
    folder: Path
    versions: list[Version]  # newest first, only those that passed every check
    damaged: dict[str, str]  # folder name -> what is wrong with it
    current: str | None  # the name that the pointer says
    champion: Version | None
    champion_problem: str | None  # why the pointer leads nowhere


@dataclass(frozen=True, eq=False)
class Walks:
    """The stored walks of outside strategies."""

    readable: dict[str, Backtest]  # by name
    damaged: dict[str, str]  # file name -> what is wrong with it


def panel() -> MarketPanel:
    """The market data that the desk works on, read again whenever the choice or a file of theirs changed."""
    home = settings().data
    return _panel(home, "".join(stamp(home / part) for part in MARKET_PARTS))


@st.cache_resource(show_spinner="Reading market data…", max_entries=2)
def _panel(home: Path, state: str) -> MarketPanel:
    return load_panel(home)


def jobs() -> Jobs:
    """The jobs of this data root."""
    return _jobs(settings())


@st.cache_resource(show_spinner=False, max_entries=4)
def _jobs(home: Settings) -> Jobs:  # one object for all: it reaps the processes that it started
    return Jobs(home)


def trainings() -> list[Job]:
    """The latest jobs that train, newest first."""
    return jobs().list(kinds=("full", "finetune"))


def refreshes() -> list[Job]:
    """The latest refreshes of the market data, newest first."""
    return jobs().list(kinds=("refresh",))


def pulls(variant: str) -> list[Job]:
    """The latest pulls of a variant's versions from the Hub, newest first."""
    return [job for job in jobs().list(kinds=("pull",)) if job.request["variant"] == variant]


def elapsed(job: Job) -> float | None:
    """Seconds that a job has worked, or did; None before its turn, and where the clock was set back since."""
    if job.started_at is None:
        return None
    seconds = ((job.finished_at or datetime.now(UTC)) - job.started_at).total_seconds()
    return seconds if seconds >= 0.0 else None


def shelves() -> dict[str, Shelf]:
    """The shelf of every variant."""
    return {variant: shelf(variant) for variant in VARIANTS}


def shelf(variant: str) -> Shelf:
    """A variant's versions, read again whenever a file of theirs changed."""
    root = settings().models
    return _shelf(root, variant, stamp(root / variant))


@st.cache_resource(show_spinner="Checking the stored versions…", max_entries=16)
def _shelf(root: Path, variant: str, state: str) -> Shelf:
    registry = Registry(root)
    versions, damaged = [], registry.damaged(variant)
    for version in registry.versions(variant):
        try:
            versions.append(registry.version(variant, version.name))  # every file's checksum compared
        except ArtifactError as error:
            damaged[version.name] = str(error)
    current, champion, problem = None, None, None
    try:
        current = registry.current(variant)
        champion = registry.version(variant, current) if current else None
    except ArtifactError as error:
        problem = str(error)
    return Shelf(variant, root / variant, versions, damaged, current, champion, problem)


def evaluation(version: Version) -> Backtest:
    """A version's walk-forward evaluation."""
    return _evaluation(version.path, stamp(version.path), version)


@st.cache_resource(show_spinner=False, max_entries=64)
def _evaluation(path: Path, state: str, _version: Version) -> Backtest:
    return _version.evaluation()


def standing(version: Version) -> tuple[Metrics, Metrics, Difference]:
    """A version's figures, equal weight's on the same weeks, and how sure the difference is."""
    return _standing(version.path, stamp(version.path), version)


@st.cache_resource(show_spinner=False, max_entries=64)
def _standing(path: Path, state: str, _version: Version) -> tuple[Metrics, Metrics, Difference]:
    walk, constraints = _version.evaluation(), _version.settings.constraints
    equal = baselines(walk, np.arange(len(walk.net)), constraints)[0]
    return metrics(walk, constraints), metrics(equal, constraints), difference(walk.net, equal.net)


def fitted_baselines(version: Version) -> list[Backtest]:
    """The baselines that were fitted when a version was trained."""
    return _fitted_baselines(version.path, stamp(version.path), version)


@st.cache_resource(show_spinner=False, max_entries=64)
def _fitted_baselines(path: Path, state: str, _version: Version) -> list[Backtest]:
    return _version.baselines()


def walks() -> Walks:
    """The walks of outside strategies, read again whenever a file of theirs changed."""
    folder = settings().walks
    return _walks(folder, stamp(folder))


@st.cache_resource(show_spinner=False, max_entries=4)
def _walks(folder: Path, state: str) -> Walks:
    readable, damaged = {}, {}
    for path in stored_walks(folder):
        try:
            readable[path.stem] = read_walk(path)
        except ArtifactError as error:
            damaged[path.name] = str(error)
    return Walks(readable, damaged)


def search() -> Search:
    """Every candidate that was ever trained: what a deflated Sharpe ratio needs."""
    return Ledger(settings().models).search()


def stamp(path: Path) -> str:
    """What changes when a file, or one under a folder, does: cheap to take, unlike a checksum.

    One word for them all: Streamlit hashes the key of a cached read part by part, which took longer for
    the files of 50 versions than a page does.
    """
    return hashlib.sha256(repr(sorted(_facts(str(path)))).encode()).hexdigest()


def _facts(path: str) -> Iterator[tuple[str, int, int]]:
    """Path, time and size of every plain file; what is replaced under our eyes is left out."""
    try:
        status = os.stat(path)
        if S_ISREG(status.st_mode):
            yield path, status.st_mtime_ns, status.st_size
        elif S_ISDIR(status.st_mode):
            with os.scandir(path) as entries:
                names = [entry.path for entry in entries]
            for name in names:
                yield from _facts(name)
    except FileNotFoundError:
        return
