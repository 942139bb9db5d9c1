"""The growth of all champions, the book, equal weight and the index, in one chart."""

from collections.abc import Sequence

from app.queries import versions
from app.ui.overview.standing import Standing
from app.ui.shared.charts.figure import Chart
from app.ui.shared.charts.growth import equity
from sac.arrays import Rows
from sac.book import BookDecider, blend_of
from sac.errors import DeskError
from sac.evidence.comparison import baselines, common_weeks, on_weeks
from sac.portfolio import Backtest, EqualWeight
from sac.promotion.gate import LEAST_COMMON_WEEKS

__all__ = ["champions_chart"]


def champions_chart(
    standings: Sequence[Standing], book: BookDecider | None
) -> tuple[Chart | None, list[str]]:
    """The chart on the weeks that all champions have, and why some are not in it."""
    records, remarks = _records(standings)
    if not records:
        return None, remarks
    rows = common_weeks(records)
    known = {one.shelf.variant: one for one in standings if one.name in records}
    drawn = {
        variant: on_weeks(one.name, records[one.name], rows[one.name], one.version.settings.constraints)
        for variant, one in known.items()
    }
    blend = []
    if book and len(book.parts) > 1 and set(book.parts) <= set(drawn):  # one champion is drawn as such
        blend = [blend_of(book.book, {name: one.version for name, one in known.items()}, drawn)]
    first = next(iter(known.values()))
    benchmarks = _benchmarks(first, records[first.name], rows[first.name])
    return equity([*blend, *drawn.values(), *benchmarks]), remarks


def _records(standings: Sequence[Standing]) -> tuple[dict[str, Backtest], list[str]]:
    """Each champion's record as traded, by name, as long as all share half a year; and what is left out."""
    records: dict[str, Backtest] = {}
    remarks = []
    for one in standings:
        try:
            both = {**records, one.name: versions.evaluation(one.version)}
        except DeskError as refusal:
            remarks.append(f"{one.name} is not in the chart. {refusal}")
            continue
        if records and len(common_weeks(both)[one.name]) < LEAST_COMMON_WEEKS:
            remarks.append(f"{one.name} is not in the chart: it was evaluated in other weeks.")
        else:
            records = both
    return records, remarks


def _benchmarks(first: Standing, record: Backtest, rows: Rows) -> list[Backtest]:
    """Equal weight and the index on the same weeks."""
    try:
        fitted = versions.fitted_baselines(first.version)
    except DeskError:
        fitted = []  # Compare says why
    found = baselines(record, rows, first.version.settings.constraints, fitted)
    return [one for one in found if one.name == EqualWeight.name or not one.symbols]
