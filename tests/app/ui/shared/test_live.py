"""What follows a job at work draws the whole page again when the job is over."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from app.ui.shared.live import live
    from sac.errors import DeskError

    state = st.session_state
    state["runs"] += 1

    def draw():
        if state["trouble"]:
            raise DeskError("It cannot be read.")
        now = state["later"].pop(0)
        state["now"] = now
        return now

    live("part", state["now"], draw)


def opened(now, later, trouble=False):
    at = AppTest.from_function(page)
    for name, value in {"runs": 0, "now": now, "later": later, "trouble": trouble}.items():
        at.session_state[name] = value
    at.run()
    assert not at.exception
    return at


def test_the_page_is_drawn_again_when_something_ended_or_began():
    assert opened({"a", "b"}, [{"b"}, {"b"}]).session_state["runs"] == 2
    assert opened(set(), [{"a"}, {"a"}]).session_state["runs"] == 2
    assert opened({"a"}, [{"a"}]).session_state["runs"] == 1


def test_a_refusal_in_it_is_a_message():
    at = opened({"a"}, [], trouble=True)
    assert [each.value for each in at.error] == ["It cannot be read."]
    assert at.session_state["runs"] == 1
