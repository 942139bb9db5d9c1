"""Refusals that a user can act on: their message is shown as it is, without a stack trace."""

from pathlib import Path

__all__ = [
    "ArtifactError",
    "Cancelled",
    "DataError",
    "DeskError",
    "DiskFull",
    "ExpiredAgents",
    "Locked",
    "SettingsError",
    "StaleData",
    "StorageError",
]


class DeskError(Exception):
    """Something that a user can fix; the message says what is wrong and what to do."""


class DataError(DeskError):
    """Market data that cannot be trusted."""


class StaleData(DataError):  # noqa: N818 - a state of the data
    """Market data that are too old to trade on."""


class ExpiredAgents(DeskError):  # noqa: N818 - a state of the version
    """A version whose forecaster is too old to trade on."""


class SettingsError(DeskError):
    """A setting outside its range."""

    def __init__(self, message: str, field: str | None = None) -> None:
        """`field`: the setting's name, where one is to blame."""
        super().__init__(message)
        self.field = field


class ArtifactError(DeskError):
    """A version folder that is missing, damaged or not ours."""


class StorageError(DeskError):
    """A file or a database that the machine does not let this process read or write."""


class Locked(StorageError):  # noqa: N818 - a state of the machine
    """A database that another process holds: the same request may succeed later."""


class DiskFull(StorageError):  # noqa: N818 - a state of the machine
    """There is no room on the disk for what had to be written."""

    def __init__(self, path: Path) -> None:
        """`path`: what could not be written."""
        super().__init__(
            f"The disk that holds {path} is full, or your share of it is used up. Make room, then try again: "
            "what was there before is untouched."
        )


class Cancelled(Exception):  # noqa: N818 - a request that was honoured, not an error
    """Raised by a progress callback to stop the work it watches."""
