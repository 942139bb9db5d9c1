"""The HTTP interface without a server: its application and a client on this machine."""

from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from app.api import install
from app.settings import Network

OPEN = Network(token=None, viewer_token=None, requests_per_minute=100_000, trusted=False)
TOKEN, VIEWER_TOKEN = "approver-0123456789", "viewer-0123456789"
GUARDED = Network(TOKEN, VIEWER_TOKEN, 100_000, trusted=False)


def application(network=OPEN, hosts=("localhost", "127.0.0.1")):
    """The interface, with one plain text in place of the pages."""
    app = FastAPI(title="SAC Desk", version="1", docs_url=None, redoc_url=None)
    install.install(app, PlainTextResponse("a page"), hosts, network)
    return app


def client(network=OPEN, address="127.0.0.1", host="localhost:8501", **options):
    """A client at that address that calls the desk by that name."""
    return TestClient(application(network), base_url=f"http://{host}", client=(address, 50_000), **options)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def problem(answer, status, code, field=None):
    """The message of a refusal, once its shape was looked at."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert set(error) - {"job_id", "status_url"} == {"code", "message", "field"}
    assert (error["code"], error["field"]) == (code, field)
    assert error["message"]
    return error["message"]
