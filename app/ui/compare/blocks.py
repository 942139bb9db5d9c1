"""What a section of a comparison consists of, so that the page and the report cannot say different things."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
from pandas.io.formats.style import Styler

from app.ui.compare.comparison import Comparison
from app.ui.shared.charts.figure import Chart
from sac.portfolio import Backtest

__all__ = ["Behind", "Block", "Blocks", "Part", "Section", "Table", "Text"]


Cells = Styler | pd.DataFrame


class Text(NamedTuple):
    """A remark of one line, and what explains it; **bold** is the only mark-up."""

    text: str
    help: str = ""  # behind a "?" on the page


class Table(NamedTuple):
    """A table of text, and what it is to somebody who cannot see it."""

    cells: Cells
    alt: str


class Behind(NamedTuple):
    """A table that the page makes when somebody clicks its title, and not before."""

    title: str
    cells: Callable[[], Cells]
    alt: str

    @property
    def table(self) -> Table:
        """What the click shows."""
        return Table(self.cells(), self.alt)


Block = Text | Table | Behind | Chart
Blocks = Iterator[Block]


@dataclass(frozen=True)
class Part:
    """Blocks of everything that is compared, or of one strategy that a reader chooses."""

    blocks: Callable[[Comparison, Sequence[Backtest]], Blocks]  # what is compared, and whom it is shown of
    of: str = ""  # among which backtests one is chosen: an attribute of `Comparison`


@dataclass(frozen=True)
class Section:
    """One tab of the page, one chapter of the report."""

    title: str
    parts: tuple[Part, ...]

    def blocks(self, comparison: Comparison) -> Blocks:
        """All of them, of every strategy."""
        for part in self.parts:
            yield from part.blocks(comparison, getattr(comparison, part.of) if part.of else [])
