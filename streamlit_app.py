"""Launcher: our routes and the pages on one port. Start it with `sac-desk` or `streamlit run`."""

import logging
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import streamlit as st
from fastapi import FastAPI

from app.access import exposure, login
from app.api import install, serving
from app.decisions import acting
from app.digest import deliver
from app.digest.receivers import receivers
from app.hub import outbox
from app.jobs.looking import keep_looking
from app.settings import check_settings, choose_file_rights, network, settings
from app.week import starting
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

lines = logging.StreamHandler()
lines.setFormatter(LogLines("%(asctime)s %(levelname)s %(message)s"))
logging.basicConfig(handlers=[lines])
logging.getLogger("app").setLevel(logging.INFO)
try:
    choose_file_rights()
    check_settings()
    login.rules_of_access()
    receivers()
    exposure.check_exposure()
except DeskError as refusal:
    sys.exit(f"error: {printable(str(refusal))}")
known = network()

# Bare `streamlit run` looks for this name; `app` would hide the package.
streamlit_app = FastAPI(
    title="SAC Desk",
    version=VERSION,
    lifespan=serving.lifespan(ui.lifespan(), known),
    docs_url=None,
    redoc_url=None,
)
install.install(streamlit_app, ui, st.get_option("server.allowedHosts") or ["localhost", "127.0.0.1"], known)
acting.finish_moves(settings())
keep_looking(settings(), outbox.resume, starting.look())
keep_looking(settings(), deliver)  # beside the others: a mail server that is slow must not hold them up
