"""Backtests of strategies that were fitted elsewhere, kept beside the versions they are compared with.

That such a backtest is out of sample is its owner's word: the desk did not fit it and cannot check.
"""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from sac.config import VARIANTS, Constraints
from sac.errors import ArtifactError, DataError, SettingsError
from sac.evidence.comparison import common_weeks, rerun
from sac.files import replace_file
from sac.market import INDEX_NAME, MarketPanel
from sac.portfolio import Allocator, Backtest, BuyAndHold, Cash, EqualWeight, backtest
from sac.portfolio.baselines import RISK_BASED
from sac.registry.codecs import Unreadable
from sac.registry.folder import read_bytes
from sac.registry.names import is_version
from sac.registry.records import check_weeks
from sac.registry.store import Version
from sac.registry.tables import pack_baselines, unpack_baselines

__all__ = ["beside", "external_backtest", "read_backtest", "save_backtest", "stored_backtests"]

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9 _+-]{0,38}[A-Za-z0-9_+-])?")
_BASELINES = {
    name.lower() for name in (EqualWeight.name, BuyAndHold.name, Cash.name, INDEX_NAME, *RISK_BASED)
}
_VERSION = re.compile(
    rf"({'|'.join(re.escape(variant.label) for variant in VARIANTS.values())})( [0-9a-f]{{6}})?",
    re.IGNORECASE,
)
_MOST_BYTES = 1 << 26  # of a stored backtest
_SAME = 1e-4  # relative: as far as adjusted prices move when they are fetched again


def external_backtest(allocator: Allocator, panel: MarketPanel, version: Version) -> Backtest:
    """Run an allocator over a version's evaluation weeks, from cash and with the version's costs.

    Raises DataError where the panel holds other stocks, weeks or prices than the version's evaluation.
    """
    record = version.evaluation()
    first = int(np.searchsorted(panel.decisions, record.decisions[0]))
    steps = range(first, first + len(record.net))
    if panel.symbols != record.symbols or steps.stop > panel.complete_steps:
        raise DataError(f"The panel has other stocks or fewer weeks than {version.name} was evaluated on.")
    result = backtest(allocator, panel, steps, version.settings.constraints)
    if not np.array_equal(result.fills, record.fills) or not np.allclose(result.growth, record.growth, 1e-9):
        raise DataError(f"The panel's weeks or prices are not those that {version.name} was evaluated on.")
    return result


def beside(result: Backtest, record: Backtest, constraints: Constraints) -> Backtest:
    """A backtest's weights over the weeks that it shares with a version's record: at its prices, from cash.

    Nothing else of the backtest is believed: its returns and costs are taken anew.
    Raises DataError where the two have other stocks, no week in common, or other prices.
    """
    if sorted(result.symbols) != sorted(record.symbols):
        raise DataError("It holds other stocks than the version.")
    order = [result.symbols.index(symbol) for symbol in record.symbols]
    rows = common_weeks({"external": result, "record": record})
    mine, theirs = rows["external"], rows["record"]
    if not len(mine):
        raise DataError(f"It covers {result.dates[0]} to {result.dates[-1]}: no week of the version's.")
    if not np.allclose(result.growth[mine][:, order], record.growth[theirs, :-1], rtol=_SAME, atol=0.0):
        raise DataError("It was run over other prices than the version's.")
    targets = dict(zip(theirs.tolist(), result.weights[mine][:, [*order, -1]], strict=True))
    weeks = len(record.net)
    nobody = np.empty((weeks, 0))
    bare = replace(record, folds=np.zeros(weeks, dtype=np.int64), members=nobody, entries=nobody)
    return rerun(result.name, lambda row, held: targets[row], bare, theirs, constraints)


def save_backtest(folder: Path, result: Backtest) -> Path:
    """Store a backtest under its name, in place of an older one.

    Raises SettingsError for a name that is no file's, or that a version or a baseline has.
    """
    objection = _objection(result.name)
    if objection:
        raise SettingsError(objection)
    path = folder / f"{result.name}.parquet"
    replace_file(path, pack_baselines([result]))
    return path


def read_backtest(path: Path) -> Backtest:
    """The backtest stored at path. Raises ArtifactError for a file that is none."""
    try:
        results = unpack_baselines(read_bytes(path, _MOST_BYTES))
        if [result.name for result in results] != [path.stem]:
            raise Unreadable("does not hold the backtest of its name")
        check_weeks(results[0])
    except Unreadable as error:
        raise ArtifactError(f"{path.name} {error}. Store the backtest again, or delete the file.") from error
    objection = _objection(path.stem)
    if objection:  # written by other means than `save_backtest`
        raise ArtifactError(f"{path.name}: {objection}")
    return results[0]


def stored_backtests(folder: Path) -> list[Path]:
    """Where the stored backtests are, by name."""
    return sorted(path for path in folder.glob("*.parquet") if not path.name.startswith("."))


def _objection(name: str) -> str | None:
    """Why a strategy must not have this name; None when it may."""
    if name.lower() in _BASELINES or _VERSION.fullmatch(name) or is_version(name):
        return f"{name!r} is what the desk calls a version or a baseline: give the strategy another name."
    if not _NAME.fullmatch(name):
        return f"{name!r} cannot name a strategy: use up to 40 letters, digits, spaces and _+-."
    return None
