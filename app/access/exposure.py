"""Whether other machines reach this desk, and whether they may."""

import signal

import streamlit as st
import uvicorn

from app.access.hosts import loopback
from app.access.login import login_configured
from app.access.roles import Forbidden
from app.settings import Network, network

__all__ = ["check_exposure", "held_back", "running_server"]


def check_exposure() -> None:
    """Refuse that other machines reach a desk without a login, as after a typing error in [auth].

    Raises Forbidden with the ways out.
    """
    addresses, hosts = _bound_to(), st.get_option("server.allowedHosts")
    if held_back(network()) or all(loopback(name) for name in [*addresses, *hosts]):
        return
    bound = " and ".join(dict.fromkeys(address or "any address" for address in addresses))
    raise Forbidden(
        f"Other machines could reach this desk (bound to {bound}, server.allowedHosts "
        f"{', '.join(hosts) or 'unset'}), and .streamlit/secrets.toml has no section [auth], so that all of "
        "them could train and trade. Configure a login, or bind to 127.0.0.1 and allow localhost only, or "
        "set SAC_DESK_TRUST_NETWORK=yes if everyone who reaches the port may do everything."
    )


def held_back(known: Network) -> bool:
    """Whether the port may be reached from other machines: a login holds them back, or they are trusted."""
    return known.trusted or login_configured()


def running_server() -> uvicorn.Server | None:
    """The server of this process, which answers its SIGTERM; None under another one than uvicorn."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return server if isinstance(server, uvicorn.Server) else None


def _bound_to() -> list[str | None]:
    """Addresses that the desk listens at; None where that cannot be told, or where it is every one.

    What Streamlit was told is not enough: `uvicorn streamlit_app:streamlit_app` has options of its own.
    """
    told, server = st.get_option("server.address"), running_server()
    if server is None:
        return [told]
    options = server.config
    return [told, options.host if options.uds is None and options.fd is None else None]
