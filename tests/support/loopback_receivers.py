"""A mail server and a webhook on 127.0.0.1, with certificates of an authority of their own."""

import json
import socket
import ssl
import threading
import time
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.support.loopback import LoopbackServer

USER, PASSWORD = "desk", "correct-horse-battery"


class Authority:
    """Who vouches for this machine; `path` is its certificate, as SSL_CERT_FILE takes it."""

    def __init__(self, folder):
        self._authority = trustme.CA()
        self.path = folder / "authority.pem"
        self._authority.cert_pem.write_to_path(self.path)

    def context(self, name="127.0.0.1"):
        """A server's side of TLS, for a host of that name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(name).configure_cert(context)
        return context


class Post:
    """A handler of aiosmtpd that keeps what arrives: (recipient, content)."""

    def __init__(self, refusing=(), answer="250 OK"):
        self.mails, self._refusing, self._answer = [], set(refusing), answer

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - its name
        if address in self._refusing:
            return f"550 5.1.1 {address} is not known here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - as above
        if self._answer.startswith("250"):
            self.mails += [(recipient, envelope.content) for recipient in envelope.rcpt_tos]
        return self._answer


def authenticated(server, session, envelope, mechanism, data):
    """Whether it is the desk."""
    known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)


@contextmanager
def mail_server(post, *, starttls=None, tls=None, login=False):
    """A mail server at work; its port. starttls, tls: a context, for the one or the other."""
    options: dict[str, Any] = {"authenticator": authenticated, "auth_required": True} if login else {}
    if starttls:
        options |= {"tls_context": starttls, "require_starttls": True}
    controller = Controller(
        post,
        hostname="127.0.0.1",
        port=free_port(),
        ssl_context=tls,
        **options,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def free_port():
    """A port that nobody listens at."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return server.getsockname()[1]


@contextmanager
def raw_server(talk):
    """A server that does with every connection what `talk` says, in a thread of its own; its port."""
    server, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve(connection):
        with closing(connection):
            try:
                talk(connection, over)
            except OSError:
                return

    def listen():
        while not over.is_set():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        over.set()
        server.close()


def silent(connection, over):
    """Accept, and say nothing."""
    over.wait(30)


def dripping(connection, over):
    """A byte every now and then: no single answer is late, and none ever ends."""
    while not over.is_set():
        connection.sendall(b"2")
        time.sleep(0.05)


def leaving(connection, over):
    """Hang up at once."""


class WebhookServer(LoopbackServer):
    """Takes posts: `posts` has (path, body); answers with `status` and `words`."""

    def __init__(self, status=200, words="ok", location=None, tls=None):
        outer, self.posts, self.status, self.words = self, [], status, words

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *parts):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.posts.append((self.path, json.loads(body)))
                words = outer.words.encode()
                self.send_response(outer.status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", str(len(words)))
                self.end_headers()
                self.wfile.write(words)

        super().__init__(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
            self.url = self.url.replace("http:", "https:")
