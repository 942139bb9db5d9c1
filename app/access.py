"""Who looks at a page or calls the HTTP interface, and what they may do there."""

from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any, Literal

import streamlit as st

from app.settings import Network, network
from sac.errors import DeskError

__all__ = [
    "Forbidden",
    "Unknown",
    "Visitor",
    "admitted",
    "approver",
    "check_exposure",
    "login_configured",
    "loopback",
    "may_act",
    "program",
    "refusal",
    "signed_out",
    "visitor",
]

Role = Literal["viewer", "approver"]


class Forbidden(DeskError):  # noqa: N818 - what happened, not a fault
    """The person may not do this."""


class Unknown(DeskError):  # noqa: N818
    """A program that does not say who it is."""


@dataclass(frozen=True)
class Visitor:
    """A person at a page, or a program at the HTTP interface."""

    name: str  # as records name them: the e-mail address, where there is a login
    role: Role  # an approver may also train, cancel, promote, roll back, refresh and edit


LOCAL = Visitor("local user", "approver")  # without a login there is one person, and it is their desk
PROGRAM, VIEWING_PROGRAM = Visitor("api", "approver"), Visitor("api viewer", "viewer")


def login_configured() -> bool:
    """Whether pages ask for a login: there is a section [auth] in the secrets."""
    return "auth" in _secrets()


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
    return admitted(st.user.to_dict(), _secrets().get("access", {}))


def approver() -> str:
    """The name of the acting person. Raises Forbidden for somebody who may only look."""
    return may_act(visitor()).name


def may_act(person: Visitor) -> Visitor:
    """The same person. Raises Forbidden for somebody who may only look."""
    if person.role != "approver":
        raise Forbidden(_only_looks(person))
    return person


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


def program(authorization: str | None, direct: bool, known: Network) -> Visitor:
    """The program that calls the HTTP interface. Raises Unknown.

    authorization: its header; direct: whether it runs on this machine and came through no proxy. It needs
    no token there, as long as none is set and no person needs a login either.
    """
    tokens = [(known.token, PROGRAM), (known.viewer_token, VIEWING_PROGRAM)]
    if not any(token for token, _ in tokens):
        if direct and not login_configured():
            return PROGRAM
        raise Unknown(
            "Programs need a token here: set SAC_DESK_API_TOKEN where the desk runs, start it again, and "
            "send the header `Authorization: Bearer TOKEN`."
        )
    scheme, _, given = (authorization or "").partition(" ")
    # Every token is compared, and in full, so that the time taken tells nothing.
    matching = [
        who for token, who in tokens if token and compare_digest(token.encode(), given.strip().encode())
    ]
    if scheme.lower() != "bearer" or not matching:
        raise Unknown("The token is missing or wrong: send the header `Authorization: Bearer TOKEN`.")
    return matching[0]


def check_exposure() -> None:
    """Refuse that other machines reach a desk without a login, as after a typing error in [auth].

    Raises Forbidden with the ways out.
    """
    address, hosts = st.get_option("server.address"), st.get_option("server.allowedHosts")
    if login_configured() or network().trusted or all(loopback(name) for name in [address, *hosts]):
        return
    raise Forbidden(
        f"Other machines could reach this desk (server.address {address or 'unset'}, server.allowedHosts "
        f"{', '.join(hosts) or 'unset'}), and .streamlit/secrets.toml has no section [auth], so that all of "
        "them could train and trade. Configure a login, or bind to 127.0.0.1 and allow localhost only, or "
        "set SAC_DESK_TRUST_NETWORK=yes if everybody who reaches the port may do everything."
    )


def loopback(name: str | None) -> bool:
    """Whether a host's name or address means this machine and no other."""
    try:
        return name == "localhost" or ip_address(name or "").is_loopback
    except ValueError:
        return False


def _listed(rules: Mapping[str, Any], role: str) -> set[str]:
    names = rules.get(role, [])
    if isinstance(names, str):
        raise DeskError(f'In the secrets, [access] {role} must be a list: {role} = ["{names}"].')
    return {str(name).casefold() for name in names}


def _only_looks(person: Visitor) -> str:
    return f"{person.name} has the role viewer, which looks and changes nothing: ask an approver."


def _secrets() -> Mapping[str, Any]:
    return st.secrets if st.secrets.load_if_toml_exists() else {}
