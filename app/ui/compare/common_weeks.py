"""The weeks that all compared strategies have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from app.queries.versions import evaluation
from app.ui.shared.labels import short_name
from sac.errors import ArtifactError, DataError
from sac.evidence.comparison import common_weeks
from sac.portfolio import Backtest
from sac.registry import Version
from sac.registry.external import beside

__all__ = ["LEAST_WEEKS", "Shared", "shared"]


LEAST_WEEKS = 26  # fewer say nothing: a version that shares fewer is left out


@dataclass(frozen=True, eq=False)
class Shared:
    """Versions and outside strategies with the weeks that all of them have, by the name of their line."""

    versions: dict[str, Version] = field(default_factory=dict)
    outside: dict[str, Version] = field(default_factory=dict)  # the version whose prices and costs it has
    records: dict[str, Backtest] = field(default_factory=dict)  # every week of each
    rows: dict[str, npt.NDArray[np.intp]] = field(default_factory=dict)  # of them the common ones
    remarks: tuple[str, ...] = ()  # what was left out, and why

    @property
    def weeks(self) -> int:
        """How many weeks all have."""
        return len(next(iter(self.rows.values()), ()))


def shared(versions: Sequence[Version], walks: Mapping[str, Backtest] | None = None) -> Shared:
    """The weeks that all versions and outside walks have, in their order.

    What leaves fewer than 26 is left out. So is a version whose evaluation cannot be read, and a walk that
    fits to none of the versions.
    """
    found = Shared()
    for version in versions:
        name = short_name(version)
        try:
            record = evaluation(version)
        except ArtifactError as error:
            found = _without(found, f"{name} is left out. {error}")
            continue
        found = _joined(found, name, record)
        if name in found.records:
            found = replace(found, versions={**found.versions, name: version})
    for walk in (walks or {}).values() if found.versions else ():
        found = _beside_a_version(found, walk)
    return found


def _beside_a_version(found: Shared, walk: Backtest) -> Shared:
    """With an outside walk at the prices and costs of the first version that it fits to."""
    reasons: dict[str, list[str]] = {}  # what is wrong -> beside which versions
    for name, version in found.versions.items():
        try:
            record = beside(walk, evaluation(version), version.settings.constraints)
        except DataError as error:
            reasons.setdefault(str(error), []).append(name)
            continue
        found = _joined(found, walk.name, record)
        if walk.name in found.records:
            found = replace(found, outside={**found.outside, walk.name: version})
        return found
    told = " ".join(f"{reason} ({', '.join(names)})" for reason, names in reasons.items())
    return _without(found, f"{walk.name} is left out. {told}")


def _joined(found: Shared, name: str, record: Backtest) -> Shared:
    """With one more record, unless too few weeks would be left for everybody."""
    records = {**found.records, name: record}
    rows = common_weeks(records)
    weeks = len(rows[name])
    if not found.records or weeks >= LEAST_WEEKS:
        return replace(found, records=records, rows=rows)
    few = f"{weeks} week{'s' * (weeks > 1)}" if weeks else "no week"
    return _without(
        found,
        f"{name} is left out: of its weeks, {record.dates[0]} to {record.dates[-1]}, it shares {few} "
        f"with {', '.join(found.records)}; {LEAST_WEEKS} are needed. To see it, select it without them.",
    )


def _without(found: Shared, remark: str) -> Shared:
    return replace(found, remarks=(*found.remarks, remark))
