"""Every variable, command, option and route is described, and nothing is described that does not exist."""

import argparse
import ast
import json
import re
import shlex
import urllib.request
from functools import cache

import pytest

from app.cli import _parser
from app.settings import repo_variable
from sac.book import BOOK
from sac.config import VARIANTS
from tests.docs.documents import DOCUMENTS, ROOT, blocks, name, prose, text_of
from tests.support.serving import served

OPERATIONS, COMMANDS, HTTP = (ROOT / "docs" / f"{page}.md" for page in ("operations", "cli", "api"))
VARIABLE = re.compile(r"\b(?:SAC_DESK|HF|ALPACA|ALPHA_VANTAGE)_[A-Z0-9_]+\b")
TODAY = [document for document in DOCUMENTS if document.name != "CHANGELOG.md"]  # that one tells of the past


@cache
def sources():
    """The product's modules as syntax trees."""
    files = [
        ROOT / "streamlit_app.py",
        *(path for part in ("app", "sac", "pages") for path in (ROOT / part).rglob("*.py")),
    ]
    return [ast.parse(path.read_text(encoding="utf-8")) for path in files]


@cache
def constants():
    """Every text constant of the product."""
    nodes = (node for tree in sources() for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def variables():
    """The environment variables that the product reads."""
    named = {text for text in constants() if VARIABLE.fullmatch(text)}
    return named | {repo_variable(variant) for variant in VARIANTS}


def commands(parser=None, path=()):
    """Words of each command -> its parser."""
    parser = parser or _parser()
    deeper = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not deeper:
        return {path: parser}
    return {
        words: leaf
        for word, child in deeper[0].choices.items()
        for words, leaf in commands(child, (*path, word)).items()
    }


def options(parser):
    """Its options, without --help."""
    named = {text for action in parser._actions for text in action.option_strings}
    return {text for text in named if text.startswith("--")} - {"--help"}


def sections(document):
    """Command of each heading of the reference -> the text below it."""
    parts = re.split(r"^## `sac-desk ?([^`]*)`$", text_of(document), flags=re.MULTILINE)
    return {tuple(title.split()): body for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def mentioned(document):
    """Words after every `sac-desk` that the document shows, without those of the shell."""
    shown = [line for block in blocks(document) if block.language == "sh" for line in block.text.splitlines()]
    shown += re.findall(r"`([^`\n]*)`", prose(document))
    for line in shown:
        for call in re.findall(r"(?:^|[ /])sac-desk((?: [^;|&#)]*)?)", line):
            yield shlex.split(call.replace("…", "").replace("'", "").replace('"', ""))


def test_every_environment_variable_is_described_where_they_all_are():
    table = text_of(OPERATIONS).split("## Environment")[1].split("\n## ")[0]
    rows = "\n".join(line.split("|")[1] for line in table.splitlines() if line.startswith("|"))
    assert set(VARIABLE.findall(rows)) == variables()


@pytest.mark.parametrize("document", TODAY, ids=name)
def test_no_variable_is_told_of_that_nothing_reads(document):
    assert set(VARIABLE.findall(text_of(document))) <= variables()


def test_every_command_has_a_section_with_its_options_and_arguments():
    described = sections(COMMANDS)
    assert set(described) - {()} == set(commands())
    for words, parser in commands().items():
        body = described[words]
        told = set(re.findall(r"--[a-z][a-z-]*", body))
        assert told | {"--json"} >= options(parser), f"{' '.join(words)}: {options(parser) - told} is missing"
        assert told <= options(parser), f"{' '.join(words)} has no {told - options(parser)}"
        for choices in (action.choices for action in parser._actions if action.choices):
            assert set(choices) - {BOOK} == set(VARIANTS) or all(f"`{choice}`" in body for choice in choices)


@pytest.mark.parametrize("document", TODAY, ids=name)
def test_every_command_that_is_shown_exists(document):
    known = commands()
    groups = {words[:1] for words in known}
    for words in mentioned(document):
        if not words or words[0].startswith("-"):
            continue  # the server, with options of `streamlit run`
        found = next((key for key in known if tuple(words[: len(key)]) == key), None)
        assert found or (len(words) == 1 and tuple(words) in groups), (
            f"there is no sac-desk {' '.join(words)}"
        )
        given = {word for word in words if word.startswith("--")}
        assert not found or given <= options(known[found]), f"sac-desk {' '.join(words)}"


def fields(interface, node):
    """Names of the fields of a schema, of those inside it, and of those that it refers to."""
    if isinstance(node, list):
        return {field for part in node for field in fields(interface, part)}
    if not isinstance(node, dict):
        return set()
    found = set(node["properties"]) if isinstance(node.get("properties"), dict) else set()
    if "$ref" in node:
        found |= fields(interface, interface["components"]["schemas"][node["$ref"].rsplit("/", 1)[1]])
    return found | {field for part in node.values() for field in fields(interface, part)}


def test_every_route_and_field_is_described(tmp_path):
    with served(tmp_path) as desk, urllib.request.urlopen(f"{desk.url}/openapi.json") as answer:
        interface = json.load(answer)
    page, verbs = text_of(HTTP), interface["paths"]
    routes = {(path, method.upper()) for path, methods in verbs.items() for method in methods}
    assert set(re.findall(r"^\| `(/[^`]*)` \| ([A-Z]+) \|", page, re.MULTILINE)) == routes
    bodies = [how.get("requestBody") for methods in verbs.values() for how in methods.values()]
    weights = verbs["/inference/{variant}"]["post"]["responses"]["200"]
    told = fields(interface, [*bodies, weights])
    assert {"members", "market_value", "weight_changes"} <= told
    assert {field for field in told if not re.search(rf'[`"]{field}[`"]', page)} == set()
    shown = {
        path for path in re.findall(r"localhost:8501(/[a-z_/.A-Z0-9]*)", page) if path != "/openapi.json"
    }
    patterns = [re.sub(r"\{[^}]*\}", "[^/]+", path) for path, _ in routes]
    assert [path for path in shown if not any(re.fullmatch(pattern, path) for pattern in patterns)] == []


def test_every_error_code_of_the_table_is_one_that_the_desk_sends():
    rows = re.findall(r"^\| \d{3} \| (.*?) \|", text_of(HTTP), re.MULTILINE)
    codes = {code for row in rows for code in re.findall(r"`(\w+)`", row)}
    classes = {node.name for tree in sources() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    sent = constants() | {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", one).lower() for one in classes}
    assert codes - sent == set()
    assert len(codes) > 15
