"""Each person's holdings in the data root: one JSON file, whichever browser they come back with."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from app.holdings.portfolio import Portfolio
from sac.errors import DeskError
from sac.files import explained, replace_file

__all__ = ["SavedHoldings", "clear", "load", "save"]


@dataclass(frozen=True)
class SavedHoldings:
    """What a person saved, and when (UTC)."""

    person: str
    saved_at: datetime
    portfolio: Portfolio


_FORMAT = TypeAdapter(SavedHoldings)


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
    """Replace a person's holdings. Raises StorageError."""
    content = _FORMAT.dump_json(SavedHoldings(person, datetime.now(UTC), portfolio), indent=2)
    replace_file(_file(data, person), content)


def clear(data: Path, person: str) -> None:
    """Forget a person's holdings. Raises StorageError."""
    path = _file(data, person)
    with explained(path):
        path.unlink(missing_ok=True)


def _file(data: Path, person: str) -> Path:
    # A name may hold anything, a path too: its digest is a file's name.
    return data / "holdings" / f"{hashlib.sha256(person.encode()).hexdigest()[:16]}.json"
