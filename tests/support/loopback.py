"""A JSON service on 127.0.0.1 for clients that take an address."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class LoopbackServer:
    """Serves on 127.0.0.1 while its block lasts."""

    def __init__(self, server):
        self._server = server
        self.url = f"http://127.0.0.1:{server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *problem):
        self._server.shutdown()
        self._server.server_close()


class LoopbackService(LoopbackServer):
    """Answers GET requests with what `answer(path, query, headers)` returns: (status, JSON or text)."""

    def __init__(self, answer):
        outer, self.asked = self, []

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *parts):
                pass

            def do_GET(self):
                address = urlsplit(self.path)
                query = {key: values[0] for key, values in parse_qs(address.query).items()}
                outer.asked.append(query)
                status, body = answer(address.path, query, self.headers)
                content = (body if isinstance(body, str) else json.dumps(body)).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        super().__init__(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
