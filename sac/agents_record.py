"""The agents' own record of a version: stored with it, or run again from its folds."""

from pathlib import Path

import numpy as np

from sac.errors import DataError
from sac.market import MarketPanel
from sac.portfolio import Backtest
from sac.registry import Version
from sac.registry.tables import keep_evaluation, kept_evaluation
from sac.threads import one_thread

__all__ = ["agents_record"]

_SAME = 1e-5  # weights and weekly returns of the same agents may differ so far between processors


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
    path = cache / "agents" / f"{version.seal}.parquet"
    kept = kept_evaluation(path, version.symbols)
    if kept is None:
        kept = _rerun(version, panel, cache)
        keep_evaluation(path, kept)
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
    forecasts = walk_forward(panel, version.settings.forecast, cache, since=first)
    known = panel.with_forecasts(forecasts.values, forecasts.alphas)
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
