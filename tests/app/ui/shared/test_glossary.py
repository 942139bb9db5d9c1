"""Every "?" finds its term in the one glossary."""

import ast

import pytest

from app.settings import CODE
from app.ui.shared.glossary import meaning, terms


def test_a_meaning_is_a_sentence_without_links():
    assert meaning("basis point (bp)") == "A hundredth of a percent; 10 bps are 0.10 %."
    assert all(not text[0].islower() and text.endswith(".") and "](" not in text for text in terms().values())
    assert "original plan leaves open" in meaning("open setting")


def test_every_row_of_the_glossary_is_read():
    rows = (CODE / "docs" / "glossary.md").read_text(encoding="utf-8").count("\n| **")
    assert len(terms()) == rows > 50


def test_an_unknown_term_is_refused():
    with pytest.raises(KeyError):
        meaning("alphabeta")


def test_pages_ask_only_for_terms_that_the_glossary_has():
    asked = set()
    for folder in ("app", "pages"):
        for file in (CODE / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "meaning":
                    (term,) = node.args
                    assert isinstance(term, ast.Constant), f"{file}: name the term in the call"
                    asked.add(term.value)
    assert asked <= set(terms())
