"""The Weights page without a browser: opened, read and filled in."""

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

__all__ = ["amount", "metrics", "opened", "paste", "preview", "said", "saved", "tables", "trades_of"]

ROOT = Path(__file__).resolve().parents[2]


def opened(**query):
    at = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=30).run()
    for name, value in query.items():
        at.query_params[name] = value
    at.switch_page("../pages/weights.py").run()
    assert not at.exception, at.exception[0].message
    return at


def metrics(at):
    return {metric.label: metric.value for metric in at.metric}


def amount(text):
    return float(text.replace("$", "").replace(",", ""))


def said(at):
    kinds = ("subheader", "markdown", "caption", "info", "warning", "error")
    return "\n".join(element.value for kind in kinds for element in getattr(at, kind))


def saved(root):
    """The holdings of the one person at this desk, as their file says."""
    [file] = (root / "holdings").iterdir()
    return json.loads(file.read_text())["portfolio"]


def tables(at):
    """The tables of weights and reasons: not those of holdings that are entered."""
    tables = [element.value for element in at.dataframe if not str(element.key).startswith("positions-")]
    return [table for table in tables if "Line" not in table]


def trades_of(at):
    return tables(at)[0].set_index("symbol")


def preview(at, text):
    """What pasted lines come to, before they are saved."""
    at.text_area[0].set_value(text)
    return at.button(key="read").click().run()


def paste(at, text):
    return preview(at, text).button(key="replace").click().run()
