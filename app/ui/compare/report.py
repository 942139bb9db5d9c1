"""A comparison as one HTML file: the page's own blocks, with the script that draws charts inside it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pandas as pd

from app.formats import moment
from app.ui.compare.blocks import Behind, Block, Table
from app.ui.compare.comparison import Comparison
from app.ui.compare.evidence import basis_line, evidence, evidence_note, external_note, state
from app.ui.compare.returns import equity
from app.ui.compare.sections import SECTIONS
from app.ui.shared.charts.figure import Chart
from app.ui.shared.labels import label
from app.ui.shared.report import cells, chart, document, text

__all__ = ["html"]


def html(comparison: Comparison) -> str:
    """The whole document; it fetches nothing. Tables and charts are those of the page, of all strategies."""
    return document(f"Comparison, {comparison.span}", "\n".join(_body(comparison)))


def _body(comparison: Comparison) -> Iterator[str]:
    yield f"<h1>Comparison, {text(comparison.span)}</h1>"
    yield f'<p class="answer">{text(state(comparison))}</p>'
    yield _written(evidence(comparison))
    yield _written(equity(comparison))
    yield f'<p class="small">{text(basis_line(comparison))}</p>'
    yield _written(evidence_note())
    for remark in comparison.remarks:
        yield f'<p class="remark">{text(remark)}</p>'
    if note := external_note(comparison):
        yield f'<p class="remark">{text(note)}</p>'
    for section in SECTIONS:
        yield f"<section><h2>{text(section.title)}</h2>"
        for block in section.blocks(comparison):
            yield _written(block)
        yield "</section>"
    yield "<section><h2>Versions</h2>"
    yield cells(_versions(comparison), "Versions")
    for note in dict.fromkeys(note for v in comparison.versions.values() for note in v.metadata.notes):
        yield f'<p class="remark">{text(note)}</p>'
    yield f'<p class="small">Written {moment(datetime.now(UTC))} by SAC Desk.</p></section>'


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
        return cells(block.cells, block.alt)
    if isinstance(block, Behind):
        return _written(block.table)
    if isinstance(block, Chart):
        return chart(block)
    return f'<p class="small">{text(f"{block.text} {block.help}".strip())}</p>'
