"""The agents' own record of a version: stored with it, or run again from its folds."""

import hashlib
from contextlib import suppress
from pathlib import Path

import numpy as np

from sac.errors import DataError, DiskFull
from sac.files import replace_file
from sac.market import MarketPanel
from sac.portfolio import Backtest
from sac.registry import Version
from sac.registry.codecs import Unreadable
from sac.registry.folder import MANIFEST
from sac.registry.tables import pack_evaluation, unpack_evaluation
from sac.threads import one_thread

__all__ = ["agents_record"]

_SAME = 1e-5  # weights and weekly returns of the same agents may differ so far between processors
_DIGEST = 64  # hex characters at a kept file's end


def agents_record(version: Version, panel: MarketPanel, cache: Path) -> Backtest:
    """What a version's agents earned over its evaluation, followed without reserve, with its members.

    Engines up to 3 stored the record as traded alone. There the folds are run again on the data that they
    were trained on; what comes of it must be the stored record wherever that followed its agents, and is kept
    in `cache` by the version's manifest. Raises DataError where the panel holds other data, or the re-run is
    not what was stored; ArtifactError where a file is damaged.
    """
    stored = version.agents()
    if stored is not None:
        return stored
    key = hashlib.sha256((version.path / MANIFEST).read_bytes()).hexdigest()
    path = cache / "agents" / f"{key}.parquet"
    kept = _kept(path, version.symbols)
    if kept is None:
        kept = _rerun(version, panel, cache)
        with suppress(OSError, DiskFull):  # where it cannot be kept, the next reader runs it again
            _keep(path, kept)
    return kept


def _rerun(version: Version, panel: MarketPanel, cache: Path) -> Backtest:
    from sac.assembly import restored  # here: torch takes seconds to load, and most records are stored
    from sac.forecast import walk_forward

    trained = version.metadata.provenance
    if panel.provenance.sha256 != trained.sha256:
        raise DataError(
            "Its agents' own record was not stored and cannot be run again: the data, as they are read now, "
            f"are not those that it was trained on ({trained.source}, {trained.window_start} to "
            f"{trained.window_end}). Train it again."
        )
    one_thread()  # as it was trained: more of them round otherwise, and are slower on networks this small
    recorded = version.evaluation()
    first = int(str(recorded.decisions[0])[:4])
    known = panel.with_forecasts(walk_forward(panel, version.settings.forecast, cache, since=first).values)
    again = restored(version, known).evaluate(known, recorded.name)
    # Engines up to 3 stored their members as they were by themselves, in every fold.
    for what, before, now in (
        ("weights", recorded.weights, again.traded.weights),
        ("returns", recorded.net, again.traded.net),
        ("members", recorded.members, again.agents.members),
    ):
        if before.shape != now.shape or not np.allclose(before, now, rtol=0.0, atol=_SAME):
            raise DataError(
                f"Its agents' own record was not stored, and running it again gave other {what} than were "
                "stored. Train it again."
            )
    return again.agents


def _kept(path: Path, symbols: tuple[str, ...]) -> Backtest | None:
    """What was kept; None where nothing was, or a byte of it changed."""
    try:
        content = path.read_bytes()
        body, digest = content[:-_DIGEST], content[-_DIGEST:]
        if hashlib.sha256(body).hexdigest().encode() != digest:
            return None
        return unpack_evaluation(body, symbols)
    except (OSError, Unreadable):
        return None


def _keep(path: Path, record: Backtest) -> None:
    body = pack_evaluation(record)
    replace_file(path, body + hashlib.sha256(body).hexdigest().encode())
