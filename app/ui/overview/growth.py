"""The growth of all champions, the book, equal weight and the index, in one chart."""

from collections.abc import Mapping, Sequence

from app.queries import versions
from app.ui.compare.common_weeks import weeks_in_common
from app.ui.overview.standing import Standing
from app.ui.shared.charts.figure import Chart
from app.ui.shared.charts.growth import equity
from app.ui.shared.labels import label
from sac.book import BookDecider, blend_of
from sac.errors import DeskError
from sac.evidence.comparison import baselines, on_weeks
from sac.portfolio import Backtest, EqualWeight
from sac.registry import Version

__all__ = ["champions_chart"]


def champions_chart(
    standings: Sequence[Standing], book: BookDecider | None
) -> tuple[Chart | None, tuple[str, ...]]:
    """The chart on the weeks that all champions have, and why some are not in it."""
    common = weeks_in_common([one.version for one in standings])
    if not common.versions:
        return None, common.remarks
    drawn: dict[str, Backtest] = {}
    for name, version in common.versions.items():
        rules = version.settings.constraints
        drawn[version.variant] = on_weeks(
            label(version.variant), common.records[name], common.rows[name], rules
        )
    name, first = next(iter(common.versions.items()))
    try:
        fitted = versions.fitted_baselines(first)
    except DeskError:
        fitted = []  # Compare says why
    benchmarks = [
        one
        for one in baselines(common.records[name], common.rows[name], first.settings.constraints, fitted)
        if one.name == EqualWeight.name or not one.symbols
    ]
    ours = _ours(book, {one.variant: one for one in common.versions.values()}, drawn)
    return equity([*ours, *drawn.values(), *benchmarks]), common.remarks


def _ours(
    book: BookDecider | None, known: Mapping[str, Version], records: Mapping[str, Backtest]
) -> list[Backtest]:
    """A blend's record; one champion's is drawn as that champion."""
    if book is None or len(book.parts) < 2 or not set(book.parts) <= set(known):
        return []
    return [blend_of(book.book, known, records)]
