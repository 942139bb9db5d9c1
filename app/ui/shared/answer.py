"""The sentence that is a page's state."""

import streamlit as st

__all__ = ["answer"]


def answer(sentence: str) -> None:
    """Say, below the title, what is true now and what there is to do; Markdown, written from the data."""
    st.markdown(f"### {sentence}")
