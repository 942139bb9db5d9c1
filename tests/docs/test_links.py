"""Links, pictures and paths in the documents lead somewhere, and their blocks can be read."""

import json
import re
import tomllib

import pytest

from tests.docs.documents import DOCUMENTS, REASONS, ROOT, anchors, blocks, links, name, prose, text_of

_PATH = re.compile(r"`((?:app|sac|pages|tests|benchmarks|docs)/[\w./-]+)`")
LANGUAGES = {"sh", "python", "json", "toml", "csv", "ini", "nginx", "mermaid"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_and_anchors_lead_somewhere(document):
    for link in links(document):
        if link.startswith(("https://", "http://", "mailto:", "../../actions/")):  # the last is GitHub's own
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), f"{link} is not there"
        if anchor:
            assert anchor in anchors(target), f"{link}: no such heading"


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if path.name != "CHANGELOG.md"], ids=name)
def test_files_that_are_named_exist(document):
    named = _PATH.findall(prose(document))
    assert [path for path in named if not (ROOT / path).exists() and not re.search("[A-Z]{4}", path)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_blocks_are_closed_and_of_a_known_language(document):
    found = blocks(document)
    assert len(re.findall(r"^```", text_of(document), re.MULTILINE)) == 2 * len(found)
    assert {block.language for block in found} <= LANGUAGES
    for block in found:
        if block.language == "json":
            json.loads(block.text)
        if block.language == "toml":
            tomllib.loads(block.text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_a_block_that_is_not_run_has_one_of_the_known_reasons(document):
    marked = [block for block in blocks(document) if block.reason]
    assert {block.reason for block in marked} <= set(REASONS)
    assert {block.language for block in marked} <= {"sh", "python"}
    assert len(re.findall(r"^<!-- not run", text_of(document), re.MULTILINE)) == len(marked), "a stray marker"
