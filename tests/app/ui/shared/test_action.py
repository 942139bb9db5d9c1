"""Buttons that act: whom they ask, what they know, and how they report."""

import errno

import pytest
from streamlit.testing.v1 import AppTest

from app.access import roles, visitors
from sac.errors import DataError, DeskError


def page():
    import streamlit as st

    from app.ui.shared.action import action
    from app.ui.shared.flash import flash

    state = st.session_state
    seen = state["world"]

    def act(actor):
        if state["trouble"]:
            raise state["trouble"]
        return f"{actor} acted on {seen}"

    flash("top")
    action("Do it", act, key="do", blocked=state["blocked"], help="Does it.", said_at=state["place"])


@pytest.fixture
def opened(tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))

    def run(**state):
        at = AppTest.from_function(page)
        start = {"world": "what was seen", "trouble": None, "blocked": False, "place": None}
        for name, value in (start | state).items():
            at.session_state[name] = value
        return at.run()

    return run


def test_it_acts_on_what_the_person_saw_and_says_so_once(opened):
    at = opened()
    assert not at.success
    at.session_state["world"] = "what came later"
    at.button(key="do").click().run()
    assert [each.value for each in at.success] == ["local user acted on what was seen"]
    assert not at.run().success


def test_what_came_of_it_is_said_where_the_page_wants_it(opened):
    for place, order in ((None, ["button", "success"]), ("top", ["success", "button"])):
        at = opened(place=place).button(key="do").click().run()
        drawn = [type(each).__name__.lower() for each in at.main]
        assert [kind for kind in drawn if kind in order] == order


def test_a_refusal_is_a_message_and_data_lead_to_their_page(opened, monkeypatch):
    at = opened(trouble=DeskError("Not now."))
    at.button(key="do").click().run()
    assert [each.value for each in at.error] == ["Not now."]
    assert not at.success
    links = []
    monkeypatch.setattr("app.ui.shared.refusals.go_to", lambda *link: links.append(link))
    at = opened(trouble=DataError("No prices."))
    at.button(key="do").click().run()
    assert [each.value for each in at.error] == ["No prices."]
    assert links == [("data", "Look at the data")]


def test_a_full_disk_is_a_message_and_a_fault_is_none(opened):
    at = opened(trouble=OSError(errno.ENOSPC, "No space left on device"))
    at.button(key="do").click().run()
    assert "full" in at.error[0].value
    at = opened(trouble=OSError(errno.EIO, "Input/output error"))
    at.button(key="do").click().run()
    assert len(at.exception) == 1
    assert not at.error


def test_a_viewer_sees_why_not_and_cannot_act(opened, monkeypatch):
    at = opened()
    assert (at.button(key="do").disabled, at.button(key="do").help) == (False, "Does it.")
    monkeypatch.setattr(visitors, "visitor", lambda: roles.Visitor("eve", "viewer"))
    at.button(key="do").click().run()
    assert at.button(key="do").disabled
    assert "eve has the role viewer" in at.button(key="do").help
    assert "eve has the role viewer" in at.error[0].value
    assert not at.success


def test_what_would_be_refused_is_not_offered(opened):
    assert opened(blocked=True).button(key="do").disabled
