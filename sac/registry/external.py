"""Walks of strategies that were fitted elsewhere, kept beside the versions they are compared with.

That such a walk is out of sample is its owner's word: the desk did not fit it and cannot check.
"""

import re
from pathlib import Path

import numpy as np

from sac.errors import ArtifactError, DataError, SettingsError
from sac.files import replace_file
from sac.market import MarketPanel
from sac.portfolio import Allocator, Backtest, backtest
from sac.registry.codecs import Unreadable
from sac.registry.store import Version
from sac.registry.tables import pack_baselines, unpack_baselines

__all__ = ["external_walk", "read_walk", "save_walk", "stored_walks"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _+-]{0,39}")


def external_walk(allocator: Allocator, panel: MarketPanel, version: Version) -> Backtest:
    """Walk an allocator over a version's evaluation weeks, from cash and with the version's costs.

    Raises DataError where the panel holds other stocks, weeks or prices than the version's evaluation.
    """
    record = version.evaluation()
    first = int(np.searchsorted(panel.decisions, record.decisions[0]))
    steps = range(first, first + len(record.net))
    if panel.symbols != record.symbols or steps.stop > panel.complete_steps:
        raise DataError(f"The panel has other stocks or fewer weeks than {version.name} was evaluated on.")
    walk = backtest(allocator, panel, steps, version.settings.constraints)
    if not np.array_equal(walk.fills, record.fills) or not np.allclose(walk.growth, record.growth, 1e-9):
        raise DataError(f"The panel's weeks or prices are not those that {version.name} was evaluated on.")
    return walk


def save_walk(folder: Path, walk: Backtest) -> Path:
    """Store a walk under its name, in place of an older one. Raises SettingsError for a name like a path."""
    if not _NAME.fullmatch(walk.name):
        raise SettingsError(
            f"{walk.name!r} cannot name a strategy: use up to 40 letters, digits, spaces and _+-."
        )
    path = folder / f"{walk.name}.parquet"
    replace_file(path, pack_baselines([walk]))
    return path


def read_walk(path: Path) -> Backtest:
    """The walk stored at path. Raises ArtifactError for a file that is none."""
    try:
        walks = unpack_baselines(path.read_bytes())
    except (OSError, Unreadable) as error:
        raise ArtifactError(f"{path.name} {error}. Store the walk again, or delete the file.") from error
    if [walk.name for walk in walks] != [path.stem]:
        raise ArtifactError(f"{path.name} does not hold the walk of its name. Store it again, or delete it.")
    return walks[0]


def stored_walks(folder: Path) -> list[Path]:
    """Where the stored walks are, by name."""
    return sorted(path for path in folder.glob("*.parquet") if not path.name.startswith("."))
