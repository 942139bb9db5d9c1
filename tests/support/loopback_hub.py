"""A Hugging Face Hub on 127.0.0.1, in memory, as far as the true client needs one for models.

It speaks: making repositories, branches and tags; revisions with their files; preupload, git-LFS upload and
commits with a parent; downloads. Requests can be answered with an error or cut in the middle.
"""

import base64
import hashlib
import json
import re
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from tests.support.loopback import LoopbackServer

REPO, TOKEN = "desk/sac-lstm", "hf_writer"
LARGE = (".pt", ".pkl", ".parquet")  # kept with git-LFS, as the Hub's own .gitattributes have it

Files = dict[str, bytes]


def git_oid(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


@dataclass
class Repository:
    """Commits by sha, and what points to them."""

    private: bool = True
    gated: bool = False
    commits: dict[str, tuple[Files, str, str | None]] = field(default_factory=dict)  # files, message, parent
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.commit("main", {".gitattributes": b"*.pt filter=lfs\n"}, "initial commit")

    def commit(self, branch, files, message):
        parent = self.branches.get(branch)
        content = [(name, git_oid(data)) for name, data in sorted(files.items())]
        sha = hashlib.sha1(repr((parent, message, content)).encode()).hexdigest()
        self.commits[sha] = (files, message, parent)
        self.branches[branch] = sha
        return sha

    def sha(self, revision):
        known = self.branches.get(revision) or self.tags.get(revision)
        return known or (revision if revision in self.commits else None)

    def files(self, revision):
        return self.commits[self.sha(revision)][0]

    def history(self, branch):
        """Messages from the newest to the oldest commit."""
        sha, messages = self.branches[branch], []
        while sha:
            _, message, sha = self.commits[sha]
            messages.append(message)
        return messages


class LoopbackHub(LoopbackServer):
    """`trouble` holds (method, pattern of the path, status), each used once; status 0 cuts the connection."""

    def __init__(self, port=0):
        self.repositories: dict[str, Repository] = {}
        self.large: Files = {}
        self.trouble: list[tuple[str, str, int]] = []
        self.asked: list[tuple[str, str]] = []
        self.listed_sizes: dict[str, int] = {}  # file -> a size that is not its own
        self.lock = threading.RLock()
        super().__init__(ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (Handler,), {"hub": self})))
        self._server.daemon_threads = True
        self.port = self._server.server_port


class Handler(BaseHTTPRequestHandler):
    hub: LoopbackHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *parts):
        pass

    def answer(self, status=200, value=None, body=None, **headers):
        data = body if body is not None else b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def refuse(self, status, code, message=""):
        self.answer(status, {"error": message or code}, X_Error_Code=code, X_Error_Message=message or code)

    def cut(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def handle_request(self):
        raw = urlsplit(self.path).path
        path = unquote(raw)
        length = int(self.headers.get("Content-Length") or 0)
        with self.hub.lock:
            self.hub.asked.append((self.command, path))
            for trouble in self.hub.trouble:
                method, pattern, status = trouble
                if method == self.command and re.search(pattern, path):
                    self.hub.trouble.remove(trouble)
                    if status:
                        self.rfile.read(length)
                        return self.answer(status, {"error": "trouble"})
                    self.rfile.read(length // 2)
                    return self.cut()
        body = self.rfile.read(length)
        with self.hub.lock:
            return self.route(raw, path, body)

    do_GET = do_HEAD = do_POST = do_PUT = handle_request  # noqa: N815

    def route(self, raw, path, body):
        if match := re.fullmatch(r"/large/([0-9a-f]{64})", path):  # a signed address: it asks for no token
            if hashlib.sha256(body).hexdigest() != match[1]:
                return self.answer(400, {"error": "other bytes than announced"})
            self.hub.large[match[1]] = body
            return self.answer()
        given = self.headers.get("Authorization")
        if given not in (None, f"Bearer {TOKEN}"):
            return self.answer(401, {"error": "Invalid credentials in Authorization header"})
        if self.command == "POST" and given is None:
            return self.answer(401, {"error": "Invalid username or password."})
        if path == "/api/validate-yaml":
            return self.answer(200, {"errors": [], "warnings": []})
        if path == "/api/repos/create":
            return self.create(json.loads(body))
        verbs = "revision|tree|preupload|commit|branch|tag"
        patterns = (
            (rf"/api/models/([^/]+/[^/]+)/({verbs})/([^/]+)", self.models),
            (r"/([^/]+/[^/]+)(\.git/info/lfs/objects)/(batch)", self.batch),
            (r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", self.resolve),
        )
        for pattern, serve in patterns:
            if match := re.fullmatch(pattern, raw):
                repo, second, third = map(unquote, match.groups())
                found = self.hub.repositories.get(repo)
                if found is None or (found.private and given is None):
                    return self.refuse(404 if given else 401, "RepoNotFound", "Repository not found")
                if found.gated:
                    return self.refuse(403, "GatedRepo", "Access to this model is restricted")
                return serve(repo, found, second, third, body)
        return self.answer(404, {"error": f"no route for {self.command} {path}"})

    def create(self, wish):
        name = f"{wish['organization']}/{wish['name']}"
        if wish["organization"] == "somebody-else":
            return self.answer(403, {"error": "You don't have the rights to create a model there"})
        if name in self.hub.repositories:
            return self.answer(409, {"error": "You already created this model repo"})
        self.hub.repositories[name] = Repository(private=wish.get("visibility") == "private")
        return self.answer(200, {"url": f"{self.hub.url}/{name}", "name": name, "id": name})

    def models(self, name, repo, verb, revision, body):
        if verb == "branch":
            if revision in repo.branches:
                return self.answer(409, {"error": "Reference already exists"})
            repo.branches[revision] = repo.sha(json.loads(body)["startingPoint"])
            return self.answer(201, {})
        sha = repo.sha(revision)
        if sha is None:
            return self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        if verb == "tag":
            tag = json.loads(body)["tag"]
            if tag in repo.tags:
                return self.answer(409, {"error": "Tag reference exists already"})
            repo.tags[tag] = sha
            return self.answer(201, {})
        files = repo.files(sha)
        if verb == "revision":
            siblings = [self.entry(path, data) for path, data in files.items()]
            known = {"id": name, "sha": sha, "private": repo.private, "siblings": siblings}
            return self.answer(200, {**known, "tags": [], "downloads": 0, "likes": 0})
        if verb == "tree":
            sizes = {path: len(data) for path, data in files.items()}
            tree = [{"type": "file", "path": path, "size": size, "oid": ""} for path, size in sizes.items()]
            return self.answer(200, tree)
        if verb == "preupload":
            modes = [self.mode(wish["path"], files) for wish in json.loads(body)["files"]]
            return self.answer(200, {"files": modes})
        return self.commit(name, repo, revision, body)

    def entry(self, path, data):
        size = self.hub.listed_sizes.get(path, len(data))
        entry = {"rfilename": path, "size": size, "blobId": git_oid(data)}
        if path.endswith(LARGE):
            entry["lfs"] = {"size": size, "sha256": hashlib.sha256(data).hexdigest(), "pointerSize": 134}
        return entry

    def mode(self, path, files):
        large = path.endswith(LARGE)
        known = {"path": path, "uploadMode": "lfs" if large else "regular", "shouldIgnore": False}
        if path in files:
            known["oid"] = hashlib.sha256(files[path]).hexdigest() if large else git_oid(files[path])
        return known

    def batch(self, name, repo, middle, last, body):
        objects = []
        for wish in json.loads(body)["objects"]:
            known = {"oid": wish["oid"], "size": wish["size"]}
            if wish["oid"] not in self.hub.large:
                known["actions"] = {"upload": {"href": f"{self.hub.url}/large/{wish['oid']}"}}
            objects.append(known)
        return self.answer(200, {"transfer": "basic", "objects": objects})

    def commit(self, name, repo, branch, body):
        if branch not in repo.branches:
            return self.refuse(404, "RevisionNotFound", f"Cannot commit to {branch}")
        files, header = dict(repo.files(branch)), {}
        for line in filter(None, body.split(b"\n")):
            operation = json.loads(line)
            value = operation["value"]
            if operation["key"] == "header":
                header = value
            elif operation["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif operation["key"] == "lfsFile":
                if value["oid"] not in self.hub.large:
                    return self.answer(400, {"error": f"no object {value['oid']}"})
                files[value["path"]] = self.hub.large[value["oid"]]
            else:
                del files[value["path"]]
        if header.get("parentCommit", repo.branches[branch]) != repo.branches[branch]:
            return self.answer(412, {"error": "A commit has happened since. Please refresh and try again."})
        sha = repo.commit(branch, files, header["summary"])
        return self.answer(200, {"commitOid": sha, "commitUrl": f"{self.hub.url}/{name}/commit/{sha}"})

    def resolve(self, name, repo, revision, path, body):
        sha = repo.sha(revision)
        if sha is None:
            return self.refuse(404, "RevisionNotFound")
        if path not in repo.files(sha):
            return self.refuse(404, "EntryNotFound")
        data = repo.files(sha)[path]
        etag = hashlib.sha256(data).hexdigest() if path.endswith(LARGE) else git_oid(data)
        return self.answer(
            200,
            body=data,
            ETag=f'"{etag}"',
            X_Repo_Commit=sha,
            X_Linked_Etag=f'"{etag}"',
            X_Linked_Size=str(len(data)),
            Content_Type="application/octet-stream",
        )
