"""Each person's holdings in the data root: one JSON file, whichever browser they come back with.

What is replaced or cleared is kept in `held/`, a file each, so that it can be told later what was held when.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from app.holdings.portfolio import Portfolio
from sac.errors import DeskError
from sac.files import explained, replace_file

__all__ = [
    "NewerHoldings",
    "SavedHoldings",
    "Saving",
    "choose",
    "clear",
    "enter",
    "history",
    "load",
    "same_holdings",
    "save",
]


@dataclass(frozen=True)
class SavedHoldings:
    """What a person saved, and when (UTC)."""

    person: str
    saved_at: datetime
    portfolio: Portfolio


@dataclass(frozen=True)
class Saving:
    """What was held from a moment (UTC) on; None: the holdings were cleared, and nobody knows."""

    at: datetime
    portfolio: Portfolio | None


class NewerHoldings(DeskError):  # noqa: N818 - a state of the file
    """Other holdings were saved, or cleared, since those that are to be replaced were shown."""

    def __init__(self, there: SavedHoldings | None) -> None:
        """`there`: what is saved now."""
        what = f"saved others at {there.saved_at:%H:%M} UTC" if there else "cleared these holdings"
        super().__init__(f"Another tab or browser {what}: yours are not saved yet.")
        self.there = there


_FORMAT = TypeAdapter(SavedHoldings)
_STAMP = "%Y%m%dT%H%M%S.%fZ"


def load(data: Path, person: str) -> SavedHoldings | None:
    """A person's holdings; None where they saved none. Raises DeskError for a file that cannot be read."""
    path = _file(data, person)
    try:
        return _FORMAT.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValidationError, DeskError, OSError):
        raise DeskError(
            f"The saved holdings ({path.name}) cannot be read: clear them and save again."
        ) from None


def save(data: Path, person: str, portfolio: Portfolio) -> None:
    """Replace a person's holdings, whatever they are."""
    with _alone(data):
        _write(data, person, portfolio)


def enter(data: Path, person: str, entered: Portfolio, seen: Portfolio | None) -> None:
    """Replace cash and positions of a person who saw `seen` (None: nothing saved); choices stay as they are.

    Raises NewerHoldings where another tab saved or cleared since.
    """
    with _alone(data):
        before = _unchanged(data, person, seen)
        choices = before.portfolio if before else Portfolio()
        _write(data, person, replace(entered, outside=choices.outside, minimum=choices.minimum))


def choose(data: Path, person: str, changed: Callable[[Portfolio | None], Portfolio]) -> None:
    """Replace a person's holdings by what becomes of those that are saved now, if any."""
    with _alone(data):
        before = load(data, person)
        _write(data, person, changed(before.portfolio if before else None))


def clear(data: Path, person: str, seen: Portfolio | None = None) -> None:
    """Forget a person's holdings; where they saw some, only those. Raises NewerHoldings."""
    with _alone(data):
        if seen is not None:
            _unchanged(data, person, seen)
        path = _file(data, person)
        _keep(data, person)
        with explained(path):
            if path.exists():
                replace_file(_place(data, person, datetime.now(UTC), "cleared"), b"")
            path.unlink(missing_ok=True)


def history(data: Path, person: str) -> list[Saving]:
    """Everything that a person saved, oldest first, with the moments at which it was cleared.

    Files that cannot be read are left out. Raises StorageError.
    """
    folder = _folder(data, person)
    with explained(folder):
        paths, cleared = list(folder.glob("*.json")), list(folder.glob("*.cleared"))
    now = _read(_file(data, person))
    known = [one for one in (*map(_read, paths), now) if one]
    # What is being replaced stands in both places for a moment; what is being cleared still stands.
    there = {one.saved_at.astimezone(UTC): one.portfolio for one in known}
    gone = [at for path in cleared if (at := _moment(path)) and (now is None or at < now.saved_at)]
    savings = [Saving(at, portfolio) for at, portfolio in there.items()]
    return sorted([*savings, *(Saving(at, None) for at in gone)], key=lambda saving: saving.at)


def same_holdings(one: Portfolio | None, other: Portfolio | None) -> bool:
    """Whether two portfolios hold the same; how they are to be traded does not matter."""
    if one is None or other is None:
        return one is other
    return (one.cash, one.positions) == (other.cash, other.positions)


def _unchanged(data: Path, person: str, seen: Portfolio | None) -> SavedHoldings | None:
    """What is saved, as a person saw it. Raises NewerHoldings."""
    there = load(data, person)
    if not same_holdings(there.portfolio if there else None, seen):
        raise NewerHoldings(there)
    return there


def _write(data: Path, person: str, portfolio: Portfolio) -> None:
    _keep(data, person)
    content = _FORMAT.dump_json(SavedHoldings(person, datetime.now(UTC), portfolio), indent=2)
    replace_file(_file(data, person), content)


def _keep(data: Path, person: str) -> None:
    """Keep what is saved before it is replaced or cleared, where it can be read."""
    if before := _read(_file(data, person)):
        replace_file(_place(data, person, before.saved_at, "json"), _FORMAT.dump_json(before, indent=2))


def _read(path: Path) -> SavedHoldings | None:
    try:
        return _FORMAT.validate_json(path.read_bytes())
    except (ValidationError, DeskError, OSError):
        return None


def _place(data: Path, person: str, at: datetime, ending: str) -> Path:
    """The file of one moment: names sort as moments do."""
    return _folder(data, person) / f"{at.astimezone(UTC):{_STAMP}}.{ending}"


def _moment(path: Path) -> datetime | None:
    """When a file says it was written; None for one that somebody else put there."""
    try:
        return datetime.strptime(path.stem, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _alone(data: Path) -> FileLock:
    """Held by whoever compares and replaces: two tabs do so one after the other."""
    lock = data / ".holdings.lock"
    with explained(lock):
        data.mkdir(parents=True, exist_ok=True)
    return FileLock(lock)


def _file(data: Path, person: str) -> Path:
    return data / "holdings" / f"{_named(person)}.json"


def _folder(data: Path, person: str) -> Path:
    """Where what they saved before is kept."""
    return data / "held" / _named(person)


def _named(person: str) -> str:
    """A name may hold anything, a path too: its digest is a file's name."""
    return hashlib.sha256(person.encode()).hexdigest()[:16]
