"""What the Track record page and the Overview read of sealed decisions."""

from pathlib import Path

import streamlit as st

from app.queries import market
from app.settings import settings
from sac.book import BOOK
from sac.config import VARIANTS
from sac.files import stamp
from sac.market import MarketPanel
from sac.registry import Registry
from sac.track import SealedWeek, TrackLog
from sac.track.cone import Standing
from sac.track.record import Reign, TrackRecord, reigns, track_record
from sac.track.scoring import live

__all__ = ["all_reigns", "problems", "record", "rows", "standing"]


def all_reigns() -> dict[str, list[Reign]]:
    """Every book and every version that is or was champion, by variant; of those that had one."""
    registry = settings().registry
    found = {subject: reigns(registry, subject) for subject in (BOOK, *VARIANTS)}
    return {subject: known for subject, known in found.items() if known}


def record(reign: Reign) -> TrackRecord:
    """The track record of a reign on the data of now."""
    panel, root = market.panel(), settings()
    state = f"{_state(root.track_log)} {stamp(root.models / reign.variant)}"
    return _record(root.models, root.track, state, panel.provenance.sha256, reign, panel)


@st.cache_resource(show_spinner="Scoring the sealed weeks…", max_entries=16)
def _record(
    models: Path, track: Path, state: str, data: str, reign: Reign, _panel: MarketPanel
) -> TrackRecord:
    return track_record(Registry(models), TrackLog(track), _panel, reign)


def standing(variant: str, version: str) -> Standing | None:
    """Where a champion stands in its cone; None, and nothing is drawn, without a live week."""
    root = settings()
    if not live(root.track_log.rows(variant, version)):
        return None
    known = reigns(root.registry, variant)
    return next((record(one).standing for one in known if one.version == version), None)


def problems() -> list[str]:
    """What shows that somebody changed or removed sealed rows."""
    root = settings()
    return _problems(root.track, _state(root.track_log))


@st.cache_resource(show_spinner=False, max_entries=4)
def _problems(track: Path, state: str) -> list[str]:
    return TrackLog(track).problems()


def rows() -> list[SealedWeek]:
    """The whole log, oldest first."""
    return settings().track_log.rows()


def _state(log: TrackLog) -> str:
    """What changes with a row: the file, and where SQLite keeps what is not in it yet."""
    return stamp(log.path) + stamp(log.path.with_name(f"{log.path.name}-wal"))
