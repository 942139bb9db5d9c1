"""Versions, their evaluations and their figures."""

from pathlib import Path

import numpy as np
import streamlit as st

from app.queries import market
from app.settings import settings
from sac.agents_record import agents_record
from sac.config import VARIANTS
from sac.errors import DataError
from sac.evidence import Difference, Metrics, difference, metrics
from sac.evidence.comparison import baselines
from sac.files import stamp
from sac.market import MarketPanel
from sac.portfolio import Backtest
from sac.promotion.shelf import Shelf, named_champion, shelf_of
from sac.registry import Registry, Version

__all__ = ["Shelf", "agents", "agents_cagr", "evaluation", "figures", "fitted_baselines", "shelf", "shelves"]


def shelves() -> dict[str, Shelf]:
    """The shelf of every variant."""
    return {variant: shelf(variant) for variant in VARIANTS}


def shelf(variant: str) -> Shelf:
    """A variant's versions, read again whenever a file of theirs or the champion changed."""
    root = settings()
    return _shelf(root.models, variant, stamp(root.models / variant), *named_champion(root.registry, variant))


@st.cache_resource(show_spinner="Checking the stored versions…", max_entries=16)
def _shelf(root: Path, variant: str, state: str, current: str | None, problem: str | None) -> Shelf:
    return shelf_of(Registry(root), variant, current, problem)


def evaluation(version: Version) -> Backtest:
    """A version's walk-forward evaluation."""
    return _evaluation(version.path, stamp(version.path), version)


@st.cache_resource(show_spinner=False, max_entries=64)
def _evaluation(path: Path, state: str, _version: Version) -> Backtest:
    return _version.evaluation()


def agents(version: Version) -> Backtest:
    """What its agents earned on the same weeks, followed without reserve.

    A version that did not store it is run again, once. Raises DataError where that cannot be done, and
    ArtifactError where a file is damaged.
    """
    stored = _agents(version.path, stamp(version.path), version)
    if stored is not None:
        return stored
    panel = market.panel()
    found = _rerun(version.path, stamp(version.path), panel.provenance.sha256, version, panel)
    if isinstance(found, DataError):
        raise found
    return found


@st.cache_resource(show_spinner=False, max_entries=64)
def _agents(path: Path, state: str, _version: Version) -> Backtest | None:
    return _version.agents()


@st.cache_resource(show_spinner="Running the agents of an older version again…", max_entries=64)
def _rerun(path: Path, state: str, data: str, _version: Version, _panel: MarketPanel) -> Backtest | DataError:
    try:
        return agents_record(_version, _panel, settings().cache)
    except DataError as error:
        return error  # kept too: what was refused once would be run again at every look


def agents_cagr(version: Version) -> float | None:
    """CAGR of its agents' own record, as it was stored; None where it was not."""
    metrics = version.metadata.metrics
    return metrics.get("agents_cagr", metrics.get("eval_cagr") if version.follows_agents else None)


def figures(version: Version) -> tuple[Metrics, Metrics, Difference]:
    """A version's figures, equal weight's on the same weeks, and how sure the difference is."""
    return _figures(version.path, stamp(version.path), version)


@st.cache_resource(show_spinner=False, max_entries=64)
def _figures(path: Path, state: str, _version: Version) -> tuple[Metrics, Metrics, Difference]:
    record, constraints = _version.evaluation(), _version.settings.constraints
    equal = baselines(record, np.arange(len(record.net)), constraints)[0]
    return metrics(record, constraints), metrics(equal, constraints), difference(record.net, equal.net)


def fitted_baselines(version: Version) -> list[Backtest]:
    """The baselines that were fitted when a version was trained."""
    return _fitted_baselines(version.path, stamp(version.path), version)


@st.cache_resource(show_spinner=False, max_entries=64)
def _fitted_baselines(path: Path, state: str, _version: Version) -> list[Backtest]:
    return _version.baselines()
