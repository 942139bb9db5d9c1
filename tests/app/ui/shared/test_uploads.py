"""Fields for files: what a session may upload follows what its page shows."""

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest

from app.access import uploads
from app.access.uploads import Offer
from tests.support.serving import ROOT

SESSION = "test session id"


def page():
    import streamlit as st

    from app.access import uploads
    from app.ui.shared.uploads import content, file_field
    from sac.errors import DeskError

    uploads.begin()
    if st.checkbox("shown", True):
        file = file_field("A file", 1_500, type="csv", key="file")
        try:
            st.text(str(len(content(file, 1_500))) if file else "none")
        except DeskError as refusal:
            st.error(str(refusal))
    uploads.finish()


@pytest.fixture
def shown():
    uploads.keep_only(lambda session: False)
    return AppTest.from_function(page).run()


def test_a_session_may_upload_what_its_page_has_a_field_for(shown):
    assert uploads.offered(SESSION) == Offer(1_500, 1)
    assert uploads.offered("another session") == Offer()
    shown.checkbox[0].uncheck().run()
    assert uploads.offered(SESSION) == Offer()


def test_a_session_that_has_ended_may_upload_nothing(shown):
    uploads.keep_only(lambda session: session != SESSION)
    assert uploads.offered(SESSION) == Offer()


def test_a_file_that_is_larger_than_its_use_allows_is_refused_in_a_sentence(shown):
    shown.file_uploader[0].upload("x.csv", b"x" * 1_500).run()
    assert shown.text[0].value == "1500"
    shown.file_uploader[0].upload("y.csv", b"x" * 1_501).run()
    assert shown.error[0].value == "y.csv is too large: at most 1 KB."


def test_every_field_for_files_is_one_with_a_bound():
    paths = [path for folder in ("app", "pages") for path in (ROOT / folder).rglob("*.py")]
    plain = [
        path.name
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in ("file_uploader", "chat_input", "camera_input", "audio_input")
    ]
    assert plain == [Path(uploads.__file__).name]


def test_a_file_that_the_page_has_no_field_for_any_more_is_not_kept(monkeypatch):
    manager = MemoryUploadedFileManager("/upload")
    context = SimpleNamespace(session_id="a", uploaded_file_mgr=manager)
    monkeypatch.setattr(uploads, "get_script_run_ctx", lambda: context)
    for name in ("used", "waiting"):
        manager.add_file("a", UploadedFileRec(name, name, "text/csv", b"x"))
    uploads.begin()
    uploads.offer(
        Offer(10, 1), [cast(Any, SimpleNamespace(file_id="used"))]
    )  # and the page is drawn again before it was finished
    uploads.begin()
    uploads.offer(Offer(10, 1), [])
    uploads.finish()
    assert list(manager.file_storage["a"]) == ["waiting"]
