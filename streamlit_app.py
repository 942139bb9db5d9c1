"""Launcher: our routes and the pages on one port. Start it with `sac-desk` or `streamlit run`."""

import logging
import signal
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import streamlit as st
import uvicorn
from fastapi import FastAPI

from app.access import exposure
from app.api import install
from app.decisions import acting
from app.hub import outbox
from app.settings import choose_file_rights, network, settings
from sac.errors import DeskError
from sac.text import LogLines, printable

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

SHUTDOWN_SECONDS = 3  # for answers under way, once the server is asked to stop

lines = logging.StreamHandler()
lines.setFormatter(LogLines("%(asctime)s %(levelname)s %(message)s"))
logging.basicConfig(handlers=[lines])
logging.getLogger("app").setLevel(logging.INFO)
# Streamlit has no option for this, and without a limit one client that waits for a training keeps the server.
server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
if isinstance(server, uvicorn.Server):
    server.config.timeout_graceful_shutdown = SHUTDOWN_SECONDS
try:
    choose_file_rights()
    exposure.check_exposure()
    known = network()
except DeskError as refusal:
    sys.exit(f"error: {printable(str(refusal))}")

# Bare `streamlit run` looks for this name; `app` would hide the package.
streamlit_app = FastAPI(
    title="SAC Desk", version=VERSION, lifespan=ui.lifespan(), docs_url=None, redoc_url=None
)
install.install(streamlit_app, ui, st.get_option("server.allowedHosts") or ["localhost", "127.0.0.1"], known)
acting.finish_moves(settings())
outbox.keep_sending(settings())
