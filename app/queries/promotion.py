"""What the Promotion page reads: which challengers are pending, on what grounds, and what was decided."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.access import visitors
from app.decisions.case import case_of
from app.decisions.forward import forward_of
from app.holdings import saved
from app.holdings.plan import Plan
from app.holdings.portfolio import EXAMPLE
from app.queries import market, trials, versions, weights
from app.settings import settings
from sac.config import VARIANTS
from sac.errors import DataError, DeskError
from sac.evidence import Search
from sac.files import stamp
from sac.market import market_stamp
from sac.market.symbols import same_symbols
from sac.portfolio import Backtest
from sac.promotion import Gate, SealedDecision, deciding
from sac.promotion.case import Case, side_by_side
from sac.promotion.state import problems as log_problems
from sac.promotion.state import state_of
from sac.registry import Version
from sac.track.scoring import live

__all__ = [
    "Docket",
    "backtests",
    "case",
    "champion_since",
    "decisions",
    "docket",
    "live_weeks",
    "problems",
    "today",
    "verdict",
]


@dataclass(frozen=True, eq=False)
class Docket:
    """What of a variant there is to decide on."""

    variant: str
    pointer: str | None  # the champion's name, also where it cannot be read
    pending: list[str]  # challengers pending review
    earlier: list[str]  # former champions, first the one that the current champion replaced


def docket(variant: str) -> Docket:
    """Challengers and former champions; a decision that was cut off counts as done."""
    state = state_of(settings().registry, variant)
    pending = state.pending(versions.shelf(variant).versions)
    return Docket(variant, state.champion, [v.name for v in pending], state.former_champions)


def verdict(version: Version, shelf: versions.Shelf) -> Gate:
    """The gate's verdict on a version of that shelf today."""
    champion, problem = shelf.champion, shelf.champion_problem
    state = f"{stamp(version.path)} {stamp(champion.path) if champion else problem} {_market()}"
    return _verdict(version.path, state, version, champion, problem)


@st.cache_resource(show_spinner="Comparing with the champion…", max_entries=256)
def _verdict(
    path: Path, state: str, _version: Version, _champion: Version | None, _problem: str | None
) -> Gate:
    return deciding.judged(_version, _champion, _problem, forward_of(settings()))


def _market() -> str:
    """What a champion's weeks after its last decision hang on."""
    return market_stamp(settings().data)


def champion_since(shelf: versions.Shelf) -> str | None:
    """Day on which a variant's champion became that; None where the log does not say so."""
    move = settings().decision_log.last_move(shelf.variant)
    return move.at[:10] if move and move.version == shelf.current else None


def decisions() -> list[SealedDecision]:
    """All decisions with their evidence, newest first."""
    return settings().decision_log.sealed()


def problems() -> list[str]:
    """Where the decision log contradicts itself or the champions."""
    return log_problems(settings().registry, tuple(VARIANTS))


def case(variant: str, name: str) -> Case:
    """The case for a version against today's champion."""
    root = settings().models
    return _case(root, variant, name, trials.search(), f"{stamp(root / variant)} {_market()}")


@st.cache_resource(show_spinner="Weighing the evidence…", max_entries=32)
def _case(root: Path, variant: str, name: str, search: Search, state: str) -> Case:
    return case_of(settings(), variant, name)


def backtests(challenger: Version, champion: Version | None) -> list[Backtest]:
    """Challenger, champion and baselines on their common weeks."""
    paths = tuple(version.path for version in (challenger, champion) if version)
    return _backtests(paths, f"{stamp(challenger.path)} {_market()}", challenger, champion)


@st.cache_resource(show_spinner=False, max_entries=16)
def _backtests(
    paths: tuple[Path, ...], state: str, _challenger: Version, _champion: Version | None
) -> list[Backtest]:
    return side_by_side(_challenger, _champion, forward_of(settings()))[0]


def live_weeks(challenger: Version, champion: Version | None) -> dict[str, int]:
    """How many sealed weeks of each count as live, by "challenger" and "champion"."""
    log, sides = settings().track_log, {"challenger": challenger, "champion": champion}
    return {
        role: len(live(log.rows(version.variant, version.name))) for role, version in sides.items() if version
    }


def today(version: Version) -> Plan | DeskError:
    """What a version would trade today with the visitor's saved holdings, or why it would not."""
    try:
        panel = market.panel()
        if not same_symbols(version.symbols, panel.symbols):
            return DataError("It was trained on other stocks than the data hold.")  # and torch stays away
        there = saved.load(settings().data, visitors.visitor().name)
        portfolio = there.portfolio if there else EXAMPLE
        return weights.plan(weights.decider(version), portfolio, str(panel.decisions[-1]))
    except DeskError as refusal:
        return refusal
