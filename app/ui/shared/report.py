"""A report as one HTML file that fetches nothing: a page's blocks, and the script that draws charts."""

import html as markup
import re
from copy import deepcopy
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler
from plotly.offline import get_plotlyjs

from app.ui.shared.charts.figure import Chart, untagged

__all__ = ["cells", "chart", "document", "text"]

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #16242f; background: #fff; margin: 2rem auto;
  max-width: 72rem; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #d3dce3; }
table { border-collapse: collapse; font-size: 13px; margin-bottom: 1rem; } .scroll { overflow-x: auto; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid #e3e9ee; text-align: right; }
th:first-child { text-align: left; } .remark { border-left: 4px solid #c2600c; padding-left: .8rem; }
.small { color: #61727f; font-size: 13px; }
@media print { .chart { break-inside: avoid; } }
"""


def document(title: str, body: str) -> str:
    """The whole document of a body's markup."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{markup.escape(title)}</title><style>{STYLE}</style>"
        # Once for all charts: it is 4.7 MB.
        f"<script>{get_plotlyjs()}</script></head>\n<body>{body}</body></html>\n"
    )


def cells(table: pd.DataFrame | Styler, alt: str) -> str:
    """A table, and what it is to somebody who cannot see it."""
    styled: Any = deepcopy(table.style if isinstance(table, pd.DataFrame) else table)
    styled.data = styled.data.map(lambda cell: markup.escape(cell) if isinstance(cell, str) else cell)
    for axis in (0, 1):
        styled = styled.format_index(escape="html", axis=axis)
    drawn = styled.hide(names=True).to_html()  # the index's name would take a row of its own
    return f'<div class="scroll" role="region" aria-label="{markup.escape(alt)}">{drawn}</div>'


def chart(drawn: Chart) -> str:
    """A chart on white."""
    figure = untagged(drawn.figure).update_layout(template="plotly_white")
    shown = figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False})
    return f'<div class="chart" role="img" aria-label="{markup.escape(drawn.alt)}">{shown}</div>'


def text(sentence: str) -> str:
    """A sentence; **bold** is the only mark-up."""
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", markup.escape(sentence))
