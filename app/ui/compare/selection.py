"""The table in which strategies are picked for a comparison: versions, outside strategies, baselines."""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd
import streamlit as st

from app.formats import moment, percent
from app.ui.shared.charts.figure import BASELINE_COLOURS
from app.ui.shared.labels import short_name
from app.ui.shared.links import not_here, selectable
from sac.config import WEEKS_PER_YEAR
from sac.portfolio import Backtest
from sac.registry import Version

__all__ = ["BASELINES", "pick"]

BASELINES = tuple(BASELINE_COLOURS)

Row = dict[str, str]


def pick(versions: Sequence[Version], champions: Collection[str], walks: Mapping[str, Backtest]) -> list[str]:
    """Names of the picked versions, outside strategies and baselines.

    A link names one version or several (`version`), and opens them beside equal weight; or everything that
    is picked (`strategy`).
    """
    names = [version.name for version in versions]
    linked = st.query_params.get_all("version")
    ids = [*names, *walks, *BASELINES]
    not_here(
        [*linked, *st.query_params.get_all("strategy")], ids, "deleted, damaged, or never trained or stored"
    )
    rows = [
        *(_of_version(version, version.name in champions) for version in versions),
        *(_of_walk(walk) for walk in walks.values()),
        *(_of_baseline(name) for name in BASELINES),
    ]
    right = st.column_config.TextColumn(alignment="right")
    chosen = selectable(
        pd.DataFrame(rows).fillna(""),
        ids,
        "strategy",
        "Versions, outside strategies and baselines to compare",
        preselected=[*(linked or champions or names[:1]), *BASELINES[: 1 if linked else 2]],
        columns=dict.fromkeys(("CAGR, net", "Members", "Updates", "Seed"), right),
    )
    if linked:
        del st.query_params["version"]  # said by `strategy` from here on
    return chosen


def _of_version(version: Version, champion: bool) -> Row:
    told = version.metadata
    return {
        "Strategy": short_name(version),
        "Role": "champion" if champion else "",
        "CAGR, net": percent(told.metrics.get("eval_cagr")),
        "Evaluated": f"{told.evaluation_start} to {told.evaluation_end}",
        "Preset": told.preset,
        "Members": str(version.settings.members),
        "Updates": f"{version.settings.agent.updates:,}",
        "Seed": str(version.settings.seed),
        "Trained": moment(told.created_at),
        "Version": version.name,
    }


def _of_walk(walk: Backtest) -> Row:
    """Its CAGR is told where it was walked anew: that of its file is nobody's but its owner's."""
    return {
        "Strategy": walk.name,
        "Role": "outside",
        "Evaluated": f"{walk.dates[0]} to {walk.dates[-1]}",
    }


def _of_baseline(name: str) -> Row:
    return {"Strategy": name, "Role": "baseline", "Evaluated": "the weeks of the versions"}


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
