"""`python -m tests.faults.replaced`: every file of a data root harmed, one at a time; who still answers?

Each kind of file is replaced by a folder, by garbage, and by a file that may not be read; then the whole
root may not be written. Each time every page, command and route is asked, and has to answer with a sentence.
"""

import argparse
import collections
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.faults.rights import obeying_rights

__all__ = ["HARMS", "Tally", "kinds_of_files", "main"]

ARCHIVE = Path(__file__).parents[1] / "data_roots" / "desk-0.2.tar.xz"
AS_OF = "2018-06-15"  # a decision that is history: the newest ones are too old to trade on
PAGES = ("overview", "training", "experiments", "compare", "promotion", "weights", "data")
VARIANT, JOB = "sac_lstm", "01d30cf2524a"


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _garbage(path: Path) -> None:
    path.write_bytes(b"\x80garbage\x00\xff" * 400)


def _unreadable(path: Path) -> None:
    path.chmod(0)


def _read_only(root: Path) -> None:
    for path in (*root.rglob("*"), root):
        path.chmod(0o555 if path.is_dir() else 0o444)


HARMS = {"a folder": _folder, "garbage": _garbage, "unreadable": _unreadable}
ALL_OF_IT = "the root read-only"


@dataclass(frozen=True)
class Tally:
    """How often which door answered, by what was done and whom was asked."""

    answers: "collections.Counter[tuple[str, str, str]]" = field(default_factory=collections.Counter)
    failures: list[str] = field(default_factory=list)

    def count(self, harm: str, file: str, door: str, ask: Callable[[], str]) -> None:
        """Ask once: "served" or "refused" with a sentence; anything else is a failure."""
        try:
            said = ask()
        except Exception:
            said = "failed"
            self.failures.append(f"{harm}, {file}, {door}:\n{traceback.format_exc(limit=-4)}")
        self.answers[harm, door.split(" ")[0], said] += 1

    def table(self) -> str:
        """A line per harm and door."""
        lines = [f"{'':20} {'':8} {'asked':>7} {'served':>7} {'refused':>8} {'failed':>7}"]
        for harm, door in dict.fromkeys((harm, door) for harm, door, _ in self.answers):
            counts = [self.answers[harm, door, said] for said in ("served", "refused", "failed")]
            served, refused, failed = counts
            lines.append(f"{harm:20} {door:8} {sum(counts):7} {served:7} {refused:8} {failed:7}")
        return "\n".join(lines)


def kinds_of_files(root: Path) -> list[Path]:
    """One file of each kind, below the root: of a champion, of a pulled version, of a job, of a stock."""
    kinds: dict[str, Path] = {}
    champion = (root / "models" / VARIANT / "current").read_text().strip()
    for path in sorted(root.rglob("*")):
        below = str(path.relative_to(root))
        if path.is_file() and (below.count("/") < 3 or champion in below or "fundamentals" in below):
            kinds.setdefault(
                re.sub(r"[0-9a-f]{12,}|S0\d|ppo_lstm|v2018-[^/]*", "*", below), path.relative_to(root)
            )
    return list(kinds.values())


def harmed(pristine: Path, files: list[Path], folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Copies of a root, each harmed in one way: what was done, to which file, and the copy."""
    for number, (harm, file) in enumerate([(harm, file) for file in files for harm in HARMS]):
        root = shutil.copytree(pristine, folder / str(number))
        HARMS[harm](root / file)
        yield harm, str(file), root
        _read_write(root)
        shutil.rmtree(root)
    root = shutil.copytree(pristine, folder / "all")
    _read_only(root)
    yield ALL_OF_IT, "all", root
    _read_write(root)


def _read_write(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        with suppress(OSError):
            path.chmod(0o755)


# --- the doors


def pages() -> dict[str, Callable[[], str]]:
    """Every page of the desk."""
    from streamlit.testing.v1 import AppTest

    main = Path(__file__).parents[2] / "app" / "main.py"

    def opened(page: str) -> str:
        at = AppTest.from_file(str(main), default_timeout=60).run()
        if page == "weights":
            at.query_params["date"] = AS_OF
        at.switch_page(f"../pages/{page}.py").run()
        if at.exception:
            raise AssertionError(at.exception[0].message + "\n" + "\n".join(at.exception[0].stack_trace))
        assert at.title or at.error, "an empty page"
        return "refused" if at.error or at.warning else "served"

    return {f"page {page}": partial(opened, page) for page in PAGES}


def commands(folder: Path) -> dict[str, Callable[[], str]]:
    """Every command, those that write among them."""
    from app import cli

    sweep = folder / "sweep.toml"
    sweep.write_text(f'variant = "{VARIANT}"\n[grid]\naction_scale = [2.0]\n')
    lines = (
        "versions",
        "versions --json",
        "decisions",
        "decisions --json",
        f"weights {VARIANT} --as-of {AS_OF} --cash 1000 --trades",
        "data status",
        "data use files",
        "data refresh",
        "hub status",
        f"hub push {VARIANT}",
        f"hub pull {VARIANT}",
        "prune --apply --keep 9",
        f"rollback {VARIANT} --reason x",
        f"promote {VARIANT} v2018-12-28-186f480d9cc4 --override --reason x",
        f"reject {VARIANT} v2018-12-28-3f4c04a35e45 --reason x",
        f"train {VARIANT} --steps 12",
        f"finetune {VARIANT}",
        f"sweep {sweep}",
    )

    def asked(line: str) -> str:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = cli.main(line.split())
        said = [one for one in err.getvalue().splitlines() if not re.match(r" *\d+%", one)]
        if code == 0:
            assert out.getvalue(), "it says nothing"
            return "served"
        assert code == 1, code
        assert len(said) == 1, err.getvalue()
        assert said[0].startswith("error: "), said
        return "refused"

    return {f"command {line}": partial(asked, line) for line in lines}


def routes() -> dict[str, Callable[[], str]]:
    """Every route of the HTTP interface."""
    from tests.support.api_client import client

    asks: tuple[tuple[str, str, Any], ...] = (
        ("GET", "/health", None),
        ("GET", f"/models/{VARIANT}", None),
        ("GET", "/models/ppo_patchtst", None),
        ("GET", "/jobs", None),
        ("GET", f"/jobs/{JOB}", None),
        ("POST", f"/jobs/{JOB}/cancel", None),
        ("POST", f"/train/{VARIANT}/full", {"updates": 12}),
        ("POST", f"/train/{VARIANT}/finetune", {}),
        ("POST", f"/inference/{VARIANT}", {"portfolio": {"cash": 1000.0}, "as_of": AS_OF}),
    )

    def asked(method: str, path: str, body: Any) -> str:
        with client(raise_server_exceptions=False) as desk:
            answer = desk.request(method, path, json=body)
        assert answer.status_code != 500, answer.text
        if answer.status_code < 400:
            return "served"
        assert answer.json()["error"]["message"], answer.text
        return "refused"

    return {f"route {ask[0]} {ask[1]}": partial(asked, *ask) for ask in asks}


def start() -> dict[str, Callable[[], str]]:
    """What a server does as it starts."""

    def started() -> str:
        from app.decisions import acting
        from app.hub import outbox
        from app.settings import settings

        acting.finish_moves(settings())
        outbox.resume(settings())
        return "served"

    return {"start": started}


# --- all of it


def _prepared() -> None:
    """A worker that ends at once, a Hub that nobody listens at, no waits between tries."""
    from app.jobs.queue import Jobs

    def spawn(self: Jobs, job_id: str, lock: Any, secrets: Any) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(["true"])

    Jobs._spawn = spawn  # type: ignore[method-assign]
    os.environ |= {"HF_SAC_LSTM_MODEL_REPO": "ada/desk", "HF_TOKEN": "x", "HF_ENDPOINT": "http://127.0.0.1:9"}
    import huggingface_hub.utils._http as http

    vars(http)["time"] = SimpleNamespace(**{**vars(time), "sleep": lambda seconds: None})
    from app.commands import following

    following.POLL_SECONDS = 0.02


def main(only: str = "", every: int = 1) -> int:
    """Print the table and what failed; 0 where everything answered."""
    obeying_rights()
    _prepared()
    import streamlit as st

    tally = Tally()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with tarfile.open(ARCHIVE) as archive:
            archive.extractall(folder, filter="data")
        files = [file for file in kinds_of_files(folder / "data") if re.search(only, str(file))][::every]
        for harm, file, root in harmed(folder / "data", files, folder):
            os.environ["SAC_DESK_DATA"] = str(root)
            st.cache_resource.clear()
            for doors in (start(), pages(), commands(folder), routes()):
                for door, ask in doors.items():
                    tally.count(harm, file, door, ask)
            print(f"{harm}: {file}", file=sys.stderr)
    print(f"{len(files)} kinds of files\n{tally.table()}")
    print("\n".join(tally.failures))
    return bool(tally.failures)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a pattern of the files' paths")
    parser.add_argument("--every", type=int, default=1, help="of the files only each so manieth")
    sys.exit(main(**vars(parser.parse_args())))
