"""How a version did after its last decision: weeks that nobody knew when it was trained."""

import hashlib
from contextlib import suppress
from pathlib import Path

import numpy as np

from sac.agent import WalkForward
from sac.config import VARIANTS
from sac.files import replace_file
from sac.inference import committee_of, expiry, with_own_forecasts
from sac.market import MarketPanel
from sac.portfolio import Backtest
from sac.registry import Version
from sac.registry.codecs import Unreadable
from sac.registry.tables import pack_evaluation, unpack_evaluation

__all__ = ["forward_record"]


def forward_record(version: Version, panel: MarketPanel, cache: Path) -> Backtest | None:
    """Its production agents, as traded, on the complete weeks decided after its last decision, from all cash.

    None where the panel holds no such week before they expire, or other stocks or price fields. Kept in
    `cache`, and found again by the version and the data. Raises DataError where the prices are too short for
    a later year's forecaster, ArtifactError where a file of the version is damaged.
    """
    decisions, last = panel.decisions, np.datetime64(version.metadata.last_decision)
    first = int(np.searchsorted(decisions, last, side="right"))
    steps = range(first, min(int(np.searchsorted(decisions, expiry(version))), panel.complete_steps))
    fields = tuple(version.metadata.provenance.fields), tuple(panel.provenance.fields)
    if not steps or version.symbols != panel.symbols or fields[0] != fields[1]:
        return None
    path = cache / "forward" / f"{_key(version, panel)}.parquet"
    with suppress(FileNotFoundError, Unreadable):
        return unpack_evaluation(path.read_bytes(), version.symbols)
    record = _backtest(version, panel, steps, cache)
    replace_file(path, pack_evaluation(record))
    return record


def _backtest(version: Version, panel: MarketPanel, steps: range, cache: Path) -> Backtest:
    name = VARIANTS[version.variant].label
    traded = committee_of(version).followed(version.conviction, name)
    known = with_own_forecasts(version, panel, steps, cache)
    return WalkForward([traded], [steps.start], name).backtest(known, steps)


def _key(version: Version, panel: MarketPanel) -> str:
    checksums = sorted(entry.sha256 for entry in version.manifest.values())
    return hashlib.sha256("".join([*checksums, panel.provenance.sha256]).encode()).hexdigest()
