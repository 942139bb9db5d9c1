"""Names and notes of jobs: beside the records, which stay as they are."""

import pytest

from app.jobs.notes import LONGEST_NAME, JobNotes, Note


@pytest.fixture
def notes(tmp_path):
    return JobNotes(tmp_path / "jobs")


def test_what_was_kept_is_there_for_every_other_process(notes, tmp_path):
    notes.keep("0123456789ab", Note("  wide critics ", "second try\nafter the split"))
    assert JobNotes(tmp_path / "jobs").get("0123456789ab") == Note(
        "wide critics", "second try\nafter the split"
    )
    assert notes.get("ba9876543210") == Note(), "yesterday's jobs have none"


def test_an_empty_note_leaves_no_file(notes, tmp_path):
    notes.keep("0123456789ab", Note("a", "b"))
    notes.keep("0123456789ab", Note(" ", ""))
    assert not list((tmp_path / "jobs").iterdir())
    notes.keep("0123456789ab", Note())


@pytest.mark.parametrize("content", ["", "[]", "{", '{"name": 3, "text": null}', "[" * 100_000, "\xff"])
def test_a_damaged_note_is_none(notes, tmp_path, content):
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "0123456789ab.note.json").write_bytes(content.encode("latin-1"))
    assert notes.get("0123456789ab") == Note()


def test_a_note_is_as_long_as_its_fields_allow(notes):
    notes.keep("0123456789ab", Note("n" * 500, "t" * 5_000))
    kept = notes.get("0123456789ab")
    assert (len(kept.name), len(kept.text)) == (LONGEST_NAME, 1_000)
