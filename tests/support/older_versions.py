"""Versions as engine 3 stored them: the record as traded alone, committees followed all or not at all."""

import dataclasses
import shutil
from collections.abc import Sequence
from typing import Any

from sac.assembly import restored
from sac.evidence.comparison import figures
from sac.market import MarketPanel
from sac.portfolio import Backtest
from sac.registry import Registry, Version
from sac.registry.codecs import pack_json
from sac.registry.folder import MANIFEST, write_folder
from sac.registry.tables import pack_evaluation


def without_own_record(version: Version, traded: Backtest | None = None, **changed: Any) -> Version:
    """Put in a version's place one that stored this record as traded (its own), and its agents' own not.

    changed: of its metadata.
    """
    traded = traded or version.evaluation()
    losses = {name: value for name, value in version.metadata.metrics.items() if name.endswith("_loss")}
    figures_of = figures("eval", traded, version.settings.constraints)
    metadata = dataclasses.replace(version.metadata, metrics=figures_of | losses, learning=[], **changed)
    settings = dataclasses.replace(version.settings, follow="conviction")
    parts = {
        "evaluation": pack_evaluation(traded),
        "metadata": pack_json(metadata),
        "config": pack_json(settings),
    }
    files = {
        path.name: parts.get(path.stem, path.read_bytes())
        for path in version.path.iterdir()
        if path.name not in (MANIFEST, "agents.parquet")
    }
    shutil.rmtree(version.path)
    version.path.mkdir()
    write_folder(version.path, files)
    return Registry(version.path.parents[1]).version(version.variant, version.name)


def as_engine_3(version: Version, known: MarketPanel, trusted: Sequence[bool]) -> tuple[Version, Backtest]:
    """Put in a version's place what engine 3 would have stored, and its agents' own record, which it did not.

    known: the panel with the version's forecasts; trusted: per fold, production last, whether it traded.
    """
    ensemble = restored(version, known)
    validations = [
        dataclasses.replace(each, conviction=float(passed))
        for each, passed in zip(version.metadata.validations, trusted, strict=True)
    ]
    settings = dataclasses.replace(version.settings, follow="conviction")
    found = dataclasses.replace(ensemble, validations=validations, settings=settings).evaluate(
        known, "Agents"
    )
    traded = dataclasses.replace(found.traded, members=found.agents.members, entries=found.agents.entries)
    older = without_own_record(version, traded, engine_version="3", validations=validations)
    return older, found.agents
