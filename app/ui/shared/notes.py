"""What a reader of figures must know: source, age, damage."""

import streamlit as st

from app.formats import moment
from app.queries.outside import Walks
from app.queries.versions import Shelf
from app.ui.shared.labels import SOURCES, label
from sac.config import STALE_WEEKS
from sac.market import Provenance, weeks_behind
from sac.registry import Version

__all__ = ["damaged_versions", "damaged_walks", "freshness", "provenance_line", "trust_note", "version_notes"]


def provenance_line(source: Provenance, as_of: str, version: Version | None = None) -> None:
    """As-of date, data source and model version: what every page says about its figures."""
    parts = [
        f"As of the close of **{as_of}**",
        f"Data: {SOURCES.get(source.source, source.source)}, {source.window_start} to {source.window_end}",
    ]
    if version is not None:
        parts.append(
            f"Model: `{version.name}` ({label(version.variant)}, preset {version.metadata.preset}, "
            f"trained {moment(version.metadata.created_at)})"
        )
    st.caption(" · ".join(parts))


def version_notes(*versions: Version) -> None:
    """What a reader of their results must know, once each, such as the survivors in the sample."""
    for note in dict.fromkeys(note for version in versions for note in version.metadata.notes):
        st.caption(f":material/info: {note}")


def trust_note(version: Version) -> None:
    """Whether today's committee earned its trades on weeks held out of its training."""
    verdict = version.metadata.production
    if verdict:
        st.caption(f":material/{'task_alt' if verdict.passed else 'balance'}: {verdict.verdict}")


def freshness(source: Provenance) -> None:
    """How old the data are; a sample is never called stale, and never fit for trading."""
    if source.source == "sample":
        st.info(
            f"Demo data: the embedded sample ends on {source.window_end}. Not for trading.",
            icon=":material/science:",
        )
        return
    behind = weeks_behind(source.window_end)
    if behind > STALE_WEEKS:
        st.error(
            f"They end on {source.window_end}: {behind} complete weeks are missing. Refresh them.",
            title="Data are too old to trade on",
        )
    elif behind:
        st.warning(f"The data end on {source.window_end}: {behind} complete weeks are missing. Refresh them.")


def damaged_versions(shelf: Shelf) -> None:
    """What of a variant cannot be read, by name, with the reason."""
    if shelf.champion_problem:
        st.error(shelf.champion_problem, title=f"The champion of {label(shelf.variant)} cannot be used")
    others = [reason for name, reason in shelf.damaged.items() if name != shelf.current]
    if others:
        st.warning(
            "\n".join(f"- {reason}" for reason in others),
            title=f"Versions of {label(shelf.variant)} that are left out because they are damaged",
            icon=":material/broken_image:",
        )


def damaged_walks(walks: Walks) -> None:
    """What of the outside strategies cannot be read, by file, with the reason."""
    if walks.damaged:
        st.warning(
            "\n".join(f"- {reason}" for reason in walks.damaged.values()),
            title="Outside strategies that are left out because their files cannot be used",
            icon=":material/broken_image:",
        )
