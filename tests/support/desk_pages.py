"""A page of the desk without a browser, and what it says."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


def opened(page, **query):
    """A page opened by a link; it must stand without an exception."""
    at = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=30).run()
    for name, value in query.items():
        at.query_params[name] = value
    at.switch_page(f"../pages/{page}.py").run()
    assert not at.exception, at.exception[0].message
    return at


def said(at):
    """Everything that a page says in words."""
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "error", "success", "text")
    return "\n".join(element.value for kind in kinds for element in getattr(at, kind))


def links(at):
    """The labels of a page's links to pages."""
    return {link.proto.label for link in at.get("page_link")}
