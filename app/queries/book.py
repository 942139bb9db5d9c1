"""The book: who is in it, and its record."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from app.settings import settings
from sac.book import BOOK, Book, BookDecider, decider_of, record_of
from sac.evidence import Difference, Metrics, difference, metrics
from sac.evidence.comparison import equal_weight
from sac.files import stamp
from sac.portfolio import Backtest
from sac.registry import Version

__all__ = ["decider", "figures", "record"]


def decider() -> BookDecider | None:
    """The book with its champions of now; None where nobody chose one.

    Raises DeskError where they cannot be blended, ArtifactError for a book of a later release.
    """
    found = decider_of(settings().registry, BOOK, settings().cache)
    return found if isinstance(found, BookDecider) else None


def record(book: Book, champions: Mapping[str, Version]) -> Backtest:
    """The record of a blend of these versions, by variant. Raises DataError where they share no week."""
    return _record(book, _state(book, champions), champions)


def figures(book: Book, champions: Mapping[str, Version]) -> tuple[Metrics, Difference]:
    """Its figures, and its lead over equal weight on the same weeks. Raises as `record` does."""
    return _figures(book, _state(book, champions), champions)


def _state(book: Book, champions: Mapping[str, Version]) -> str:
    return " ".join(stamp(champions[name].path) for name in book.champions)


@st.cache_resource(show_spinner=False, max_entries=16)
def _record(book: Book, state: str, _champions: Mapping[str, Version]) -> Backtest:
    return record_of(book, _champions)


@st.cache_resource(show_spinner=False, max_entries=16)
def _figures(book: Book, state: str, _champions: Mapping[str, Version]) -> tuple[Metrics, Difference]:
    blend, limits = _record(book, state, _champions), _champions[book.champions[0]].settings.constraints
    equal = equal_weight(blend, np.arange(len(blend.net)), limits)
    return metrics(blend, limits), difference(blend.net, equal.net)
