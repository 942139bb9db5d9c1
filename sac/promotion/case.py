"""The case for a challenger: what is known out of sample beside the gate's verdict."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from sac.evidence import (
    COST_RATES,
    Difference,
    Edge,
    Metrics,
    Search,
    at_cost,
    cagr,
    deflated_sharpe,
    difference,
    edge,
    leads,
    metrics,
)
from sac.evidence.comparison import baselines, common_weeks, on_weeks
from sac.portfolio import Backtest, EqualWeight
from sac.promotion.gate import Forward, Gate, nothing_later, record_beside
from sac.registry.codecs import pack_json
from sac.registry.store import Version

__all__ = ["Case", "case_for", "side_by_side"]

_LEAST_WEEKS = 26  # fewer tell nothing
_ROUNDING = 1e-9  # of weights and returns that are the same
_EQUAL_WEIGHT = EqualWeight.name
_ROLES = ("challenger", "champion")

Strength = Literal["strong", "weak", "contrary", "none"]


@dataclass(frozen=True)
class Case:
    """Evidence on the weeks that challenger and champion both have out of sample, net of costs."""

    challenger: str
    champion: str | None
    manifests: tuple[str, ...]  # SHA-256 of each one's manifest: which bytes were judged
    gate: Gate
    weeks: int  # of the figures below
    shared: int  # weeks that both have; 0: the figures stand on the challenger's own
    start: str  # first and last close of the weeks
    end: str
    growth: dict[str, float]  # CAGR: "challenger", "champion", then the baselines
    figures: dict[str, Metrics]  # "challenger", "champion" and "Equal weight", each under its constraints
    equal_weeks: int  # weeks in which the challenger's targets are equal weight's
    against_champion: Difference | None
    against_equal_weight: Difference | None
    edge: Edge | None  # over the champion, or over equal weight where there is none; None where they are one
    costs: dict[str, tuple[float, ...]]  # CAGR at each of COST_RATES
    members: tuple[float, ...]  # CAGR of each of the challenger's members by itself
    deflated_sharpe: float  # NaN where undetermined
    trials: int  # candidates ever trained, this one too
    strength: Strength
    advice: str  # one sentence; never applied by itself
    warnings: tuple[str, ...]

    def text(self) -> str:
        """JSON, to be kept with the decision."""
        return pack_json(asdict(self)).decode()


def side_by_side(
    challenger: Version, champion: Version | None, forward: Forward = nothing_later
) -> tuple[list[Backtest], int]:
    """Challenger, champion and baselines on the weeks that both versions have, and how many these are.

    Without a week in common (0) the challenger stands on its own weeks, beside the baselines alone.
    Raises ArtifactError where an evaluation cannot be read.
    """
    versions = dict(zip(_ROLES, (challenger, champion), strict=True))
    records = {"challenger": challenger.evaluation()}
    if champion:
        records["champion"] = record_beside(champion, challenger, forward)
    rows = common_weeks(records)
    shared = len(rows["challenger"])
    if not shared:
        rows = {"challenger": np.arange(len(records["challenger"].net))}
    rules = {role: version.settings.constraints for role, version in versions.items() if version}
    results = [on_weeks(role, records[role], rows[role], rules[role]) for role in rows]
    benchmarks = baselines(
        records["challenger"], rows["challenger"], rules["challenger"], challenger.baselines()
    )
    return [*results, *benchmarks], shared


def case_for(
    challenger: Version,
    champion: Version | None,
    verdict: Gate,
    search: Search,
    forward: Forward = nothing_later,
) -> Case:
    """Put the evidence together. `search`: every candidate ever trained (`Ledger.search`).

    Raises ArtifactError where an evaluation cannot be read.
    """
    results, shared = side_by_side(challenger, champion, forward)
    named = {result.name: result for result in results}
    first, equal = results[0], named[_EQUAL_WEIGHT]
    benchmark = equal if champion is None else named.get("champion")
    beside_benchmark = _difference(first, benchmark)
    same = benchmark is not None and bool(np.allclose(first.net, benchmark.net, rtol=0.0, atol=_ROUNDING))
    strength, advice = _advice(beside_benchmark, champion is not None, same=same)
    return Case(
        challenger=challenger.name,
        champion=champion.name if champion else None,
        manifests=tuple(version.seal for version in (challenger, champion) if version),
        gate=verdict,
        weeks=len(first.net),
        shared=shared,
        start=str(first.dates[0]),
        end=str(first.dates[-1]),
        growth={result.name: cagr(result.net) for result in results},
        figures=_figures(named, challenger, champion),
        equal_weeks=int(np.isclose(first.weights, equal.weights, rtol=0.0, atol=_ROUNDING).all(axis=1).sum()),
        against_champion=None if champion is None else beside_benchmark,
        against_equal_weight=_difference(first, equal),
        edge=edge(first, benchmark) if benchmark and not same else None,
        costs={
            role: tuple(cagr(at_cost(named[role], rate).net) for rate in COST_RATES)
            for role in _ROLES
            if role in named
        },
        members=tuple(cagr(member) for member in first.members.T),
        deflated_sharpe=deflated_sharpe(leads(first.net, equal.net), search),
        trials=max(search.candidates, 1),
        strength=strength,
        advice=advice,
        warnings=tuple(_warnings(challenger, champion, shared)),
    )


def _figures(named: dict[str, Backtest], challenger: Version, champion: Version | None) -> dict[str, Metrics]:
    rules = {"challenger": challenger, "champion": champion, _EQUAL_WEIGHT: challenger}
    return {
        name: metrics(named[name], version.settings.constraints)
        for name, version in rules.items()
        if version and name in named
    }


def _difference(one: Backtest, other: Backtest | None) -> Difference | None:
    return None if other is None or len(one.net) < _LEAST_WEEKS else difference(one.net, other.net)


def _advice(comparison: Difference | None, champion: bool, *, same: bool) -> tuple[Strength, str]:
    """How much the difference is worth that matters: to the champion, or to equal weight without one."""
    whom = "the champion" if champion else "equal weight"
    if same:
        return "none", f"Same as {whom} in every week."
    if comparison is None:
        return "weak", f"There are fewer than {_LEAST_WEEKS} weeks to compare it with {whom}."
    if comparison.low > 0:
        return "strong", f"It beat {whom} by more than luck on {comparison.weeks} weeks."
    if comparison.high < 0:
        return "contrary", f"{whom.capitalize()} beat it by more than luck on {comparison.weeks} weeks."
    return "weak", (
        f"On {comparison.weeks} weeks the difference to {whom} could be luck; "
        f"only a true difference of {comparison.detectable * 100:.1f} pp a year would show reliably."
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
