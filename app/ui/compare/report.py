"""A comparison as one HTML file: the page's own blocks, with the script that draws charts inside it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pandas as pd

from app.formats import moment
from app.ui.compare.comparison import Comparison
from app.ui.compare.conviction import record_note
from app.ui.compare.sections import SECTIONS, Block, Table, equity, external_note, verdicts
from app.ui.shared.charts.figure import Chart
from app.ui.shared.labels import label
from app.ui.shared.report import cells, chart, document, text

__all__ = ["html"]


def html(comparison: Comparison) -> str:
    """The whole document; it fetches nothing. Tables and charts are those of the page, of all strategies."""
    return document(f"Comparison, {comparison.span}", "\n".join(_body(comparison)))


def _body(comparison: Comparison) -> Iterator[str]:
    yield "<h1>Strategies side by side</h1>"
    yield f"<p>{text(comparison.basis)}. All strategies start in cash. {text(record_note(comparison))}</p>"
    yield f'<p class="small">Written {moment(datetime.now(UTC))} by SAC Desk.</p>'
    yield cells(_versions(comparison), "Versions")
    for remark in comparison.remarks:
        yield f'<p class="remark">{text(remark)}</p>'
    for note in dict.fromkeys(note for v in comparison.versions.values() for note in v.metadata.notes):
        yield f'<p class="remark">{text(note)}</p>'
    for verdict in verdicts(comparison):
        yield f"<p>{text(verdict)}</p>"
    if comparison.external:
        yield f'<p class="remark">{text(external_note(comparison))}</p>'
    yield _written(equity(comparison))
    for section in SECTIONS:
        yield f"<h2>{text(section.title)}</h2>"
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
        return cells(block.cells, block.alt)
    if isinstance(block, Chart):
        return chart(block)
    return f"<p>{text(block.text)}</p>"
