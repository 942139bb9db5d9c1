"""Who looks at a page, and what they may do there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from sac.errors import DeskError

__all__ = [
    "Forbidden",
    "Visitor",
    "admitted",
    "approver",
    "login_configured",
    "refusal",
    "signed_out",
    "visitor",
]

Role = Literal["viewer", "approver"]


class Forbidden(DeskError):  # noqa: N818 - what happened, not a fault
    """The person may not do this."""


@dataclass(frozen=True)
class Visitor:
    """A person at a page."""

    name: str  # as records name them: the e-mail address, where there is a login
    role: Role  # an approver may also train, cancel, promote, roll back, refresh and edit


LOCAL = Visitor("local user", "approver")  # without a login there is one person, and it is their desk


def login_configured() -> bool:
    """Whether pages ask for a login: there is a section [auth] in the secrets."""
    return "auth" in _secrets()


def signed_out() -> bool:
    """Whether the person has to log in first."""
    return login_configured() and not st.user.get("is_logged_in", False)


def visitor() -> Visitor:
    """Who looks at this page. Raises Forbidden for somebody whom the desk does not know."""
    if not login_configured():
        return LOCAL
    if signed_out():
        raise Forbidden("You are not logged in: reload the page and log in.")
    return admitted(st.user.to_dict(), _secrets().get("access", {}))


def approver() -> str:
    """The name of the acting person. Raises Forbidden for somebody who may only look."""
    person = visitor()
    if person.role != "approver":
        raise Forbidden(_only_looks(person))
    return person.name


def refusal() -> str | None:
    """Why this person's buttons are disabled; None for somebody who may act."""
    person = visitor()
    return None if person.role == "approver" else _only_looks(person)


def admitted(claims: Mapping[str, Any], rules: Mapping[str, Any]) -> Visitor:
    """The person that an identity provider's claims describe, in the role that the rules give them.

    Rules: `approvers` and `viewers` are lists of e-mail addresses, or of values of the claim that `claim`
    names. Without `viewers` everybody who can log in may look. Raises Forbidden.
    """
    name = str(claims.get("email") or claims.get("sub") or "unknown")
    claim = str(rules.get("claim", "email"))
    # Some providers pass on an address that its owner never confirmed: anybody could claim one.
    trusted = claim != "email" or str(claims.get("email_verified", True)).lower() == "true"
    given = claims.get(claim) if trusted else None
    values = {str(value).casefold() for value in (given if isinstance(given, list) else [given]) if value}
    if values & _listed(rules, "approvers"):
        return Visitor(name, "approver")
    if "viewers" not in rules or values & _listed(rules, "viewers"):
        return Visitor(name, "viewer")
    raise Forbidden(f"{name} has no access to this desk: ask its owner for the role viewer or approver.")


def _listed(rules: Mapping[str, Any], role: str) -> set[str]:
    names = rules.get(role, [])
    if isinstance(names, str):
        raise DeskError(f'In the secrets, [access] {role} must be a list: {role} = ["{names}"].')
    return {str(name).casefold() for name in names}


def _only_looks(person: Visitor) -> str:
    return f"{person.name} has the role viewer, which looks and changes nothing: ask an approver."


def _secrets() -> Mapping[str, Any]:
    return st.secrets if st.secrets.load_if_toml_exists() else {}
