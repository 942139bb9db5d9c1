"""The table in which strategies are picked for a comparison: versions, external strategies, baselines."""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd
import streamlit as st

from app.formats import moment, percent
from app.queries.versions import agents_cagr
from app.ui.shared.charts.figure import BASELINE_COLOURS
from app.ui.shared.figures import right_aligned
from app.ui.shared.labels import short_name
from app.ui.shared.links import not_here, selectable
from sac.config import WEEKS_PER_YEAR
from sac.portfolio import Backtest
from sac.registry import Version

__all__ = ["BASELINES", "own_record", "pick", "years_of"]

BASELINES = tuple(BASELINE_COLOURS)

OTHERS = {
    "Agents' own": st.column_config.TextColumn(
        alignment="right",
        help="CAGR of the agents followed without reserve. Where it was not stored, the switch below has it.",
    ),
    # In pixels: empty cells of baselines make a column too narrow for those of versions.
    "Trained": st.column_config.TextColumn(width=165),
    "Version": st.column_config.TextColumn(width=200),
}

Row = dict[str, str]


def pick(
    versions: Sequence[Version], champions: Collection[str], external: Mapping[str, Backtest]
) -> list[str]:
    """Names of the picked versions, external strategies and baselines.

    A link names one version or several (`version`), and opens them beside equal weight; or everything that
    is picked (`strategy`).
    """
    names = [version.name for version in versions]
    linked = st.query_params.get_all("version")
    ids = [*names, *external, *BASELINES]
    not_here([*linked, *st.query_params.get_all("strategy")], ids, "It may be deleted or damaged.")
    rows = [
        *(_of_version(version, version.name in champions) for version in versions),
        *(_of_external(backtest) for backtest in external.values()),
        *(_of_baseline(name) for name in BASELINES),
    ]
    chosen = selectable(
        pd.DataFrame(rows).fillna(""),
        ids,
        "strategy",
        "Versions, external strategies and baselines to compare",
        preselected=[*(linked or champions or names[:1]), *BASELINES[: 1 if linked else 2]],
        columns=right_aligned("CAGR, as traded", "Members", "Updates", "Seed") | OTHERS,
    )
    if linked:
        del st.query_params["version"]  # said by `strategy` from here on
    return chosen


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


def _of_baseline(name: str) -> Row:
    return {"Strategy": name, "Role": "baseline", "Evaluated": "the weeks of the versions"}


def own_record() -> bool:
    """Whether the agents' own record is looked at, or that as traded; the URL keeps which."""
    records = ("As traded", "Agents' own")
    chosen = st.segmented_control(
        "Record",
        records,
        default=records[0],
        required=True,
        key="record",
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen == records[1]


def years_of(weeks: int) -> int | None:
    """How many of the last years to show; None for all weeks."""
    options = {f"{n} year{'s' * (n > 1)}": n for n in (1, 2, 3, 5) if n * WEEKS_PER_YEAR < weeks}
    if not options:
        return None
    everything = f"all {weeks} weeks"
    chosen = st.pills(
        "Weeks",
        [*options, everything],
        default=everything,
        required=True,
        key="range",
        label_visibility="collapsed",
    )
    return options.get(str(chosen))
