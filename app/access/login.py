"""Logins of the pages, and the role that an identity provider's claims give."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.access.roles import Forbidden, Visitor
from sac.errors import DeskError

__all__ = ["admitted", "login_configured", "rules_of_access"]


def login_configured() -> bool:
    """Whether pages ask for a login: there is a section [auth] in the secrets."""
    return "auth" in secrets()


def admitted(claims: Mapping[str, Any], rules: Mapping[str, Any]) -> Visitor:
    """The person that an identity provider's claims describe, in the role that the rules give them.

    Rules: `approvers` and `viewers` are lists of e-mail addresses, or of values of the claim that `claim`
    names. Without `viewers` everybody who can log in may look. An address counts where the provider says that
    its owner confirmed it; `assume_email_verified` is for providers that never say. Raises Forbidden.
    """
    claim, confirmed = str(rules.get("claim", "email")), _confirmed(claims, rules)
    # Some providers pass on an address that its owner never confirmed: anybody could claim one.
    name = str((claims.get("email") if confirmed else None) or claims.get("sub") or "unknown")
    given = claims.get(claim) if confirmed or claim != "email" else None
    values = {str(value).casefold() for value in (given if isinstance(given, list) else [given]) if value}
    if values & _listed(rules, "approvers"):
        return Visitor(name, "approver")
    if "viewers" not in rules or values & _listed(rules, "viewers"):
        return Visitor(name, "viewer")
    why = "" if confirmed else " (the provider does not say that the e-mail address was confirmed)"
    raise Forbidden(
        f"{claims.get('email', name)} has no access to this desk{why}: ask its owner for the role viewer or "
        "approver."
    )


def rules_of_access() -> Mapping[str, Any]:
    """The section [access] of the secrets. Raises DeskError for what cannot be meant."""
    rules = secrets().get("access", {})
    if not isinstance(rules, Mapping):
        raise DeskError("In the secrets, access must be a section: write [access].")
    for role in ("approvers", "viewers"):
        _listed(rules, role)
    _confirmed({}, rules)
    return rules


def _confirmed(claims: Mapping[str, Any], rules: Mapping[str, Any]) -> bool:
    assumed = rules.get("assume_email_verified", False)
    if not isinstance(assumed, bool):
        raise DeskError("In the secrets, [access] assume_email_verified must be true or false.")
    return str(claims.get("email_verified", assumed)).lower() == "true"


def _listed(rules: Mapping[str, Any], role: str) -> set[str]:
    names = rules.get(role, [])
    if not isinstance(names, list):
        raise DeskError(f'In the secrets, [access] {role} must be a list: {role} = ["{names}"].')
    return {str(name).casefold() for name in names}


def secrets() -> Mapping[str, Any]:
    return st.secrets if st.secrets.load_if_toml_exists() else {}
