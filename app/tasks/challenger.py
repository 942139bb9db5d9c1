"""From a trial of a sweep to an ordinary full training."""

from collections.abc import Mapping
from typing import Any

from app.tasks.training import FullRequest
from sac.errors import SettingsError
from sac.experiments import Sweep, TrialResult
from sac.market import MarketPanel

__all__ = ["challenger_request"]


def challenger_request(
    sweep: Sweep,
    choices: Mapping[str, Any],
    result: TrialResult,
    panel: MarketPanel,
    members: int,
    trials: int,
) -> FullRequest:
    """The request of an ordinary full training with a trial's settings, chosen among so many trials.

    Raises SettingsError where a training would answer another question than the trial did.
    """
    if result.symbols != panel.symbols or result.fingerprint != panel.provenance.sha256:
        raise SettingsError(
            "This trial is of other stocks or other data than the desk's: a training uses what the Data page "
            "says. Choose that universe there, or repeat the sweep on today's data."
        )
    rate = result.settings.constraints.cost_rate
    if rate != type(result.settings.constraints)().cost_rate:
        raise SettingsError(
            f"This trial traded at {rate * 10_000:g} bps: versions are judged at 10 bps. "
            "Choose a trial at that cost."
        )
    changes = {
        name: value for name, value in choices.items() if name not in ("seed", "universe", "cost_rate")
    }
    return FullRequest.model_validate(
        {
            "preset": sweep.preset,
            "members": members,
            "evaluation_years": sweep.years,
            "follow": sweep.follow,
            "trials": trials,
            "seed": choices["seed"],
            "experiment": changes or None,
        }
    )
