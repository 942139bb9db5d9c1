"""The case for a challenger: what is known out of sample beside the gate's verdict."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from sac.config import Constraints
from sac.evidence import Difference, cagr, deflated_sharpe, difference
from sac.evidence.comparison import baselines, common_weeks, on_weeks
from sac.portfolio import Backtest
from sac.registry.codecs import pack_json
from sac.registry.folder import MANIFEST
from sac.registry.gate import Gate
from sac.registry.store import Version

__all__ = ["COSTS", "Case", "case_for"]

COSTS = (0.0, 0.0010, 0.0025, 0.0050)  # fractions of a dollar traded
_LEAST_WEEKS = 26  # fewer tell nothing
_ROLES = ("challenger", "champion")

Rows = npt.NDArray[np.intp]
Strength = Literal["strong", "weak", "contrary"]


@dataclass(frozen=True)
class Case:
    """Evidence on the weeks that challenger and champion both have out of sample, net of costs."""

    challenger: str
    champion: str | None
    manifests: tuple[str, ...]  # SHA-256 of each one's manifest: which bytes were judged
    gate: Gate
    weeks: int
    start: str  # first and last close of the common weeks
    end: str
    growth: dict[str, float]  # CAGR: "challenger", "champion", then the baselines
    against_champion: Difference | None
    against_equal_weight: Difference | None
    costs: dict[str, tuple[float, ...]]  # CAGR at each of COSTS
    members: tuple[float, ...]  # CAGR of each of the challenger's members, walked alone
    deflated_sharpe: float  # NaN where undetermined
    trials: int  # candidates ever trained, this one too
    strength: Strength
    advice: str  # one sentence; never applied by itself
    warnings: tuple[str, ...]

    def text(self) -> str:
        """JSON, to be kept with the decision."""
        return pack_json(asdict(self)).decode()


def case_for(challenger: Version, champion: Version | None, verdict: Gate, sharpes: Sequence[float]) -> Case:
    """Put the evidence together. `sharpes`: of every candidate ever trained, a year (`Ledger.sharpes`).

    Without weeks in common with the champion it stands on the challenger's own weeks. Raises ArtifactError
    where an evaluation cannot be read.
    """
    versions = [challenger, *([champion] if champion else [])]
    own = challenger.evaluation()
    records = dict(zip(_ROLES, [own, *(version.evaluation() for version in versions[1:])], strict=False))
    rows = common_weeks(records)
    shared = len(rows["challenger"])
    if not shared:
        records, rows = {"challenger": own}, {"challenger": np.arange(len(own.net))}
    rules = {role: version.settings.constraints for role, version in zip(_ROLES, versions, strict=False)}
    walks = {role: on_weeks(role, record, rows[role], rules[role]) for role, record in records.items()}
    first = walks["challenger"]
    rivals = baselines(own, rows["challenger"], rules["challenger"], challenger.baselines())
    beside_champion = _difference(first, walks.get("champion"))
    beside_equal = _difference(first, rivals[0])
    strength, advice = _advice(beside_champion if champion else beside_equal, champion is not None)
    return Case(
        challenger=challenger.name,
        champion=champion.name if champion else None,
        manifests=tuple(_digest(version) for version in versions),
        gate=verdict,
        weeks=shared,
        start=str(first.dates[0]),
        end=str(first.dates[-1]),
        growth={walk.name: cagr(walk.net) for walk in (*walks.values(), *rivals)},
        against_champion=beside_champion,
        against_equal_weight=beside_equal,
        costs={
            role: tuple(_at_cost(record, rows[role], rules[role], rate) for rate in COSTS)
            for role, record in records.items()
        },
        members=tuple(cagr(member) for member in first.members.T),
        deflated_sharpe=deflated_sharpe(own.net, list(sharpes)),
        trials=max(len(sharpes), 1),
        strength=strength,
        advice=advice,
        warnings=tuple(_warnings(challenger, champion, shared)),
    )


def _digest(version: Version) -> str:
    return hashlib.sha256((version.path / MANIFEST).read_bytes()).hexdigest()


def _at_cost(record: Backtest, rows: Rows, rules: Constraints, rate: float) -> float:
    """CAGR of the same weights, had trading cost that much."""
    return cagr(on_weeks(record.name, record, rows, replace(rules, cost_rate=rate)).net)


def _difference(one: Backtest, other: Backtest | None) -> Difference | None:
    return None if other is None or len(one.net) < _LEAST_WEEKS else difference(one.net, other.net)


def _advice(found: Difference | None, rival: bool) -> tuple[Strength, str]:
    """How much the difference is worth that matters: to the champion, or to equal weight without one."""
    whom = "the champion" if rival else "equal weight"
    if found is None:
        return "weak", f"Weak evidence: fewer than {_LEAST_WEEKS} weeks in common with {whom}."
    if found.low > 0:
        return "strong", f"Strong evidence: it beat {whom} by more than luck on {found.weeks} weeks."
    if found.high < 0:
        return "contrary", f"Evidence against it: {whom} beat it by more than luck on {found.weeks} weeks."
    return "weak", (
        f"Weak evidence: on {found.weeks} weeks the difference to {whom} could be luck; "
        f"only a true difference of {found.detectable:.1%} a year would show reliably."
    )


def _warnings(challenger: Version, champion: Version | None, shared: int) -> Iterator[str]:
    """What makes the two hard to compare."""
    if champion is None:
        return
    if challenger.symbols != champion.symbols:
        gone = sorted(set(champion.symbols) - set(challenger.symbols))
        new = sorted(set(challenger.symbols) - set(champion.symbols))
        changes = [f"without {', '.join(gone)}"] * bool(gone) + [f"with {', '.join(new)}"] * bool(new)
        yield f"Another universe than the champion's: {' and '.join(changes) or 'another order'}."
    if challenger.settings.constraints != champion.settings.constraints:
        yield "Other constraints or costs than the champion's: each is shown under its own."
    theirs, ours = champion.metadata, challenger.metadata
    if theirs.provenance.source != ours.provenance.source:
        yield f"Other data: {ours.provenance.source} instead of the champion's {theirs.provenance.source}."
    if ours.kind == "finetune" and ours.parent != champion.name:
        yield f"Fine-tuned from {ours.parent}, which is not the champion any more."
    if not shared:
        yield "Not one week of their evaluations is the same: below are the challenger's own weeks."
    elif (ours.evaluation_start, ours.evaluation_end) != (theirs.evaluation_start, theirs.evaluation_end):
        yield (
            f"The gate compares different weeks: {ours.evaluation_start} to {ours.evaluation_end} here, "
            f"{theirs.evaluation_start} to {theirs.evaluation_end} for the champion. The evidence below is "
            "on the weeks that both have."
        )
