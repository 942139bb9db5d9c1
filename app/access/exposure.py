"""Whether other machines reach this desk, and whether they may."""

from ipaddress import ip_address

import streamlit as st

from app.access.login import login_configured
from app.access.roles import Forbidden
from app.settings import network

__all__ = ["check_exposure", "loopback"]


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
        "set SAC_DESK_TRUST_NETWORK=yes if everyone who reaches the port may do everything."
    )


def loopback(name: str | None) -> bool:
    """Whether a host's name or address means this machine and no other."""
    try:
        return name == "localhost" or ip_address(name or "").is_loopback
    except ValueError:
        return False
