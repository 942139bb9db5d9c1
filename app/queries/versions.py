"""Versions, their evaluations and their figures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from app.queries.stamps import stamp
from app.settings import settings
from sac.config import VARIANTS
from sac.errors import ArtifactError
from sac.evidence import Difference, Metrics, difference, metrics
from sac.evidence.comparison import baselines
from sac.portfolio import Backtest
from sac.promotion.deciding import champion_name
from sac.registry import Registry, Version

__all__ = ["Shelf", "evaluation", "fitted_baselines", "shelf", "shelves", "standing"]


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


def shelves() -> dict[str, Shelf]:
    """The shelf of every variant."""
    return {variant: shelf(variant) for variant in VARIANTS}


def shelf(variant: str) -> Shelf:
    """A variant's versions, read again whenever a file of theirs or the champion changed."""
    root = settings().models
    state = stamp(root / variant)
    try:
        current, problem = champion_name(Registry(root), variant), None
    except ArtifactError as error:
        current, problem = None, str(error)
    return _shelf(root, variant, state, current, problem)


@st.cache_resource(show_spinner="Checking the stored versions…", max_entries=16)
def _shelf(root: Path, variant: str, state: str, current: str | None, problem: str | None) -> Shelf:
    registry = Registry(root)
    versions, damaged = [], registry.damaged(variant)
    for version in registry.versions(variant):
        try:
            versions.append(registry.version(variant, version.name))  # every file's checksum compared
        except ArtifactError as error:
            damaged[version.name] = str(error)
    champion = None
    try:
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
    record, constraints = _version.evaluation(), _version.settings.constraints
    equal = baselines(record, np.arange(len(record.net)), constraints)[0]
    return metrics(record, constraints), metrics(equal, constraints), difference(record.net, equal.net)


def fitted_baselines(version: Version) -> list[Backtest]:
    """The baselines that were fitted when a version was trained."""
    return _fitted_baselines(version.path, stamp(version.path), version)


@st.cache_resource(show_spinner=False, max_entries=64)
def _fitted_baselines(path: Path, state: str, _version: Version) -> list[Backtest]:
    return _version.baselines()
