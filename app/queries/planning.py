"""What a training that was not started yet will take, and what its evaluation can show."""

from pathlib import Path

import numpy as np
import streamlit as st

from app.queries import market, versions
from app.settings import settings
from sac.config import VARIANTS, TrainingSettings
from sac.evidence import Difference, difference
from sac.evidence.comparison import equal_weight
from sac.evidence.planning import active_portfolio
from sac.experiments import Sweep, settings_tried
from sac.files import stamp
from sac.market import MarketPanel
from sac.registry import Registry, Version
from sac.timing import Record, Work, expected_seconds, recorded, update_seconds

__all__ = ["lead_of", "records", "seconds_of", "sweep_seconds"]

_PACKED = 12  # agents that train as one


def records() -> list[Record]:
    """How long the trainings of this desk took."""
    root = settings().models
    return _records(root, tuple(stamp(root / variant) for variant in VARIANTS))


@st.cache_resource(show_spinner=False, max_entries=4)
def _records(root: Path, states: tuple[str, ...]) -> list[Record]:
    return recorded(Registry(root))


def seconds_of(variant: str, wanted: TrainingSettings) -> float | None:
    """What a full training on today's data takes but for its forecasters; None before this desk trained any.

    Forecasters are found again from one training to the next.
    """
    known = records()
    if not known:
        return None
    expected = expected_seconds(Work.of(variant, wanted, market.panel()), known)
    return sum(seconds for stage, seconds in expected.items() if stage != "forecasts")


def sweep_seconds(sweep: Sweep, processes: int) -> float | None:
    """What the agents of a sweep take on today's data; None before this desk trained any.

    Trials train in packs of a dozen agents.
    """
    known = records()
    if not known:
        return None
    tried, panel = settings_tried(sweep), market.panel()
    nearest = min(known, key=lambda record: record.like(Work.of(sweep.variant, tried[0], panel)))
    packed = min(len(tried) * sweep.members, _PACKED)
    each = [one.agent.updates * update_seconds(one.agent, packed, len(panel.symbols)) for one in tried]
    return nearest.pace * sum(each) * sweep.members / packed * max(len(sweep.universes), 1) / processes


def lead_of(variant: str, preset: str) -> Difference | None:
    """A record whose lead over equal weight swings like that of a training to come; None where there is none.

    The agents' own of the variant's newest version, of this preset if there is one; else, from the data
    alone, an active portfolio's.
    """
    known = versions.shelf(variant).versions
    for version in sorted(known, key=lambda one: one.metadata.preset != preset):
        lead = _lead(version.path, stamp(version.path), version)
        if lead is not None and not lead.none:
            return lead
    panel = market.panel()
    return _stand_in(panel.provenance.sha256, panel)


@st.cache_resource(show_spinner=False, max_entries=64)
def _lead(path: Path, state: str, _version: Version) -> Difference | None:
    record = _version.agents()
    if record is None:
        return None
    equal = equal_weight(record, np.arange(len(record.net)), _version.settings.constraints)
    return difference(record.net, equal.net)


@st.cache_resource(show_spinner=False, max_entries=4)
def _stand_in(data: str, _panel: MarketPanel) -> Difference | None:
    return active_portfolio(_panel)
