"""A training that another machine does: what it is given, the work there, what comes back.

Version, forecasters and records of later weeks travel as the bytes of their files. Nothing here loads torch
but `done`, which is the work.
"""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sac.cluster import check_alike, installed
from sac.config import TrainingSettings
from sac.errors import DeskError
from sac.files import keep_sealed, unsealed
from sac.forecast import training_weeks
from sac.forecast.lessons import School
from sac.forward import forward_record, is_missing
from sac.market import MarketPanel
from sac.progress import Report
from sac.promotion.state import champion_of
from sac.registry import Registry, Version
from sac.timing import Record, recorded
from sac.wanted import Wanted

__all__ = ["Delivery", "Errand", "done", "keep_fitted"]

_FITTED = {"forecasts": ".pt", "forward": ".parquet"}  # what of a cache cost time, each with its checksum

Files = Mapping[str, bytes]


@dataclass(frozen=True, eq=False)
class Errand:
    """What a training needs beside its panel."""

    variant: str
    settings: TrainingSettings
    champion: str | None  # a version of the desk's, with its files, where it is needed
    files: Files
    tuned: bool  # it is the parent of a fine-tuning
    measured: bool  # how it did after its last decision is asked for: the new version is judged beside it
    fitted: Files  # of the desk's cache: what need not be fitted again
    records: Sequence[Record]  # of the desk's trainings
    cores: int
    desk: Mapping[str, str]  # what is installed there

    @classmethod
    def of(cls, wanted: Wanted, registry: Registry, cache: Path, cores: int) -> "Errand":
        """For a version that the desk wants."""
        champion = wanted.parent or _champion(registry, wanted.variant)
        measured = champion is not None and is_missing(champion, wanted.panel, cache)
        carried = champion if wanted.parent or measured else None
        return cls(
            variant=wanted.variant,
            settings=wanted.settings,
            champion=carried.name if carried else None,
            files=carried.files() if carried else {},
            tuned=wanted.parent is not None,
            measured=measured,
            fitted=_forecasters(wanted, cache),
            records=recorded(registry),
            cores=cores,
            desk=installed(),
        )


@dataclass(frozen=True, eq=False)
class Delivery:
    """What a training gave."""

    files: Files  # of the version, its manifest among them
    fitted: Files  # for the desk's cache: what was fitted on the way


def done(panel: MarketPanel, errand: Errand, report: Report) -> Delivery:
    """Do it, on a machine of which nothing is expected but the same packages.

    Raises DeskError before any work where the machine has others, or data, settings and parent don't fit.
    """
    check_alike(errand.desk)
    from sac import training  # here: whoever gives an errand does not load torch
    from sac.threads import one_thread

    one_thread()
    with tempfile.TemporaryDirectory(prefix="sac-desk-") as scratch:
        models, cache = Path(scratch, "models"), Path(scratch, "cache")
        _write(cache, errand.fitted)
        _write(models / errand.variant / (errand.champion or ""), errand.files)
        here = Registry(models)
        champion = here.version(errand.variant, errand.champion) if errand.champion else None
        wanted = Wanted(errand.variant, panel, errand.settings, champion if errand.tuned else None)
        made = training.artifacts(wanted, cache, report, list(errand.records), errand.cores)
        version = here.save(made)
        if champion and errand.measured:
            with suppress(DeskError):  # the desk will meet it again, and say so
                forward_record(champion, panel, cache)
        return Delivery(version.files(), _fitted_now(cache, errand.fitted))


def keep_fitted(fitted: Files, cache: Path) -> None:
    """Take in what an errand brought for the cache; what is not whole, or no file of a cache, is left out."""
    for name, sealed in fitted.items():
        content, place = unsealed(sealed), PurePosixPath(name)
        if content is not None and _FITTED.get(str(place.parent)) == place.suffix:
            keep_sealed(cache / name, content)


def _champion(registry: Registry, variant: str) -> Version | None:
    """The version that a new one is judged beside; None where it cannot be read: the verdict will say so."""
    with suppress(DeskError):
        return champion_of(registry, variant)
    return None


def _forecasters(wanted: Wanted, cache: Path) -> dict[str, bytes]:
    """Those of a training that the desk has fitted before, as their files are."""
    settings, found = wanted.settings.forecast, {}
    if any(cache.glob("forecasts/*.pt")):  # else no example is looked at
        school = School(wanted.panel, settings, cache)
        for year in training_weeks(wanted.panel, settings):
            lesson = school.lesson(year)
            if lesson and lesson.path and lesson.path.exists():
                found[str(lesson.path.relative_to(cache))] = lesson.path.read_bytes()
    return found


def _fitted_now(cache: Path, before: Files) -> dict[str, bytes]:
    """Files of a cache that were not there before, or are others now."""
    paths = [path for folder, kind in _FITTED.items() for path in sorted(cache.glob(f"{folder}/*{kind}"))]
    files = {str(path.relative_to(cache)): path.read_bytes() for path in paths}
    return {name: content for name, content in files.items() if before.get(name) != content}


def _write(folder: Path, files: Files) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
