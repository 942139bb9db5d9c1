"""Trials: every candidate that was ever trained, and those of sweeps."""

from pathlib import Path

import streamlit as st

from app.settings import settings
from sac.evidence import Search
from sac.experiments import Plan, TrialResult, TrialResults

__all__ = ["finished_trials", "search"]


def search() -> Search:
    """Every candidate that was ever trained: what a deflated Sharpe ratio needs."""
    return settings().ledger.search()


def finished_trials(plan: Plan) -> list[TrialResult]:
    """Results of the sweep's trials that are finished, in its order; a finished one is read once."""
    folder = settings().sweeps / "trials"
    return [found for key in plan.keys if (found := _read(folder, key))]


def _read(folder: Path, key: str) -> TrialResult | None:
    try:
        return _kept(folder, key)
    except LookupError:
        return None


@st.cache_resource(show_spinner=False, max_entries=2_000)
def _kept(folder: Path, key: str) -> TrialResult:
    found = TrialResults(folder).get(key)
    if found is None:
        raise LookupError(key)  # so that it is not remembered
    return found
