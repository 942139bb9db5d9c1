"""A comparison as one HTML file: the page's own blocks, with the script that draws charts inside it."""

import html as markup
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from plotly.offline import get_plotlyjs

from app.formats import moment
from app.ui.compare.comparison import Comparison
from app.ui.compare.conviction import record_note
from app.ui.compare.sections import SECTIONS, Block, Table, equity, external_note, verdicts
from app.ui.shared.charts.figure import Chart, untagged
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


def html(comparison: Comparison) -> str:
    """The whole document; it fetches nothing. Tables and charts are those of the page, of all strategies."""
    body = "\n".join(_body(comparison))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Comparison, {comparison.span}</title><style>{STYLE}</style>"
        # Once for all charts: it is 4.7 MB.
        f"<script>{get_plotlyjs()}</script></head>\n<body>{body}</body></html>\n"
    )


def _body(comparison: Comparison) -> Iterator[str]:
    yield "<h1>Strategies side by side</h1>"
    yield f"<p>{_text(comparison.basis)}. All strategies start in cash. {_text(record_note(comparison))}</p>"
    yield f'<p class="small">Written {moment(datetime.now(UTC))} by SAC Desk.</p>'
    yield _cells(_versions(comparison), "Versions")
    for remark in comparison.remarks:
        yield f'<p class="remark">{_text(remark)}</p>'
    for note in dict.fromkeys(note for v in comparison.versions.values() for note in v.metadata.notes):
        yield f'<p class="remark">{_text(note)}</p>'
    for verdict in verdicts(comparison):
        yield f"<p>{_text(verdict)}</p>"
    if comparison.external:
        yield f'<p class="remark">{_text(external_note(comparison))}</p>'
    yield _written(equity(comparison))
    for section in SECTIONS:
        yield f"<h2>{_text(section.title)}</h2>"
        for block in section.blocks(comparison, comparison.strategies):
            yield _written(block)


def _versions(comparison: Comparison) -> pd.DataFrame:
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
            for name, version in comparison.versions.items()
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
    styled: Any = deepcopy(cells.style if isinstance(cells, pd.DataFrame) else cells)
    styled.data = styled.data.map(lambda cell: markup.escape(cell) if isinstance(cell, str) else cell)
    for axis in (0, 1):
        styled = styled.format_index(escape="html", axis=axis)
    drawn = styled.hide(names=True).to_html()  # the index's name would take a row of its own
    return f'<div class="scroll" role="region" aria-label="{markup.escape(alt)}">{drawn}</div>'


def _chart(chart: Chart) -> str:
    figure = untagged(chart.figure).update_layout(template="plotly_white")
    drawn = figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False})
    return f'<div class="chart" role="img" aria-label="{markup.escape(chart.alt)}">{drawn}</div>'


def _text(text: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", markup.escape(text))
