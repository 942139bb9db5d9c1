"""A comparison as one HTML file: the page's own blocks, with the script that draws charts inside it."""

import html as markup
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pandas as pd
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from app.formats import moment
from app.ui.compare.comparison import Comparison
from app.ui.compare.sections import SECTIONS, Block, Table, equity, outside_note, verdicts
from app.ui.shared.charts.figure import Chart
from app.ui.shared.labels import label

__all__ = ["html"]

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


def html(found: Comparison) -> str:
    """The whole document; it fetches nothing. Tables and charts are those of the page, of all strategies."""
    body = "\n".join(_body(found))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Comparison, {found.span}</title><style>{STYLE}</style>"
        # Once for all charts: it is 4.7 MB.
        f"<script>{get_plotlyjs()}</script></head>\n<body>{body}</body></html>\n"
    )


def _body(found: Comparison) -> Iterator[str]:
    yield "<h1>Strategies side by side</h1>"
    yield f"<p>{_text(found.basis)}. Everybody starts in cash.</p>"
    yield f'<p class="small">Written {moment(datetime.now(UTC))} by SAC Desk.</p>'
    yield _cells(_versions(found), "Versions")
    for remark in found.remarks:
        yield f'<p class="remark">{_text(remark)}</p>'
    for note in dict.fromkeys(note for v in found.versions.values() for note in v.metadata.notes):
        yield f'<p class="remark">{_text(note)}</p>'
    for verdict in verdicts(found):
        yield f"<p>{_text(verdict)}</p>"
    if found.outside:
        yield f'<p class="remark">{_text(outside_note(found))}</p>'
    yield _written(equity(found))
    for section in SECTIONS:
        yield f"<h2>{_text(section.title)}</h2>"
        for block in section.blocks(found, found.strategies):
            yield _written(block)
        yield f'<p class="small">{_text(found.basis)}</p>'


def _versions(found: Comparison) -> pd.DataFrame:
    """Where every version comes from."""
    return pd.DataFrame(
        {
            name: {
                "Version": version.name,
                "Variant": label(version.variant),
                "Preset": version.metadata.preset,
                "Evaluated": f"{version.metadata.evaluation_start} to {version.metadata.evaluation_end}",
                "Trained": moment(version.metadata.created_at),
                "Data": f"{market.source}, {market.window_start} to {market.window_end}",
                "SHA-256 of the data": market.sha256[:16],
            }
            for name, version in found.versions.items()
            for market in [version.metadata.provenance]
        }
    ).T


def _written(block: Block) -> str:
    if isinstance(block, Table):
        return _cells(block.cells, block.alt)
    if isinstance(block, Chart):
        return _chart(block)
    return f"<p>{_text(block.text)}</p>"


def _cells(cells: "pd.DataFrame | pd.io.formats.style.Styler", alt: str) -> str:
    styled = cells.style if isinstance(cells, pd.DataFrame) else cells
    drawn = styled.hide(names=True).to_html()  # the index's name would take a row of its own
    return f'<div class="scroll" role="region" aria-label="{markup.escape(alt)}">{drawn}</div>'


def _chart(chart: Chart) -> str:
    figure = go.Figure(chart.figure).update_layout(template="plotly_white")
    drawn = figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False})
    return f'<div class="chart" role="img" aria-label="{markup.escape(chart.alt)}">{drawn}</div>'


def _text(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", markup.escape(text))
