"""What is compared on identical weeks: versions, external strategies, baselines; and what is left out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import streamlit as st

from app.formats import bps
from app.queries import trials, versions
from app.ui.compare.common_weeks import CommonWeeks
from app.ui.shared.charts.figure import colours
from sac.arrays import Floats
from sac.config import WEEKS_PER_YEAR
from sac.errors import ArtifactError
from sac.evidence import Difference, Search, difference
from sac.evidence.comparison import baselines, on_weeks
from sac.portfolio import Backtest, EqualWeight
from sac.registry import Version

__all__ = ["Comparison", "compared"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Backtests over the very same weeks, each from cash and net of costs."""

    versions: dict[str, Version]  # by the name of their backtest
    models: list[Backtest]
    external: list[Backtest]  # of strategies that the desk did not fit
    hosts: dict[str, Version]  # of each of them, the version whose prices and costs it has
    baselines: list[Backtest]  # those that were asked for
    reference: Backtest  # equal weight, what every edge is measured against
    search: Search  # every candidate ever trained
    own: bool  # whether the versions' records are their agents' own, else those as traded
    remarks: tuple[str, ...]

    @property
    def backtests(self) -> list[Backtest]:
        """Everything that is drawn, versions first."""
        return [*self.strategies, *self.baselines]

    @property
    def strategies(self) -> list[Backtest]:
        """What is judged: versions, then external strategies."""
        return [*self.models, *self.external]

    @property
    def invested(self) -> list[Backtest]:
        """The backtests that hold something: an index does not."""
        return [each for each in self.backtests if each.symbols]

    @property
    def first(self) -> Version:
        """The version whose universe and costs the baselines have."""
        return next(iter(self.versions.values()))

    @cached_property
    def palette(self) -> dict[str, str]:
        """One colour per strategy."""
        return colours([each.name for each in self.backtests])

    @cached_property
    def differences(self) -> dict[str, Difference]:
        """Each strategy against equal weight, by its name."""
        return {each.name: _difference(each.net, self.reference.net) for each in self.strategies}

    @property
    def span(self) -> str:
        """First and last close: "2021-01-04 to 2022-12-27"."""
        return f"{self.reference.dates[0]} to {self.reference.dates[-1]}"

    @property
    def basis(self) -> str:
        """What every figure rests on, in one line."""
        rate = self.first.settings.constraints.cost_rate
        record = "Agents' own" if self.own else "As traded"
        return (
            f"**{record}**, out of sample, net of {bps(rate)} · **{len(self.reference.net)} common weeks**, "
            f"{self.span}"
        )


def compared(common: CommonWeeks, wanted: Collection[str], years: int | None = None) -> Comparison:
    """Re-run the versions and the wanted baselines on the common weeks, or on the last years of them."""
    rows = {name: own[-WEEKS_PER_YEAR * years :] if years else own for name, own in common.rows.items()}
    name, first = next(iter(common.versions.items()))
    remarks = [*common.remarks, *_unlike(common.versions)]
    try:
        fitted = versions.fitted_baselines(first)
    except ArtifactError as error:
        fitted = []
        remarks.append(f"The fitted baselines are left out. {error}")

    def again(whose: Mapping[str, Version]) -> list[Backtest]:
        return [
            on_weeks(one, common.records[one], rows[one], version.settings.constraints)
            for one, version in whose.items()
        ]

    benchmarks = baselines(common.records[name], rows[name], first.settings.constraints, fitted)
    absent = sorted(set(wanted) - {each.name for each in benchmarks})
    if absent and fitted:
        remarks.append(f"{', '.join(absent)} is left out: {name} was trained on data without it.")
    return Comparison(
        versions=common.versions,
        models=again(common.versions),
        external=again(common.external),
        hosts=common.external,
        baselines=[each for each in benchmarks if each.name in wanted],
        reference=next(each for each in benchmarks if each.name == EqualWeight.name),
        search=trials.search(),
        own=common.own,
        remarks=tuple(remarks),
    )


def _unlike(versions: dict[str, Version]) -> list[str]:
    """What of the versions is not the same although their weeks are."""
    (name, first), *others = versions.items()
    remarks = []
    if any(version.symbols != first.symbols for _, version in others):
        remarks.append(f"The universes differ: the baselines hold that of {name}.")
    if len({version.settings.constraints for version in versions.values()}) > 1:
        remarks.append(
            "Costs or limits differ: each version paid its own, "
            + ", ".join(f"{n} {bps(v.settings.constraints.cost_rate)}" for n, v in versions.items())
            + f"; the baselines those of {name}."
        )
    if len({version.metadata.provenance.source for version in versions.values()}) > 1:
        remarks.append("The data come from different sources: the same weeks may differ in their prices.")
    return remarks


@st.cache_data(show_spinner=False, max_entries=256)
def _difference(one: Floats, other: Floats) -> Difference:
    return difference(one, other)  # 10,000 resampled histories
