"""Which portfolio is ours: said, and chosen by an approver with a reason."""

from collections.abc import Sequence

import streamlit as st

from app.settings import settings
from app.ui.shared.action import action
from app.ui.shared.flash import flash
from app.ui.shared.glossary import meaning
from app.ui.shared.labels import label
from sac.book import BLENDS, Blend, Book, BookDecider, choose_book

__all__ = ["book_choice"]

_ANSWER = "book"  # where the page says what came of a choice
_TEXTS = {"equal": "Equal parts", "conviction": "By conviction"}


def book_choice(champions: Sequence[str], now: BookDecider | None) -> None:
    """Lets an approver make one champion, or a blend of champions (by variant), the book."""
    flash(_ANSWER)
    seen = now.name if now else None
    picked, blended, reason = (f"book-{part}-{seen}" for part in ("champions", "blend", "reason"))

    def choose(actor: str) -> str:
        book = Book(tuple(st.session_state[picked]), st.session_state.get(blended, "equal"))
        decision = choose_book(
            settings().registry, book, actor=actor, reason=st.session_state[reason], seen=seen
        )
        return f"The book is {book.words} from now on: decision {decision.seq} of the history."

    title = f"Book: {now.book.words}" if now else "Book: not chosen yet"
    with st.expander(title, key="book", icon=":material/menu_book:"):
        wanted = st.multiselect(
            "Champions",
            champions,
            default=[name for name in now.book.champions if name in champions] if now else None,
            format_func=label,
            key=picked,
            help=meaning("book"),
        )
        blend: Blend = "equal"
        if len(wanted) > 1:
            blend = st.segmented_control(
                "Parts",
                list(BLENDS),
                default=now.book.blend if now else "equal",
                required=True,
                format_func=_TEXTS.__getitem__,
                key=blended,
            )
        st.text_input("Reason for this book", key=reason, max_chars=500, placeholder="Why?")
        same = bool(wanted) and seen == Book(tuple(wanted), blend).text
        action(
            "Make it the book",
            choose,
            key="choose-book",
            said_at=_ANSWER,
            blocked=same or not wanted,
            help="It is already." if same else None if wanted else "Choose one champion or more.",
            icon=":material/menu_book:",
        )
