"""The weeks that all compared strategies have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from app.queries.versions import agents, evaluation
from app.ui.shared.labels import short_name
from sac.errors import ArtifactError, DataError
from sac.evidence.comparison import common_weeks
from sac.portfolio import Backtest
from sac.registry import Version
from sac.registry.external import beside

__all__ = ["LEAST_WEEKS", "CommonWeeks", "weeks_in_common"]


LEAST_WEEKS = 26  # fewer say nothing: a version that shares fewer is left out


@dataclass(frozen=True, eq=False)
class CommonWeeks:
    """Versions and external strategies with the weeks that all of them have, by the name of their line."""

    versions: dict[str, Version] = field(default_factory=dict)
    external: dict[str, Version] = field(default_factory=dict)  # the version whose prices and costs it has
    records: dict[str, Backtest] = field(default_factory=dict)  # every week of each
    rows: dict[str, npt.NDArray[np.intp]] = field(default_factory=dict)  # of them the common ones
    remarks: tuple[str, ...] = ()  # what was left out, and why
    own: bool = False  # whether the versions' records are their agents' own, else those as traded

    @property
    def count(self) -> int:
        """How many weeks all have."""
        return len(next(iter(self.rows.values()), ()))


def weeks_in_common(
    versions: Sequence[Version], external: Mapping[str, Backtest] | None = None, own: bool = False
) -> CommonWeeks:
    """The weeks that all versions and external backtests have, in their order.

    What leaves fewer than 26 is left out. So is a version whose record (as traded, or its agents' own) cannot
    be had, and an external backtest that fits to none of the versions.
    """
    common = CommonWeeks(own=own)
    for version in versions:
        name = short_name(version)
        try:
            record = agents(version) if own else evaluation(version)
        except (ArtifactError, DataError) as error:
            common = _without(common, f"{name} is left out. {error}")
            continue
        common = _joined(common, name, record)
        if name in common.records:
            common = replace(common, versions={**common.versions, name: version})
    for backtest in (external or {}).values() if common.versions else ():
        common = _beside_a_version(common, backtest)
    return common


def _beside_a_version(common: CommonWeeks, backtest: Backtest) -> CommonWeeks:
    """With an external backtest at the prices and costs of the first version that it fits to."""
    reasons: dict[str, list[str]] = {}  # what is wrong -> beside which versions
    for name, version in common.versions.items():
        try:
            record = beside(backtest, common.records[name], version.settings.constraints)
        except DataError as error:
            reasons.setdefault(str(error), []).append(name)
            continue
        common = _joined(common, backtest.name, record)
        if backtest.name in common.records:
            common = replace(common, external={**common.external, backtest.name: version})
        return common
    why = " ".join(f"{reason} ({', '.join(names)})" for reason, names in reasons.items())
    return _without(common, f"{backtest.name} is left out. {why}")


def _joined(common: CommonWeeks, name: str, record: Backtest) -> CommonWeeks:
    """With one more record, unless too few weeks would be left for all."""
    records = {**common.records, name: record}
    rows = common_weeks(records)
    weeks = len(rows[name])
    if not common.records or weeks >= LEAST_WEEKS:
        return replace(common, records=records, rows=rows)
    few = f"{weeks} week{'s' * (weeks > 1)}" if weeks else "no week"
    return _without(
        common,
        f"{name} is left out: of its weeks, {record.dates[0]} to {record.dates[-1]}, it shares {few} "
        f"with {', '.join(common.records)}; {LEAST_WEEKS} are needed. To see it, select it without them.",
    )


def _without(common: CommonWeeks, remark: str) -> CommonWeeks:
    return replace(common, remarks=(*common.remarks, remark))
