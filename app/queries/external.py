"""Stored backtests of external strategies."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.settings import settings
from sac.errors import ArtifactError
from sac.files import stamp
from sac.portfolio import Backtest
from sac.registry.external import read_backtest, stored_backtests

__all__ = ["ExternalStrategies", "external_strategies"]


@dataclass(frozen=True, eq=False)
class ExternalStrategies:
    """The stored backtests of external strategies."""

    readable: dict[str, Backtest]  # by name
    damaged: dict[str, str]  # file name -> what is wrong with it


def external_strategies() -> ExternalStrategies:
    """The stored backtests of external strategies, read again whenever a file of theirs changed."""
    folder = settings().external_backtests
    return _strategies(folder, stamp(folder))


@st.cache_resource(show_spinner=False, max_entries=4)
def _strategies(folder: Path, state: str) -> ExternalStrategies:
    readable, damaged = {}, {}
    for path in stored_backtests(folder):
        try:
            readable[path.stem] = read_backtest(path)
        except ArtifactError as error:
            damaged[path.name] = str(error)
    return ExternalStrategies(readable, damaged)
