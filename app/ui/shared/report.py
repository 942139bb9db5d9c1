"""A report as one HTML file that fetches nothing: a page's blocks, and the script that draws charts."""

import html as markup
import re
from copy import deepcopy
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler
from plotly.offline import get_plotlyjs

from app.ui.shared.charts.figure import CONFIG, Chart, untagged

__all__ = ["cells", "chart", "document", "text"]

STYLE = """
:root { color-scheme: light dark; --ink: #16242f; --dim: #55656f; --ground: #fff; --line: #d3dce3; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e6edf2; --dim: #a3b3bf; --ground: #10181f; --line: #31414f; }
}
@media print { :root { color-scheme: light; print-color-adjust: exact; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); margin: 2rem auto;
  max-width: 72rem; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
table { border-collapse: collapse; font-size: 13px; margin-bottom: 1rem; } .scroll { overflow-x: auto; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child { text-align: left; } figure { margin: 1.5rem 0; }
caption, figcaption { text-align: left; font-weight: 600; font-size: 13px; padding: .2rem 0; }
.remark { border-left: 4px solid #c2600c; padding-left: .8rem; }
.answer { font-size: 1.2em; font-weight: 600; } .small { color: var(--dim); font-size: 13px; }
@page { size: A4; margin: 14mm 12mm; }
@media print {
  body { font-size: 10pt; margin: 0; max-width: none; padding: 0; }
  table { font-size: 7.5pt; width: 100%; } th, td { padding: .15rem .3rem; }
  .scroll, .chart { overflow: hidden; } .small { font-size: 8pt; }
  h1, h2, caption { break-after: avoid; } figure, tr, .remark, .small { break-inside: avoid; }
  thead { display: table-header-group; }
}
"""

# Charts follow the viewer's light or dark, and are as wide as an A4 page while they are printed.
FOLLOW = """
const dark = matchMedia("(prefers-color-scheme: dark)");
function redraw(paper) {
  const ink = dark.matches && !paper ? "#e6edf2" : "#16242f";
  for (const chart of document.querySelectorAll(".js-plotly-plot")) {
    const width = paper ? 700 : chart.closest("figure").clientWidth;
    Plotly.relayout(chart, {"font.color": ink, width: width});
  }
}
dark.addEventListener("change", () => redraw(false));
addEventListener("resize", () => redraw(false));
addEventListener("beforeprint", () => redraw(true));
addEventListener("afterprint", () => redraw(false));
redraw(false);
"""


def document(title: str, body: str) -> str:
    """The whole document of a body's markup."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{markup.escape(title)}</title><style>{STYLE}</style>"
        # Once for all charts: it is 4.7 MB.
        f"<script>{get_plotlyjs()}</script></head>\n<body>{body}<script>{FOLLOW}</script></body></html>\n"
    )


def cells(table: pd.DataFrame | Styler, alt: str) -> str:
    """A table, and what it is to somebody who cannot see it."""
    styled: Any = deepcopy(table.style if isinstance(table, pd.DataFrame) else table)
    styled.data = styled.data.map(lambda cell: markup.escape(cell) if isinstance(cell, str) else cell)
    for axis in (0, 1):
        styled = styled.format_index(escape="html", axis=axis)
    styled = styled.set_caption(markup.escape(alt))
    drawn = styled.hide(names=True).to_html()  # the index's name would take a row of its own
    return f'<div class="scroll" role="region" aria-label="{markup.escape(alt)}">{drawn}</div>'


def chart(drawn: Chart) -> str:
    """A chart on the ground of the document."""
    figure = untagged(drawn.figure).update_layout(template="plotly_white")
    shown = figure.to_html(full_html=False, include_plotlyjs=False, config=CONFIG)
    whose = re.split("[:;]", drawn.alt)[0]
    return (
        f"<figure><figcaption>{markup.escape(whose)}</figcaption>"
        f'<div class="chart" role="img" aria-label="{markup.escape(drawn.alt)}">{shown}</div></figure>'
    )


def text(sentence: str) -> str:
    """A sentence; **bold** is the only mark-up."""
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", markup.escape(sentence))
