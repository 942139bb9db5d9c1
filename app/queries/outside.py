"""Stored backtests of external strategies."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.settings import settings
from sac.errors import ArtifactError
from sac.files import stamp
from sac.portfolio import Backtest
from sac.registry.external import read_walk, stored_walks

__all__ = ["Walks", "walks"]


@dataclass(frozen=True, eq=False)
class Walks:
    """The stored walks of outside strategies."""

    readable: dict[str, Backtest]  # by name
    damaged: dict[str, str]  # file name -> what is wrong with it


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
