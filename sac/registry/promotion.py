"""Who becomes champion: CAGR first (plan)."""

import math
from dataclasses import dataclass

from sac.errors import ArtifactError
from sac.registry.artifacts import Metadata
from sac.registry.store import Registry, Version

__all__ = ["Gate", "Settlement", "gate", "settle"]


@dataclass(frozen=True)
class Gate:
    """Whether a challenger may become champion. CAGR is out of sample, net of costs, a fraction a year."""

    passed: bool
    eval_cagr: float  # NaN where the version has none
    prior_cagr: float | None  # None where there is no champion to compare with
    reason: str  # one sentence for the page


@dataclass(frozen=True)
class Settlement:
    """What came of a new version."""

    promoted: bool
    prior_version: str | None  # the champion before
    gate: Gate


def gate(challenger: Metadata, champion: Metadata | None) -> Gate:
    """The first model passes; a later one only with a CAGR above the champion's (plan)."""
    cagr = challenger.metrics.get("eval_cagr", math.nan)
    prior = None if champion is None else champion.metrics.get("eval_cagr", math.nan)
    if not math.isfinite(cagr):
        return Gate(False, cagr, prior, "The new version has no CAGR out of sample.")
    if prior is None:
        return Gate(True, cagr, None, f"The first model is promoted; its CAGR is {cagr:.2%}.")
    if not math.isfinite(prior):
        return Gate(False, cagr, prior, "The champion has no CAGR to compare with.")
    passed = cagr > prior
    # Four digits: two versions that print alike at two must not look equal and be judged otherwise.
    verdict = "is higher than" if passed else "is not higher than"
    return Gate(passed, cagr, prior, f"CAGR {cagr:.4%} {verdict} the champion's {prior:.4%}.")


def settle(registry: Registry, version: Version) -> Settlement:
    """Hold a version against the champion, and promote it when the gate passes.

    A champion that cannot be read settles nothing: the version stays a challenger.
    """
    prior = None
    try:
        prior = registry.current(version.variant)
        champion = registry.champion(version.variant)
    except ArtifactError as error:
        cagr = version.metadata.metrics.get("eval_cagr", math.nan)
        return Settlement(False, prior, Gate(False, cagr, None, f"The champion cannot be read: {error}"))
    verdict = gate(version.metadata, champion.metadata if champion else None)
    if prior == version.name:
        same = Gate(False, verdict.eval_cagr, verdict.prior_cagr, "This version is the champion already.")
        return Settlement(False, prior, same)
    if verdict.passed:
        registry.set_current(version.variant, version.name)
    return Settlement(verdict.passed, prior, verdict)
