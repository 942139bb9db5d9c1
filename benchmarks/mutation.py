"""Do the tests notice when the product is wrong? Small faults, one at a time, and the tests of their module.

python -m benchmarks.mutation [--mutants 8] [--seed 0] [--modules sac/portfolio/accounting.py ...]
The faults (mutants) are Cosmic Ray's, without those that say nothing: what is no Python, annotations, numbers
shifted bit by bit, and identity in place of equality. Each module is drawn from at so many places, and tested
in a copy of the repository. Fails where fewer than 92 in 100 are killed, those apart that
`benchmarks/mutants.py` explains.
"""

import argparse
import ast
import compileall
import importlib
import itertools
import multiprocessing
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cosmic_ray.plugins
import pytest
from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_code, use_mutation
from cosmic_ray.operators.operator import Operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

from benchmarks.mutants import COMMON, EXPLAINED, TESTS

ROOT = Path(__file__).resolve().parents[1]
LEAST = 0.92  # killed of those that a test could kill
NOTHING_SAID = re.compile(
    r".*_(Add|Sub|Mul|Div|FloorDiv|Mod|Pow)_(RShift|LShift|BitOr|BitAnd|BitXor)|.*_USub_(Invert|Not)"
    r"|.*_(Eq|NotEq|Lt|LtE|Gt|GtE)_(Is|IsNot)"
)
OUTPUT = "mutation.log"  # of the round that runs, in the copy
# Imported once; each round is a fork that has only the repository and its tests to import.
HEAVY = (
    "torch",
    "pandas",
    "skfolio",
    "scipy.stats",
    "exchange_calendars",
    "hypothesis",
    "streamlit",
    "fastapi",
)


@dataclass(frozen=True)
class Mutant:
    """A fault and what became of it."""

    module: str
    line: int
    code: str  # of the line, mutated
    killed: bool

    @property
    def explained(self) -> str | None:
        """Why no test can tell it from the product."""
        reasons = EXPLAINED.get(self.module, {}).items()
        return next((why for part, why in reasons if part in self.code and not self.killed), None)

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.code}"


def copied(target: Path) -> None:
    """The repository as it stands, without what git ignores."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


def drawn(module: str, count: int, seed: int) -> list[MutationSpec]:
    """One fault at each of so many places of a module, ordered by line."""
    annotated, lines = list(_annotations(Path(module))), Path(module).read_text("utf-8").splitlines()
    places: dict[tuple[int, int], list[MutationSpec]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, use_db(f"{folder}/session", WorkDB.Mode.create) as session:
        init([Path(module)], session, {})
        for item in session.pending_work_items:
            (mutation,) = item.mutations
            line, column = mutation.start_pos
            in_signature = lines[line - 1].startswith("*,", column)  # taken for a product
            inside = any(start <= mutation.start_pos < end for start, end in annotated)
            if not (in_signature or inside or NOTHING_SAID.fullmatch(mutation.operator_name)):
                places[mutation.start_pos].append(mutation)
    rng = random.Random(f"{seed} {module}")
    chosen = (
        rng.choice(sorted(places[place], key=_identity)) for place in rng.sample(sorted(places), len(places))
    )
    valid = itertools.islice(filter(_is_python, chosen), count)
    return sorted(valid, key=lambda mutation: mutation.start_pos)


def _identity(mutation: MutationSpec) -> tuple[str, int]:
    return mutation.operator_name, mutation.occurrence


def _is_python(mutation: MutationSpec) -> bool:
    source = mutation.module_path.read_text("utf-8")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compile(mutate_code(source, _operator(mutation), mutation.occurrence), "mutant", "exec")
    except (SyntaxError, AttributeError):  # the latter is Cosmic Ray's at a tuple of exceptions
        return False
    return True


def _operator(mutation: MutationSpec) -> Operator:
    return cosmic_ray.plugins.get_operator(mutation.operator_name)()


def _annotations(path: Path) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where annotations begin and end, as (line, column)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(annotation, ast.expr):
                assert annotation.end_lineno is not None
                assert annotation.end_col_offset is not None
                yield (
                    (annotation.lineno, annotation.col_offset),
                    (annotation.end_lineno, annotation.end_col_offset),
                )


def tested(module: str, count: int, seed: int) -> Iterator[Mutant]:
    """What a module's tests say of its faults. Raises SystemExit where they fail without one."""
    began = time.monotonic()
    if not _pass(TESTS[module], limit=600.0):
        sys.exit(f"{Path(OUTPUT).read_text()}\nThe tests of {module} fail without any fault.")
    limit = 20.0 + 3.0 * (time.monotonic() - began)
    for mutation in drawn(module, count, seed):
        with use_mutation(Path(module), _operator(mutation), mutation.occurrence) as (before, after):
            killed = not _pass(TESTS[module], limit)
        line, old = mutation.start_pos[0], before.splitlines()
        code = " ".join(new.strip() for new in after.splitlines() if new not in old)
        yield Mutant(module, line, code or f"without {old[line - 1].strip()}", killed)


def _pass(tests: Sequence[str], limit: float) -> bool:
    """Whether tests pass in a process of their own, within so many seconds."""
    process = multiprocessing.get_context("fork").Process(target=_run, args=(tests,))
    process.start()
    process.join(limit)
    if process.is_alive():
        assert process.pid is not None
        os.killpg(process.pid, signal.SIGKILL)
        process.join()
    return process.exitcode == 0


def _run(tests: Sequence[str]) -> None:
    os.setsid()  # so that what a test starts ends with it
    output = os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os._exit(pytest.main(["-x", "-p", "no:cacheprovider", "--assert=plain", *tests, *COMMON]))


def main() -> None:
    """Test what was asked for; print every survivor, and how many were killed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mutants", type=int, default=8, help="of each module")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--modules", nargs="+", default=list(TESTS), choices=TESTS, metavar="MODULE")
    asked = parser.parse_args()
    for name in HEAVY:
        importlib.import_module(name)
    mutants: list[Mutant] = []
    with tempfile.TemporaryDirectory(prefix="sac-desk-mutants-") as folder:
        copied(Path(folder))
        compileall.compile_dir(folder, quiet=1)  # with the time of each source, so that a fault is seen
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        sys.dont_write_bytecode = True
        os.chdir(folder)
        for module in asked.modules:
            found = list(tested(module, asked.mutants, asked.seed))
            print(f"{sum(m.killed for m in found)} of {len(found)} killed: {module}", flush=True)
            for mutant in found:
                if mutant.explained:
                    print(f"  explained {mutant}\n    {mutant.explained}", flush=True)
                elif not mutant.killed:
                    print(f"  survived  {mutant}", flush=True)
            mutants += found
        os.chdir(ROOT)
    killed, explained = sum(m.killed for m in mutants), sum(bool(m.explained) for m in mutants)
    share = killed / max(len(mutants) - explained, 1)
    print(f"{killed} of {len(mutants)} killed, {explained} explained: {share:.1%} of the others")
    sys.exit(share < LEAST)


if __name__ == "__main__":
    main()
