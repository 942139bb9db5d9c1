"""A page on another port of this machine, as any program may serve one, cannot frame or drive the desk."""

import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect

from app.jobs.queue import Jobs
from app.settings import Settings
from tests.support.browsing import heading, see
from tests.support.serving import served

# What the page tries, one after the other; each answer goes into the page's text.
ATTACK = """<!doctype html><title>Elsewhere</title><iframe src="DESK/training" width=900 height=600></iframe>
<pre id=log></pre><script>
const say = text => document.getElementById("log").append(text + "\\n");
const socket = host => new Promise(done => {
  const opened = new WebSocket(`ws://${host}:PORT/_stcore/stream`, ["streamlit"]);
  opened.onopen = () => done(`socket ${host}: open`);
  opened.onerror = () => done(`socket ${host}: closed`);
});
const ask = (path, options) => fetch("DESK" + path, options).then(
  answer => `${path}: ${answer.type} ${answer.status}`, () => `${path}: failed`);
(async () => {
  for (const host of ["localhost", "127.0.0.1"]) say(await socket(host));
  say(await ask("/train/sac_lstm/full", {method: "POST", mode: "no-cors"}));
  say(await ask("/health", {}));
  say(await ask("/_stcore/health", {credentials: "include"}));
  say(await ask("/_stcore/upload_file/a/b", {method: "PUT", headers: {"X-Xsrftoken": "x"}, body: "x"}));
  say("done");
})();
</script>"""


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing about what it serves."""

    def log_message(self, *_):
        pass


@contextmanager
def elsewhere(folder, page):
    """Address of a server that has this page and nothing else."""
    folder.mkdir()
    (folder / "index.html").write_text(page)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_page_on_another_port_neither_frames_nor_drives_the_desk(tmp_path, port, page):
    attack = ATTACK.replace("DESK", f"http://127.0.0.1:{port}").replace("PORT", str(port))
    with served(tmp_path, port), elsewhere(tmp_path / "site", attack) as site:
        page.goto("/training")  # the desk's cookies are there, as after a morning's work
        expect(heading(page, "Training")).to_be_visible()
        page.goto(site)
        log = page.locator("#log")
        expect(log).to_contain_text("done")
        said = log.inner_text().splitlines()
        assert said[:2] == ["socket localhost: closed", "socket 127.0.0.1: closed"]
        assert [line.split(": ")[1] for line in said[2:-1]] == ["opaque 0", "failed", "failed", "failed"]
        framed = page.frames[1]
        assert framed.url.startswith("chrome-error:")
        assert framed.get_by_role("button").count() == 0
        assert Jobs(Settings(tmp_path / "data")).list() == []


def test_the_desk_s_own_page_sends_a_file_of_the_size_that_it_asks_for(tmp_path, port, page):
    head = b'variant = "sac_lstm"\npreset = "desk"\nseeds = [0, 1]\nyears = 1\n'
    sweep = head + b"[grid]\naction_scale = [2, 5, 8]\n"
    with served(tmp_path, port):
        page.goto("/experiments")
        page.get_by_text("As TOML").click()
        field = page.locator('input[type="file"]')
        field.set_input_files({"name": "sweep.toml", "mimeType": "text/plain", "buffer": sweep})
        see(page, "6 trials")
        field.set_input_files({"name": "large.toml", "mimeType": "text/plain", "buffer": b"#" * 100_000})
        see(page, "413")
