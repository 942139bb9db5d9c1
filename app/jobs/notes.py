"""What people call a job and say of it: a file beside its log, so that older records stay as they are."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sac.files import replace_file

__all__ = ["LONGEST_NAME", "LONGEST_NOTE", "JobNotes", "Note"]

LONGEST_NAME, LONGEST_NOTE = 60, 1_000  # characters


@dataclass(frozen=True)
class Note:
    """A name and a remark; empty where nobody gave one."""

    name: str = ""
    text: str = ""


class JobNotes:
    """The notes of one data root's jobs, by the jobs' ids."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, job_id: str) -> Note:
        """A job's note; an empty one where there is none, or its file cannot be read."""
        with suppress(OSError, ValueError, RecursionError):
            found: Any = json.loads(self._path(job_id).read_text(encoding="utf-8"))
            if isinstance(found, dict):
                name, text = (found.get(key) for key in ("name", "text"))
                return Note(
                    name[:LONGEST_NAME] if isinstance(name, str) else "",
                    text[:LONGEST_NOTE] if isinstance(text, str) else "",
                )
        return Note()

    def keep(self, job_id: str, note: Note) -> None:
        """Write a job's note, whole or not at all; an empty one takes the file away. Raises StorageError."""
        kept = Note(note.name.strip()[:LONGEST_NAME], note.text.strip()[:LONGEST_NOTE])
        if kept == Note():
            self._path(job_id).unlink(missing_ok=True)
        else:
            replace_file(self._path(job_id), json.dumps(asdict(kept)).encode())

    def _path(self, job_id: str) -> Path:
        return self._folder / f"{job_id}.note.json"
