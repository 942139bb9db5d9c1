"""What is compared: versions and baselines on identical weeks, and what had to be left out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import streamlit as st

from app import queries
from app.charts import colours
from app.components import SOURCES, short_name
from app.formats import bps
from sac.config import WEEKS_PER_YEAR
from sac.errors import ArtifactError
from sac.evidence import Difference, difference
from sac.evidence.comparison import baselines, common_weeks, on_weeks
from sac.portfolio import Backtest, EqualWeight
from sac.registry import Version

__all__ = ["LEAST_WEEKS", "Comparison", "Shared", "compared", "shared"]

LEAST_WEEKS = 26  # fewer say nothing: a version that shares fewer is left out

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shared:
    """Versions with the weeks that all of them have out of sample, by the name of their line."""

    versions: dict[str, Version] = field(default_factory=dict)
    records: dict[str, Backtest] = field(default_factory=dict)  # every week of each
    rows: dict[str, npt.NDArray[np.intp]] = field(default_factory=dict)  # of them the common ones
    remarks: tuple[str, ...] = ()  # what was left out, and why

    @property
    def weeks(self) -> int:
        """How many weeks all have."""
        return len(next(iter(self.rows.values()), ()))


@dataclass(frozen=True, eq=False)
class Comparison:
    """Walks over the very same weeks, each from cash and net of costs."""

    versions: dict[str, Version]  # by the name of their walk
    models: list[Backtest]
    baselines: list[Backtest]  # those that were asked for
    reference: Backtest  # equal weight, what every edge is measured against
    trials: list[float]  # Sharpe ratio a year of every candidate ever trained
    remarks: tuple[str, ...]

    @property
    def walks(self) -> list[Backtest]:
        """Everything that is drawn, versions first."""
        return [*self.models, *self.baselines]

    @property
    def held(self) -> list[Backtest]:
        """The walks that hold something: an index does not."""
        return [walk for walk in self.walks if walk.symbols]

    @property
    def first(self) -> Version:
        """The version whose universe and costs the baselines have."""
        return next(iter(self.versions.values()))

    @cached_property
    def palette(self) -> dict[str, str]:
        """One colour per strategy."""
        return colours([walk.name for walk in self.walks])

    @cached_property
    def differences(self) -> list[Difference]:
        """Each version against equal weight."""
        return [_difference(walk.net, self.reference.net) for walk in self.models]

    @property
    def span(self) -> str:
        """First and last close: "2021-01-04 to 2022-12-27"."""
        return f"{self.reference.dates[0]} to {self.reference.dates[-1]}"

    @property
    def basis(self) -> str:
        """What every figure rests on, in one line."""
        market = dict.fromkeys(
            SOURCES.get(version.metadata.provenance.source, version.metadata.provenance.source)
            for version in self.versions.values()
        )
        rate = self.first.settings.constraints.cost_rate
        return (
            f"Out of sample, net of {bps(rate)} on every dollar traded in stocks · "
            f"**{len(self.reference.net)} common weeks**, {self.span}, fill to fill · {', '.join(market)}"
        )


def shared(versions: Sequence[Version]) -> Shared:
    """The weeks that all versions have, in their order; one that leaves fewer than 26 is left out.

    So is one whose evaluation cannot be read.
    """
    found = Shared()
    for version in versions:
        name, record = short_name(version), None
        try:
            record = queries.evaluation(version)
        except ArtifactError as error:
            found = _without(found, f"{name} is left out. {error}")
            continue
        records = {**found.records, name: record}
        rows = common_weeks(records)
        weeks = len(rows[name])
        if found.versions and weeks < LEAST_WEEKS:
            others = ", ".join(found.versions)
            shares = f"{weeks} weeks" if weeks else "no week"
            remark = (
                f"{name} is left out: its evaluation, {version.metadata.evaluation_start} to "
                f"{version.metadata.evaluation_end}, shares {shares} with {others}; {LEAST_WEEKS} are "
                "needed. To see it, select it without them."
            )
            found = _without(found, remark)
            continue
        found = Shared({**found.versions, name: version}, records, rows, found.remarks)
    return found


def compared(found: Shared, wanted: Collection[str], years: int | None = None) -> Comparison:
    """Walk the versions and the wanted baselines over the common weeks, or over the last years of them."""
    rows = {name: held[-WEEKS_PER_YEAR * years :] if years else held for name, held in found.rows.items()}
    name, first = next(iter(found.versions.items()))
    remarks = [*found.remarks, *_unlike(found.versions)]
    try:
        fitted = queries.fitted_baselines(first)
    except ArtifactError as error:
        fitted = []
        remarks.append(f"The fitted baselines are left out. {error}")
    rivals = baselines(found.records[name], rows[name], first.settings.constraints, fitted)
    absent = sorted(set(wanted) - {rival.name for rival in rivals})
    if absent and fitted:
        remarks.append(f"{', '.join(absent)} is left out: {name} was trained on data without it.")
    return Comparison(
        versions=found.versions,
        models=[
            on_weeks(other, found.records[other], rows[other], version.settings.constraints)
            for other, version in found.versions.items()
        ],
        baselines=[rival for rival in rivals if rival.name in wanted],
        reference=next(rival for rival in rivals if rival.name == EqualWeight.name),
        trials=queries.trial_sharpes(),
        remarks=tuple(remarks),
    )


def _unlike(versions: dict[str, Version]) -> list[str]:
    """What of the versions is not the same although their weeks are."""
    (name, first), *others = versions.items()
    remarks = []
    if any(version.symbols != first.symbols for _, version in others):
        remarks.append(f"The universes differ; the baselines hold the one of {name}.")
    if len({version.settings.constraints for version in versions.values()}) > 1:
        remarks.append(
            "Costs or limits differ: each version paid its own, "
            + ", ".join(f"{n} {bps(v.settings.constraints.cost_rate)}" for n, v in versions.items())
            + f"; the baselines those of {name}."
        )
    if len({version.metadata.provenance.source for version in versions.values()}) > 1:
        remarks.append("The data come from different sources: the same weeks may differ in their prices.")
    return remarks


def _without(found: Shared, remark: str) -> Shared:
    return Shared(found.versions, found.records, found.rows, (*found.remarks, remark))


@st.cache_data(show_spinner=False, max_entries=256)
def _difference(one: Floats, other: Floats) -> Difference:
    return difference(one, other)  # 10,000 resampled histories
