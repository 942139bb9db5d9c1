"""Who may become champion: CAGR first (original plan)."""

import math
from dataclasses import dataclass

from sac.registry.artifacts import Metadata

__all__ = ["Gate", "gate"]


@dataclass(frozen=True)
class Gate:
    """Whether a challenger may become champion. CAGR is a fraction, out of sample, net of costs."""

    passed: bool
    eval_cagr: float  # NaN where the version has none
    prior_cagr: float | None  # None where there is no champion to compare with
    reason: str  # one sentence for the page


def gate(challenger: Metadata, champion: Metadata | None) -> Gate:
    """The first model passes; a later one only with a CAGR above the champion's (original plan)."""
    cagr = challenger.metrics.get("eval_cagr", math.nan)
    prior = None if champion is None else champion.metrics.get("eval_cagr", math.nan)
    if not math.isfinite(cagr):
        return Gate(False, cagr, prior, "The new version has no CAGR out of sample.")
    if prior is None:
        return Gate(True, cagr, None, f"The first model is promoted; its CAGR is {cagr * 100:.2f} %.")
    if not math.isfinite(prior):
        return Gate(False, cagr, prior, "The champion has no CAGR to compare with.")
    passed = cagr > prior
    verdict = "is higher than" if passed else "is not higher than"
    return Gate(passed, cagr, prior, _sentence(cagr, verdict, prior))


def _sentence(cagr: float, verdict: str, prior: float) -> str:
    # Four digits: two versions that print alike at two must not look equal and be judged otherwise.
    return f"CAGR {cagr * 100:.4f} % {verdict} the champion's {prior * 100:.4f} %."
