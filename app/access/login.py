"""Logins of the pages, and the role that an identity provider's claims give."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.access.roles import Forbidden, Visitor
from sac.errors import DeskError

__all__ = ["admitted", "login_configured"]


def login_configured() -> bool:
    """Whether pages ask for a login: there is a section [auth] in the secrets."""
    return "auth" in secrets()


def admitted(claims: Mapping[str, Any], rules: Mapping[str, Any]) -> Visitor:
    """The person that an identity provider's claims describe, in the role that the rules give them.

    Rules: `approvers` and `viewers` are lists of e-mail addresses, or of values of the claim that `claim`
    names. Without `viewers` everybody who can log in may look. Raises Forbidden.
    """
    name = str(claims.get("email") or claims.get("sub") or "unknown")
    claim = str(rules.get("claim", "email"))
    # Some providers pass on an address that its owner never confirmed: anybody could claim one.
    confirmed = claim != "email" or str(claims.get("email_verified", True)).lower() == "true"
    given = claims.get(claim) if confirmed else None
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


def secrets() -> Mapping[str, Any]:
    return st.secrets if st.secrets.load_if_toml_exists() else {}
