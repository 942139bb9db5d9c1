"""What a version says of itself, held against its weekly records: the record is the truth."""

import dataclasses
import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from sac.config import Constraints
from sac.evidence.comparison import baselines, figures, on_weeks
from sac.portfolio import Backtest
from sac.registry.artifacts import Metadata
from sac.registry.codecs import Unreadable

__all__ = ["RECORDS", "check_weeks", "checked"]

RECORDS = {
    "eval": "evaluation.parquet",
    "agents": "agents.parquet",
}  # the figures' prefix -> the weekly record that determines them

_ROUNDING = 1e-6  # of shares, and relative to figures: another machine's last digits
_TINY = 1e-9  # the same of returns and of figures near zero
_PROMISED = ("cagr", "sharpe", "max_drawdown")  # what every version states where its weeks determine it
_MOST_WEEKS = 10_000
_LOSSES = ("actor_loss", "critic_loss")  # of the last update: all that is said beside the records' figures
_YEARS = (np.datetime64("1900-01-01"), np.datetime64("2200-01-01"))


def checked(
    metadata: Metadata, constraints: Constraints, records: Mapping[str, Backtest], fitted: Sequence[Backtest]
) -> Metadata:
    """The metadata with every figure computed from the weekly records, which are given by their prefix.

    fitted: the stored baselines. Raises Unreadable, its sentence beginning with a file's name, for a record
    that no backtest gives and for metadata that contradict a record.
    """
    record = records["eval"]
    for prefix, result in records.items():
        with _about(RECORDS[prefix]):
            _check_record(result, constraints)
            _check_beside(result, record)
    with _about("baselines.parquet"):
        for result in fitted:
            _check_beside(result, record)
        beside = baselines(record, np.arange(len(record.net)), constraints, fitted)
        computed = {result.name: figures("eval", result, constraints) for result in beside}
        if len(computed) < len(beside):
            raise Unreadable("holds a baseline under another one's name")
    with _about("metadata.json"):
        _check_story(metadata, record)
        held = _held(metadata, constraints, records)
        if unknown := sorted(metadata.baselines.keys() - computed.keys()):
            raise Unreadable(f"says figures of {unknown[0][:40]!r}, a baseline that is not stored")
        for name, stated in metadata.baselines.items():
            _hold(stated, computed[name], "eval", whose=f"{name}'s ")
    return dataclasses.replace(
        metadata,
        metrics=_replaced(metadata.metrics, held),
        baselines={name: _replaced(each, computed[name]) for name, each in metadata.baselines.items()},
    )


def _replaced(stated: Mapping[str, float], true: Mapping[str, float]) -> dict[str, float]:
    """The figures that are stated, each with its true value; an earlier engine stated fewer."""
    return {name: true.get(name, value) for name, value in stated.items()}


@contextmanager
def _about(file: str) -> Iterator[None]:
    try:
        yield
    except Unreadable as error:
        raise Unreadable(f"{file} {error}") from error


def _held(metadata: Metadata, constraints: Constraints, records: Mapping[str, Backtest]) -> dict[str, float]:
    """Every record's figures, after those that are stated were held against them."""
    prefixes = tuple(f"{prefix}_" for prefix in records)
    if foreign := [
        name for name in metadata.metrics if not name.startswith(prefixes) and name not in _LOSSES
    ]:
        raise Unreadable(f"says {foreign[0][:40]}, which no record of the version determines")
    found: dict[str, float] = {}
    for prefix, result in records.items():
        found |= (true := figures(prefix, result, constraints))
        _hold(metadata.metrics, true, prefix)
    return found


def _hold(stated: Mapping[str, float], true: Mapping[str, float], prefix: str, whose: str = "") -> None:
    """Raise Unreadable where a figure that is stated is not the true one, or a promised one is not stated."""
    for name, value in stated.items():
        if math.isinf(value):
            raise Unreadable(f"says {whose}{name} {value:g}, which is no figure")
        if not name.startswith(f"{prefix}_") or (math.isnan(value) and name not in true):
            continue
        if not math.isclose(value, true.get(name, math.nan), rel_tol=_ROUNDING, abs_tol=_TINY):
            says = f"{true[name]:.6g}" if name in true else "nothing of it"
            raise Unreadable(f"says {whose}{name[:40]} {value:.6g}, but the weekly record says {says}")
    for name in (f"{prefix}_{figure}" for figure in _PROMISED):
        if name in true and name not in stated:
            raise Unreadable(f"does not say {whose}{name}, which the weekly record determines")


def _check_story(metadata: Metadata, record: Backtest) -> None:
    first, last = str(record.dates[0]), str(record.dates[-1])
    if (metadata.evaluation_start, metadata.evaluation_end) != (first, last):
        raise Unreadable(f"says other dates of the evaluation than the weekly record: {first} to {last}")
    days = {
        "last_decision": metadata.last_decision,
        "window_start": metadata.provenance.window_start,
        "window_end": metadata.provenance.window_end,
    }
    for each in metadata.validations:
        days |= {
            f"the start of validation {each.fold}": each.start,
            f"the end of validation {each.fold}": each.end,
        }
    for name, text in days.items():
        if not _parses(text, dt.date):
            raise Unreadable(f"says {name} {text[:40]!r}, which is not a date")
    if not all(1 <= each.year <= 9_999 and 0 <= each.weeks < _MOST_WEEKS for each in metadata.forecast_skill):
        raise Unreadable("says a year or a number of weeks that no forecaster was judged on")
    if not all(
        0 <= each.weeks < _MOST_WEEKS and abs(each.fold) < _MOST_WEEKS for each in metadata.validations
    ):
        raise Unreadable("says a number of weeks that no validation has")
    if not _parses(metadata.created_at, dt.datetime):
        raise Unreadable(f"says created_at {metadata.created_at[:40]!r}, which is not a time")


def _parses(text: str, kind: type[dt.date]) -> bool:
    try:
        return bool(kind.fromisoformat(text))
    except ValueError:
        return False


def _check_record(record: Backtest, constraints: Constraints) -> None:
    """Raise Unreadable for weeks that no backtest has, and for returns that are not those of its weights."""
    check_weeks(record)
    if not (np.isfinite(record.members) & (record.members > -1.0)).all():
        raise Unreadable("has members' returns that no portfolio has")
    anew = on_weeks(record.name, record, np.arange(len(record.net)), constraints)
    for name in ("turnover", "gross", "net"):
        if not np.allclose(getattr(record, name), getattr(anew, name), rtol=0.0, atol=_TINY):
            raise Unreadable(f"has a {name} that is not that of its weights, prices and costs")


def _check_beside(result: Backtest, record: Backtest) -> None:
    """Raise Unreadable for other weeks or prices than the record's; an index has prices of its own."""
    if not all(np.array_equal(getattr(result, name), getattr(record, name)) for name in ("fills", "ends")):
        raise Unreadable("holds other weeks than evaluation.parquet")
    check_weeks(result)
    if result.symbols and (
        result.symbols != record.symbols or not np.array_equal(result.growth, record.growth)
    ):
        raise Unreadable("holds other stocks or prices than evaluation.parquet")


def check_weeks(record: Backtest) -> None:
    """Raise Unreadable for weeks out of order, and for weights or growth that no portfolio has."""
    dates = np.column_stack([record.decisions, record.fills, record.ends]).astype("datetime64[D]")  # (W, 3)
    if not len(dates):
        raise Unreadable("has no weeks")
    if (dates < _YEARS[0]).any() or (dates >= _YEARS[1]).any():
        raise Unreadable("has weeks outside the years 1900 to 2199")
    zero = np.timedelta64(0, "D")
    if (np.diff(dates, axis=0) <= zero).any() or (np.diff(dates, axis=1) <= zero).any():
        raise Unreadable("has weeks that are out of order")
    shares = ((record.weights >= 0.0) & (record.weights <= 1.0 + _ROUNDING)).all()  # NaN is none
    if not shares or not np.allclose(record.weights.sum(axis=1), 1.0, rtol=0.0, atol=_ROUNDING):
        raise Unreadable("has weights that are no portfolio")
    if not (np.isfinite(record.growth) & (record.growth > 0)).all():
        raise Unreadable("has prices that no stock has")
