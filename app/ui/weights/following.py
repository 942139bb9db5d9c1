"""How far a version's weights follow its agents: warned of, and chosen."""

import numpy as np
import streamlit as st

from app.settings import settings
from app.ui.shared.action import action
from app.ui.shared.flash import flash
from sac.promotion import Decision
from sac.promotion.following import FOLLOWS, choose_follow, follow_in, last_choice
from sac.registry import Version

__all__ = ["ageing", "chosen", "follow_choice"]

_ANSWER = "follow"  # where the page says what came of a choice
_TEXTS = {"as trained": "As trained", "agents": "Agents", "equal weight": "Equal weight"}


def ageing(version: Version, as_of: str) -> None:
    """A warning while its agents are about to expire."""
    note = version.ageing(np.datetime64(as_of))
    if note:
        st.warning(note, icon=":material/hourglass_bottom:")


def chosen(version: Version) -> Decision | None:
    """The newest decision on what a version follows; says what came of one that was just made."""
    flash(_ANSWER)
    return last_choice(settings().registry, version.variant, version.name)


def follow_choice(champion: Version, choice: Decision | None) -> None:
    """Lets an approver choose what a champion follows, with a reason.

    choice: the newest one.
    """
    follow, since = follow_in(choice), choice.seq if choice else 0
    picked, reason = f"follow-{champion.name}-{since}", f"follow-reason-{champion.name}-{since}"

    def choose(actor: str) -> str:
        decision = choose_follow(
            settings().registry,
            champion.variant,
            st.session_state[picked],
            actor=actor,
            reason=st.session_state[reason],
            champion=champion.name,
        )
        words = FOLLOWS[follow_in(decision)]
        return f"{champion.name} follows {words} from now on: decision {decision.seq} of the history."

    with st.expander(f"Follow: {_TEXTS[follow].lower()}", key="follow"):
        wanted = st.segmented_control(
            "Follow",
            list(FOLLOWS),
            default=follow,
            required=True,
            format_func=_TEXTS.__getitem__,
            key=picked,
            help="For this champion until changed: page, commands, HTTP interface and orders.",
        )
        st.text_input("Reason to follow that", key=reason, max_chars=500, placeholder="Why?")
        action(
            "Follow from now on",
            choose,
            key="choose-follow",
            said_at=_ANSWER,
            blocked=wanted == follow,
            help="It does already." if wanted == follow else None,
            icon=":material/alt_route:",
        )
