"""A browser's session on a page of a running desk, without the browser: its socket, cookies and uploads."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from websockets import Origin, Subprotocol
from websockets.sync.client import ClientConnection, connect

from tests.support.serving import Served

COOKIE_SECRET = "0123456789abcdef0123456789abcdef"
AUTH = f"""[auth]
redirect_uri = "http://localhost:PORT/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "desk"
client_secret = "unused"
server_metadata_url = "http://localhost:1/.well-known/openid-configuration"
"""


@dataclass(frozen=True)
class PageSession:
    """One session; texts are those of its page as it was drawn last."""

    desk: Served
    id: str
    http: httpx.Client
    socket: ClientConnection
    texts: list[str]

    def put(self, name: str, content: bytes) -> httpx.Response:
        """Upload a file as the page's own script does."""
        return self.http.put(f"/_stcore/upload_file/{self.id}/{name}", files={"file": (name, content)})

    def turn_to(self, page: str) -> None:
        """Have another page drawn."""
        self.texts[:] = drawn(self.socket, page)[1]


@contextmanager
def page_session(desk: Served, page: str, email: str | None = None) -> Iterator[PageSession]:
    """Open a page, logged in with an address that was confirmed, or without a login."""
    with httpx.Client(base_url=desk.url, timeout=30) as http:
        http.get("/_stcore/health")
        token = http.cookies["_streamlit_xsrf"]
        http.headers["X-Xsrftoken"] = token
        if email:
            claims = {"origin": desk.url, "is_logged_in": True, "email": email, "email_verified": True}
            signed = create_signed_value(COOKIE_SECRET, "_streamlit_user", json.dumps(claims))
            http.cookies.set("_streamlit_user", signed.decode())
        cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
        with opened(desk, desk.url, Cookie=cookies, token=token) as socket:
            session, texts = drawn(socket, page)
            yield PageSession(desk, session, http, socket, texts)


def opened(desk: Served, origin: str | None, token: str = "", **headers: str) -> ClientConnection:
    """The pages' websocket, asked for by a page of that origin."""
    return connect(
        f"ws://localhost:{desk.port}/_stcore/stream",
        subprotocols=[Subprotocol(name) for name in ("streamlit", token) if name],
        origin=None if origin is None else Origin(origin),
        additional_headers=headers,
        max_size=None,
        open_timeout=30,
    )


def drawn(socket: ClientConnection, page: str) -> tuple[str, list[str]]:
    """Ask for a page; the session's id, and the texts that were drawn."""
    asked = BackMsg()
    asked.rerun_script.page_name = page
    socket.send(asked.SerializeToString())
    session, texts = "", []
    while True:
        message = ForwardMsg.FromString(socket.recv(timeout=60, decode=False))
        kind = message.WhichOneof("type")
        if kind == "new_session":
            session = message.new_session.initialize.session_id
        elif kind == "delta":
            element = message.delta.new_element
            texts += [
                text for text in (element.markdown.body, element.button.label, element.alert.body) if text
            ]
        elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return session, texts
