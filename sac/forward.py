"""How a version did after its last decision: weeks that nobody knew when it was trained."""

from pathlib import Path

import numpy as np

from sac.config import VARIANTS
from sac.market import MarketPanel
from sac.portfolio import Backtest
from sac.registry import Version
from sac.registry.tables import keep_evaluation, kept_evaluation

__all__ = ["forward_record", "is_missing"]


def forward_record(version: Version, panel: MarketPanel, cache: Path) -> Backtest | None:
    """Its production agents, as traded, on the complete weeks decided after its last decision, from all cash.

    None where the panel holds no such week before they expire, or other stocks or price fields. Kept in
    `cache`, and found again by the version and the data. Raises DataError where the prices are too short for
    a later year's forecaster, ArtifactError where a file of the version is damaged.
    """
    steps = _steps(version, panel)
    if not steps:
        return None
    path = _path(version, panel, cache)
    kept = kept_evaluation(path, version.symbols)
    if kept is None:
        kept = _backtest(version, panel, steps, cache)
        keep_evaluation(path, kept)
    return kept


def is_missing(version: Version, panel: MarketPanel, cache: Path) -> bool:
    """Whether there is such a record, and it is not kept yet: whoever asks for it will have to compute."""
    return bool(_steps(version, panel)) and (
        kept_evaluation(_path(version, panel, cache), version.symbols) is None
    )


def _path(version: Version, panel: MarketPanel, cache: Path) -> Path:
    return cache / "forward" / f"{version.seal}-{panel.provenance.sha256}.parquet"


def _steps(version: Version, panel: MarketPanel) -> range:
    """The weeks; none where the panel holds other stocks or price fields."""
    decisions, last = panel.decisions, np.datetime64(version.metadata.last_decision)
    fields = tuple(version.metadata.provenance.fields), tuple(panel.provenance.fields)
    if version.symbols != panel.symbols or fields[0] != fields[1]:
        return range(0)
    first = int(np.searchsorted(decisions, last, side="right"))
    return range(first, min(int(np.searchsorted(decisions, version.expiry)), panel.complete_steps))


def _backtest(version: Version, panel: MarketPanel, steps: range, cache: Path) -> Backtest:
    from sac.agent import WalkForward  # here: they load torch, and a kept record needs none
    from sac.inference import committee_of, with_own_forecasts

    name = VARIANTS[version.variant].label
    traded = committee_of(version).followed(version.conviction, name)
    known = with_own_forecasts(version, panel, steps, cache)
    return WalkForward([traded], [steps.start], name).backtest(known, steps)
