"""What a reader of figures must know: source, age, damage."""

from collections.abc import Collection, Mapping

import streamlit as st

from app.formats import moment
from app.queries.versions import Shelf
from app.ui.shared.labels import SOURCES, label
from sac.config import STALE_WEEKS
from sac.market import Provenance, weeks_behind
from sac.registry import Version
from sac.text import code, plain, said

__all__ = [
    "damaged_versions",
    "freshness",
    "left_out",
    "provenance_line",
    "provenance_of",
    "version_notes",
]


def provenance_line(source: Provenance, as_of: str = "", *versions: Version) -> None:
    """As-of date (else the data's last), source and versions: what every page says about its figures."""
    parts = [
        f"As of the close of **{plain(as_of or source.window_end)}**",
        f"Data: {plain(SOURCES.get(source.source, source.source))}, {plain(source.window_start)} to "
        f"{plain(source.window_end)}",
    ]
    if versions:
        parts.append(f"Model{'s' * (len(versions) > 1)}: {', '.join(map(_described, versions))}")
    st.caption(" · ".join(parts))
    for one in source.accepted:
        st.text(f"{one.text}.")  # a reason is somebody's text, no markup


def provenance_of(versions: Collection[Version]) -> None:
    """The same for several versions, once for all that rest on the same data."""
    alike: dict[tuple[Provenance, str], list[Version]] = {}
    for version in versions:
        metadata = version.metadata
        alike.setdefault((metadata.provenance, metadata.last_decision), []).append(version)
    for (source, as_of), those in alike.items():
        provenance_line(source, as_of, *those)


def _described(version: Version) -> str:
    trained = moment(version.metadata.created_at)
    preset = plain(version.metadata.preset)
    return f"{code(version.name)} ({label(version.variant)}, preset {preset}, trained {trained})"


def version_notes(*versions: Version) -> None:
    """What a reader of their results must know, once each, such as the survivors in the sample."""
    for note in dict.fromkeys(note for version in versions for note in version.metadata.notes):
        st.caption(f":material/info: {plain(note)}")


def freshness(source: Provenance) -> None:
    """How old the data are; a sample is never called stale, and never fit for trading."""
    if source.source == "sample":
        st.info(
            f"Demo data: the embedded sample ends on {source.window_end}. Not for trading.",
            icon=":material/science:",
        )
        return
    behind = weeks_behind(source.covered_until)
    remedy = "Bring newer files." if source.source == "files" else "Refresh them."
    if behind > STALE_WEEKS:
        st.error(
            f"They end on {source.window_end}: {behind} complete weeks are missing. {remedy}",
            title="Data are too old to trade on",
            icon=":material/event_busy:",
        )
    elif behind:
        st.warning(
            f"The data end on {source.window_end}: {behind} complete week{'s are' if behind > 1 else ' is'} "
            f"missing. {remedy}",
            icon=":material/event_busy:",
        )


def damaged_versions(shelves: Mapping[str, Shelf]) -> None:
    """What of each variant cannot be read, by name, with the reason."""
    for variant, shelf in shelves.items():
        if shelf.champion_problem:
            st.error(
                said(shelf.champion_problem),
                title=f"The champion of {label(variant)} cannot be used",
                icon=":material/broken_image:",
            )
        others = [reason for name, reason in shelf.damaged.items() if name != shelf.current]
        left_out(f"Versions of {label(variant)} that are left out because they are damaged", others)


def left_out(title: str, reasons: Collection[str]) -> None:
    """What cannot be shown, one reason a line; nothing where all can be."""
    if reasons:
        st.warning(
            "\n".join(f"- {said(reason)}" for reason in reasons), title=title, icon=":material/broken_image:"
        )
