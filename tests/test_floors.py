"""Data goes one way: a module imports only from its own floor or below."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

import sac

ROOT = Path(sac.__file__).parents[1]
FLOORS = [
    {"sac.errors", "sac.config", "sac.progress", "sac.files", "sac.database"},
    {"sac.market"},
    {"sac.forecast"},
    {"sac.portfolio"},
    {"sac.agent"},
    {"sac.evidence"},
    {"sac.registry"},
    {"sac.assembly", "sac.training", "sac.inference", "sac.trading", "sac.explanation"},
    {"sac.experiments"},
    {"app"},
    {"pages"},
]


def floor(module):
    for level, names in enumerate(FLOORS):
        if any(module == name or module.startswith(name + ".") for name in names):
            return level
    return None


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


MODULES = [path for folder in ("sac", "app", "pages") for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_from_its_own_floor_or_below(path):
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    own = floor(name)
    for imported in imports(path):
        other = floor(imported)
        if other is not None and own is not None:
            assert other <= own, f"{name} reaches up to {imported}"
        if own is not None and own < floor("app"):
            assert not imported.startswith(("app", "pages", "streamlit", "plotly")), (
                f"{name} imports {imported}"
            )


def test_every_engine_module_has_a_floor():
    names = [module.name for module in pkgutil.walk_packages(sac.__path__, "sac.")]
    assert [name for name in names if floor(name) is None] == []


@pytest.mark.parametrize("name", [module.name for module in pkgutil.walk_packages(sac.__path__, "sac.")])
def test_what_a_module_offers_exists_and_is_described(name):
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} does not say what it is"
    for public in getattr(module, "__all__", []):
        value = getattr(module, public)
        if callable(value) and getattr(value, "__module__", "").startswith("sac"):
            assert value.__doc__, f"{name}.{public} has no docstring"
