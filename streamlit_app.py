"""Launcher: our routes and the pages on one port. Start it with `sac-desk` or `streamlit run`."""

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import streamlit as st
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

# The pages' script is another file: Streamlit must not run this one again for every visitor. It is looked
# up through the package, because an installed wheel keeps this launcher elsewhere (app/_launch).
shell = find_spec("app")
assert shell is not None
assert shell.origin is not None
ui = st.App(Path(shell.origin).with_name("main.py"))

try:
    VERSION = version("sac-desk")
except PackageNotFoundError:  # a checkout that was never installed
    VERSION = "unknown"

# Bare `streamlit run` looks for this name; `app` would hide the package.
streamlit_app = FastAPI(title="SAC Desk", version=VERSION, lifespan=ui.lifespan())
# Streamlit checks the host of its websocket only, and a foreign page must not reach our routes either.
streamlit_app.add_middleware(
    TrustedHostMiddleware,
    allowed_hosts=st.get_option("server.allowedHosts") or ["localhost", "127.0.0.1"],
    www_redirect=False,
)


@streamlit_app.get("/health")
def health() -> dict[str, str]:
    """Whether the desk is up."""
    return {"status": "ok", "version": VERSION}


streamlit_app.mount("/", ui)
