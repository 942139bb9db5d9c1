"""Data goes one way: a module imports only from its own floor or below, and nowhere in a circle."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import sac

ROOT = Path(sac.__file__).parents[1]
FLOORS = [
    {
        "sac.adamw",
        "sac.errors",
        "sac.arrays",
        "sac.config",
        "sac.learner_settings",
        "sac.limits",
        "sac.progress",
        "sac.files",
        "sac.database",
        "sac.chain",
        "sac.threads",
        "sac.processes",
        "sac.text",
    },
    {"sac.parquet"},
    {"sac.market"},
    {"sac.forecast"},
    {"sac.portfolio"},
    {"sac.agent"},
    {"sac.evidence"},
    {"sac.registry"},
    {"sac.promotion"},
    {
        "sac.assembly",
        "sac.agents_record",
        "sac.recorded",
        "sac.training",
        "sac.timing",
        "sac.inference",
        "sac.forward",
        "sac.explanation",
    },
    {"sac.book"},
    {"sac.experiments", "sac.hub", "sac.track"},
    {"app.settings", "app.formats", "app.holdings", "app.access", "app.jobs"},
    {"app.hub"},
    {"app.tasks", "app.decisions", "app.digest", "app.week"},
    {"app.queries", "app.commands", "app.worker"},
    {"app.api", "app.ui", "app.cli"},
    {"app.main"},
    {"pages"},
]
ENGINE = 12  # the floors of `sac`
SHELL = ("app", "pages", "streamlit", "plotly")  # what the engine knows nothing of

PATHS = [path for folder in ("sac", "app", "pages") for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in PATHS}
EVERYTHING = MODULES | {
    name_of(path): path
    for folder in ("tests", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
}


def within(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def floor(module: str) -> int | None:
    return next((level for level, rooms in enumerate(FLOORS) if any(within(module, r) for r in rooms)), None)


def imports(text: str, known: frozenset[str]) -> Iterator[str]:
    """Modules that a source imports, anywhere in it; of `from package import module` the module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in known else node.module


def refusal(module: str, imported: str) -> str | None:
    """Why a module may not import another one; None where it may."""
    own, other = floor(module), floor(imported)
    if within(imported, "pages") and not within(module, "pages"):
        return f"{module} imports a page, {imported}"
    if own is not None and own < ENGINE and any(within(imported, name) for name in SHELL):
        return f"{module} is part of the engine and imports {imported}"
    if own is not None and other is not None and other > own:
        return f"{module} reaches up to {imported}"
    if within(module, "app.api") and within(imported, "app.queries"):
        return f"{module} is a route and reads a cache of the pages, {imported}"
    room = module.split(".")[2] if within(module, "app.ui") and module.count(".") > 1 else None
    beside = imported.split(".")[2] if within(imported, "app.ui") and imported.count(".") > 1 else None
    if room and beside and beside not in (room, "shared"):
        return f"{module} imports a part of another page, {imported}"
    return None


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Modules that import each other in a ring; empty where none do."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as ring:
        return list(ring.args[1])
    return []


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_its_own_floor_or_below(module):
    found = imports(MODULES[module].read_text(), frozenset(MODULES))
    assert [why for imported in found if (why := refusal(module, imported))] == []


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("app.jobs.queue", "app.tasks.kinds"),
        ("app.ui.compare.tabs", "app.ui.weights.tables"),
        ("app.ui.shared.links", "app.ui.weights.tables"),
        ("app.commands.sweep", "app.ui.shared.labels"),
        ("app.api.weights", "app.queries.market"),
        ("app.main", "pages.overview"),
        ("tests.pages.test_pages", "pages.overview"),
        ("sac.registry.store", "sac.promotion.gate"),
        ("sac.market.panel", "streamlit"),
    ],
)
def test_what_runs_up_or_across_is_refused(module, imported):
    assert refusal(module, imported)


def test_every_module_has_a_floor():
    rooms = {"app", "sac", "app._launch"}
    assert [name for name in MODULES if floor(name) is None and name not in rooms] == []


def test_nobody_but_pages_imports_a_page():
    launcher = {"streamlit_app": ROOT / "streamlit_app.py"}
    for module, path in (EVERYTHING | launcher).items():
        found = imports(path.read_text(), frozenset(MODULES))
        assert not [one for one in found if within(one, "pages.") or one.startswith("pages.")] or within(
            module, "pages"
        ), module


def test_no_module_imports_itself_in_a_circle():
    known = frozenset(EVERYTHING)
    graph = {
        name: {other for other in imports(path.read_text(), known) if other in known and other != name}
        for name, path in EVERYTHING.items()
    }
    assert circle(graph) == []


def test_a_circle_is_found():
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}


def test_the_hall_is_not_crowded():
    loose = [path.name for path in (ROOT / "app").glob("*.py") if path.name != "__init__.py"]
    assert len(loose) <= 5, loose


@pytest.mark.parametrize("module", [name for name in MODULES if not within(name, "pages")])
def test_a_module_says_what_it_is(module):
    assert ast.get_docstring(ast.parse(MODULES[module].read_text())), f"{module} does not say what it is"


@pytest.mark.parametrize("name", [module.name for module in pkgutil.walk_packages(sac.__path__, "sac.")])
def test_what_a_module_offers_exists_and_is_described(name):
    module = importlib.import_module(name)
    for public in getattr(module, "__all__", []):
        value = getattr(module, public)
        if callable(value) and getattr(value, "__module__", "").startswith("sac"):
            assert value.__doc__, f"{name}.{public} has no docstring"


@pytest.mark.parametrize("module", EVERYTHING)
def test_nothing_is_longer_than_one_idea(module):
    """A file of more than 350 lines, or a function of more than 50, wants to be two."""
    text = EVERYTHING[module].read_text()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]
    assert text.count("\n") <= 350
    assert [one.name for one in functions if one.end_lineno - one.lineno >= 50] == []
