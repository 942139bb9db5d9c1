"""What is compared: chips of strategies, the record and the weeks, and the table of everything there is."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from app.formats import moment, percent
from app.queries.versions import agents_cagr
from app.ui.compare.choices import kept, kept_one
from app.ui.shared.charts.figure import BASELINE_COLOURS, BOOK
from app.ui.shared.figures import right_aligned
from app.ui.shared.labels import short_name
from app.ui.shared.links import not_here
from sac.config import WEEKS_PER_YEAR
from sac.portfolio import Backtest
from sac.registry import Version

__all__ = ["BASELINES", "own_record", "pick", "versions_table", "years_of"]

BASELINES = tuple(BASELINE_COLOURS)
WIDE = 860  # pixels: five chips, and room for the other choices beside them
RECORDS = ("As traded", "Agents' own")

Row = dict[str, str]


def pick(versions: Sequence[Version], champions: Sequence[str], others: Sequence[str]) -> list[str]:
    """Versions, the book, external strategies and baselines as chips; returns their names.

    A link names versions (`?version=NAME`, which adds equal weight) or everything (`?strategy=NAME`).
    """
    titles = {version.name: short_name(version) for version in versions}
    ids = [*titles, *others, *BASELINES]
    linked = st.query_params.get_all("version")
    default = [*(linked or champions or [versions[0].name]), *BASELINES[: 1 if linked else 2]]
    if not linked and BOOK in others:
        default.insert(0, BOOK)
    wanted, choose = kept("strategy", default, recall=not linked)
    not_here([name for name in (*linked, *wanted) if name], ids, "It may be deleted or damaged.")
    st.session_state["strategy"] = [name for name in dict.fromkeys(wanted) if name in ids]
    return st.multiselect(
        "Strategies",
        ids,
        key="strategy",
        format_func=lambda name: titles.get(name, name),
        placeholder="Add a version, a benchmark or an external strategy",
        on_change=choose,
        label_visibility="collapsed",
        width=WIDE,
        wrap=True,
    )


def versions_table(
    versions: Sequence[Version], champions: Sequence[str], external: Mapping[str, Backtest]
) -> None:
    """Everything that can be compared beside benchmarks, behind a click."""
    table = st.expander("All versions", key="all", on_change="rerun")
    if table.open:
        with table:
            rows = [
                *(_of_version(version, version.name in champions) for version in versions),
                *map(_of_external, external.values()),
            ]
            st.dataframe(
                pd.DataFrame(rows).fillna(""),
                hide_index=True,
                column_config=right_aligned("CAGR, as traded", "Agents' own", "Members", "Updates", "Seed"),
                alt="Versions and external strategies with their CAGR, weeks and settings",
            )


def _of_version(version: Version, champion: bool) -> Row:
    metadata = version.metadata
    return {
        "Strategy": short_name(version),
        "Role": "champion" if champion else "",
        "CAGR, as traded": percent(metadata.metrics.get("eval_cagr")),
        "Agents' own": percent(agents_cagr(version)),
        "Evaluated": f"{metadata.evaluation_start} to {metadata.evaluation_end}",
        "Preset": metadata.preset,
        "Members": str(version.settings.members),
        "Updates": f"{version.settings.agent.updates:,}",
        "Seed": str(version.settings.seed),
        "Trained": moment(metadata.created_at),
        "Version": version.name,
    }


def _of_external(backtest: Backtest) -> Row:
    """Without a CAGR: that of its file is its owner's claim; the comparison shows that of the re-run."""
    return {
        "Strategy": backtest.name,
        "Role": "external",
        "Evaluated": f"{backtest.dates[0]} to {backtest.dates[-1]}",
    }


def own_record() -> bool:
    """Whether the agents' own record is looked at, or that as traded."""
    choose = kept_one("record", RECORDS, RECORDS[0])
    chosen = st.segmented_control(
        "Record", RECORDS, required=True, key="record", on_change=choose, label_visibility="collapsed"
    )
    return chosen == RECORDS[1]


def years_of(weeks: int) -> int | None:
    """How many of the last years to show; None for all weeks."""
    options = {f"{n} year{'s' * (n > 1)}": n for n in (1, 2, 3, 5) if n * WEEKS_PER_YEAR < weeks}
    if not options:
        return None
    everything = f"all {weeks} weeks"
    titles = [*options, everything]
    choose = kept_one("range", titles, everything)
    chosen = st.pills(
        "Weeks", titles, required=True, key="range", on_change=choose, label_visibility="collapsed"
    )
    return options.get(str(chosen))
