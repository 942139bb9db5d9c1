"""The person who looks at a page, and what they may do there."""

import streamlit as st

from app.access.exposure import check_exposure
from app.access.login import admitted, login_configured, rules_of_access
from app.access.roles import LOCAL, Forbidden, Visitor, may_act, only_looks

__all__ = ["approver", "refusal", "signed_out", "visitor"]


def signed_out() -> bool:
    """Whether the person has to log in first."""
    return login_configured() and not st.user.get("is_logged_in", False)


def visitor() -> Visitor:
    """Who looks at this page. Raises Forbidden for somebody whom the desk does not know."""
    if not login_configured():
        check_exposure()  # again, for the secrets may have changed since the start
        return LOCAL
    if signed_out():
        raise Forbidden("You are not logged in: reload the page and log in.")
    return admitted(st.user.to_dict(), rules_of_access())


def approver() -> str:
    """The name of the acting person. Raises Forbidden for somebody who may only look."""
    return may_act(visitor()).name


def refusal() -> str | None:
    """Why this person's buttons are disabled; None for somebody who may act."""
    person = visitor()
    return None if person.role == "approver" else only_looks(person)
