"""The Weights page without a browser: opened, read and filled in."""

import json
import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

__all__ = [
    "afterwards",
    "figures",
    "opened",
    "orders_of",
    "paste",
    "preview",
    "said",
    "saved",
    "state",
    "table_with",
    "targets_of",
]

ROOT = Path(__file__).resolve().parents[2]


def opened(**query):
    at = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=30).run()
    for name, value in query.items():
        at.query_params[name] = value
    at.switch_page("../pages/weights.py").run()
    assert not at.exception, at.exception[0].message
    return at


def figures(at):
    return {metric.label: metric.value for metric in at.metric}


def state(at):
    """The sentence below the title."""
    [sentence] = [element.value for element in at.markdown if element.value.startswith("### ")]
    return sentence.removeprefix("### ").replace("\\", "")


def afterwards(at):
    """Dollars in cash after the orders, and of the portfolio before them."""
    found = re.search(r"Afterwards \$([\d,.]+) of \$([\d,.]+) ", said(at).replace("\\", ""))
    return tuple(float(amount.replace(",", "")) for amount in found.groups())


def said(at):
    kinds = ("subheader", "markdown", "caption", "info", "warning", "error")
    return "\n".join(element.value for kind in kinds for element in getattr(at, kind))


def saved(root):
    """The holdings of the one person at this desk, as their file says."""
    [file] = (root / "holdings").iterdir()
    return json.loads(file.read_text())["portfolio"]


def table_with(at, column):
    """The first table that has a column; None where there is none."""
    return next((table.value for table in at.dataframe if column in table.value), None)


def orders_of(at):
    """The ticket by symbol."""
    return table_with(at, "side").set_index("symbol")


def targets_of(at):
    """Weights in % by asset."""
    return table_with(at, "target").set_index("symbol")


def preview(at, text):
    """What pasted lines come to, before they are saved."""
    at.text_area[0].set_value(text)
    return at.button(key="read").click().run()


def paste(at, text):
    return preview(at, text).button(key="replace").click().run()
