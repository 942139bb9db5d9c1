"""Pieces that pages share."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st
from pandas.util import hash_pandas_object

from app.charts import Chart
from app.formats import UNKNOWN, moment
from app.queries import Shelf, Walks
from app.settings import CODE, settings
from sac.config import STALE_WEEKS, VARIANTS
from sac.errors import DataError, DeskError
from sac.files import disk_full, free_bytes
from sac.market import Provenance, weeks_behind
from sac.registry import Version

__all__ = [
    "damaged_versions",
    "damaged_walks",
    "freshness",
    "label",
    "linked",
    "not_here",
    "page_path",
    "provenance_line",
    "refusals_shown",
    "room_note",
    "selectable",
    "short_name",
    "show",
    "trust_note",
    "version_notes",
]

LEAST_ROOM = 5_000_000  # bytes: a version and its record take one or two million

SOURCES = {"sample": "embedded sample (real S&P 500 closes)", "yahoo": "Yahoo", "files": "files"}


def page_path(name: str) -> Path:
    """The script of a page, for links and switches."""
    return CODE / "pages" / f"{name}.py"


def show(chart: Chart, key: str) -> None:
    """Draw an analysis chart."""
    st.plotly_chart(chart.figure, key=key, alt=chart.alt, config={"displaylogo": False, "scrollZoom": False})


@contextmanager
def refusals_shown() -> Iterator[None]:
    """Show what the desk refuses as a message, never as a stack trace; data are mended on their page."""
    try:
        yield
    except DataError as refusal:
        st.error(str(refusal), icon=":material/error:")
        st.page_link(page_path("data"), label="Look at the data", icon=":material/database:")
    except DeskError as refusal:
        st.error(str(refusal), icon=":material/error:")
    except OSError as problem:
        full = disk_full(problem, settings().data)
        if full is None:
            raise
        st.error(str(full), icon=":material/hard_disk:")


def label(variant: str) -> str:
    """A variant as people call it."""
    return VARIANTS[variant].label if variant in VARIANTS else variant.capitalize()


def short_name(version: Version) -> str:
    """A version in a legend: its variant, and enough of its fingerprint to tell it apart."""
    return f"{label(version.variant)} {version.name.split('-', 3)[3][:6]}"


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
        st.caption(f":material/{'task_alt' if verdict.trusted else 'balance'}: {verdict.verdict}")


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


def room_note() -> None:
    """A warning while the disk is so full that trainings and decisions fail: not all of them can say so."""
    home = settings().data
    if free_bytes(home) < LEAST_ROOM:
        st.error(
            f"The disk that holds {home} is full: trainings, decisions and refreshes fail, and progress is "
            "not shown, until there is room again.",
            icon=":material/hard_disk:",
        )


def selectable(
    table: pd.DataFrame,
    ids: list[str],
    parameter: str,
    alt: str,
    *,
    single: bool = False,
    preselected: list[str] | None = None,
    columns: dict[str, Any] | None = None,
) -> list[str]:
    """A table whose selected rows are kept in the URL; returns their ids (one per row of the table)."""
    wanted = st.query_params.get_all(parameter) or preselected or []
    rows = [row for row, name in enumerate(ids) if name in wanted]
    event = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row" if single else "multi-row",
        selection_default={"selection": {"rows": rows[:1] if single else rows}},
        # Rows are selected by position: a table with other contents must be another table.
        key=f"{parameter}-{hash_pandas_object(table).sum()}",
        placeholder=UNKNOWN,
        column_config=columns,
        alt=alt,
    )
    chosen = [ids[row] for row in event["selection"]["rows"]]
    if chosen or parameter in st.query_params:
        st.query_params[parameter] = chosen
    return chosen


def not_here(linked: Sequence[str], known: Sequence[str], fate: str, instead: str = "") -> None:
    """Say what a link names and the page does not have, and what may have become of it."""
    missing = [name.replace("`", "")[:60] for name in linked if name not in known]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)  # as code: whoever wrote the link formats nothing
        st.warning(f"The link names {names}, which is not here: {fate}. {instead}".strip())


def linked(title: str, parameter: str, options: Mapping[str, str], help: str | None = None) -> str:
    """A choice (id -> text) whose id stands in the URL; `bind` would put the text there."""
    ids = list(options)
    wanted, key = st.query_params.get(parameter, ids[0]), f"linked-{parameter}"
    if key not in st.session_state:  # later the URL only repeats choices, of another variant perhaps
        not_here([wanted], ids, "deleted, damaged or never there", f"Shown instead: {options[ids[0]]}.")
    index = ids.index(wanted) if wanted in ids else 0
    choice = st.selectbox(title, ids, index, format_func=options.__getitem__, key=key, help=help)
    st.query_params[parameter] = choice
    return choice


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
