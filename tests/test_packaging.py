"""What pyproject.toml and constraints.txt say of other packages is true and complete."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
OURS = {"app", "benchmarks", "examples", "pages", "sac", "tests"}
LIBRARIES = {
    "stable_baselines3": ["stable-baselines3"],
    "sbx": ["sbx-rl"],
    "universal": ["universal-portfolios"],
    **{name: [name] for name in ("gymnax", "jax", "rejax", "skrl", "tensordict", "torchrl")},
}  # not installed beside the product


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*extras):
    """Names of the packages that the project and those extras ask for."""
    asked = [*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    names = {normal(re.split(r"[^\w.-]", line)[0]) for line in asked}
    own = [
        extra
        for line in asked
        for listed in re.findall(r"^sac-desk\[(.+)\]", line)
        for extra in listed.split(",")
    ]
    return (names | (declared(*own) if own else set())) - {"sac-desk"}


def imported(path):
    """Packages of others that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and top not in OURS:
                yield top


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("sac", ["gymnasium", "ray"]),
        ("app", ["auth", "ray"]),
        ("pages", []),
        ("examples", ["dev"]),
        ("benchmarks", ["dev", "bench"]),
        ("tests", ["dev"]),
    ],
)
def test_what_is_imported_is_declared(folder, extras):
    known, asked = {**packages_distributions(), **LIBRARIES}, declared(*extras)
    paths = [*(ROOT / folder).rglob("*.py"), *(ROOT.glob("*.py") if folder == "app" else [])]
    assert paths
    for path in paths:
        for name in imported(path):
            distributions = {normal(each) for each in known.get(name, [])}
            assert distributions & asked, f"{path.relative_to(ROOT)} imports {name}: declare {distributions}"


def test_every_declared_package_has_an_upper_bound_and_a_constraint():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    locked = {normal(line.partition("==")[0]) for line in lines if "==" in line}
    assert declared(*EXTRAS) <= locked
    for line in [*PROJECT["dependencies"], *(line for extra in EXTRAS.values() for line in extra)]:
        bounded = "[" in line or "~=" in line or "<" in line or line.startswith("pydantic_core")
        assert bounded, f"{line} admits every later release"


def test_constraints_install_on_any_machine():
    exact = re.compile(r"[a-z0-9-]+==[a-z0-9.]+( ; [a-z0-9_ .'()<>=!]+)?", re.IGNORECASE)
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    odd = [line for line in lines if not line.startswith("#") and not exact.fullmatch(line)]
    assert odd == [], "a host, a path or a local version"


def test_types_are_offered_to_who_imports_us():
    assert (ROOT / "sac" / "py.typed").exists()
    assert (ROOT / "app" / "py.typed").exists()
