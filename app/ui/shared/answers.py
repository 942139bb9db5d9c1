"""What came of the last button, said once."""

import streamlit as st

__all__ = ["answer"]


ANSWER = "promotion-answer"


def answer() -> None:
    """What came of the last button, once."""
    done, text = st.session_state.pop(ANSWER, (True, ""))
    if text:
        (st.success if done else st.error)(
            text, icon=":material/check_circle:" if done else ":material/error:"
        )
