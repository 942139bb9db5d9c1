"""The tables of a version: its evaluation, one row per week; one row per baseline; its training log."""

import io
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sac.config import CASH
from sac.errors import StorageError
from sac.files import keep_sealed, read_sealed
from sac.parquet import Limits, UnreadableTable, read_table
from sac.portfolio import Backtest
from sac.registry.codecs import Unreadable

__all__ = [
    "keep_evaluation",
    "kept_evaluation",
    "pack_baselines",
    "pack_evaluation",
    "pack_log",
    "unpack_baselines",
    "unpack_evaluation",
    "unpack_log",
]

_WEEKS = Limits(rows=10_000)  # more than a century
_RESULTS = Limits(rows=64)
_LOG = Limits(rows=1 << 20)  # a hundred points of every agent
_LOG_COLUMNS = 64
_DATES = ("decision", "fill", "end")
_RETURNS = ("turnover", "gross_return", "net_return")
_BASELINES = pa.schema(
    [("name", pa.string()), ("symbols", pa.list_(pa.string()))]
    + [(name, pa.list_(pa.date32())) for name in ("decisions", "fills", "ends")]
    # weights and growth row by row: weeks × (symbols and CASH)
    + [(name, pa.list_(pa.float64())) for name in ("weights", "growth", "turnover", "gross", "net")]
)


def pack_evaluation(result: Backtest) -> bytes:
    """Parquet of a backtest, every number as it is: one row per week, one column per asset and member."""
    schema = _schema(result.symbols, result.members.shape[1], entries=True)
    columns = [
        *(dates.astype("datetime64[D]") for dates in (result.decisions, result.fills, result.ends)),
        result.folds,
        *(result.turnover, result.gross, result.net),
        *np.hstack([result.weights, result.growth, result.members, result.entries]).T,
    ]
    arrays = [pa.array(column, type=kind) for column, kind in zip(columns, schema.types, strict=True)]
    table = pa.Table.from_arrays(arrays, schema=schema.with_metadata({"name": result.name}))
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def unpack_evaluation(data: bytes, symbols: tuple[str, ...]) -> Backtest:
    """The backtest that was packed, of exactly these symbols."""
    fixed, assets = len(_DATES) + 1 + len(_RETURNS), len(symbols) + 1

    def check(schema: pa.Schema) -> None:
        extra = max(0, len(schema) - fixed - 2 * assets)
        kinds = (_schema(symbols, extra // 2, entries=True), _schema(symbols, extra, entries=False))
        if not any(schema.equals(kind) for kind in kinds):
            raise UnreadableTable("has other columns than an evaluation of this version's symbols")

    table = _table(data, check, _WEEKS)
    extra = table.num_columns - fixed - 2 * assets
    stored = table.schema.equals(_schema(symbols, extra // 2, entries=True))
    if any(column.null_count for column in table.columns):
        raise Unreadable("has empty cells")
    columns = [column.to_numpy() for column in table.columns]
    floats = np.empty((table.num_rows, 2 * assets + extra))  # (W, n+1 + n+1 + M + M)
    for position, column in enumerate(columns[fixed:]):
        floats[:, position] = column
    weights, growth, by_member = (part.copy() for part in np.split(floats, [assets, 2 * assets], axis=1))
    # Engines up to 3 did not store the entries: there a member starts with what it paid that week.
    members, entries = np.hsplit(by_member, 2) if stored else (by_member, by_member)
    return Backtest(
        name=(table.schema.metadata or {}).get(b"name", b"").decode("utf-8", "replace"),
        symbols=symbols,
        decisions=columns[0],
        fills=columns[1],
        ends=columns[2],
        folds=columns[3],
        weights=weights,
        growth=growth,
        turnover=columns[4],
        gross=columns[5],
        net=columns[6],
        members=members,
        entries=entries,
    )


def keep_evaluation(path: Path, result: Backtest) -> None:
    """Keep a backtest that can be run again; where it cannot be kept, the next reader runs it again."""
    with suppress(StorageError):
        keep_sealed(path, pack_evaluation(result))


def kept_evaluation(path: Path, symbols: tuple[str, ...]) -> Backtest | None:
    """The backtest that was kept; None where none was, or a byte of it changed."""
    content = read_sealed(path)
    with suppress(Unreadable):  # another release kept it
        return unpack_evaluation(content, symbols) if content is not None else None
    return None


def pack_baselines(results: Sequence[Backtest]) -> bytes:
    """Parquet of backtests without members or folds: one row each, its weeks in lists."""
    rows = [
        {name: _listed(getattr(record, name)) for name in _BASELINES.names if name != "name"}
        | {"name": record.name}
        for record in results
    ]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=_BASELINES), buffer)
    return buffer.getvalue()


def unpack_baselines(data: bytes) -> list[Backtest]:
    """The backtests that were packed."""

    def check(schema: pa.Schema) -> None:
        if not schema.equals(_BASELINES):
            raise UnreadableTable("has other columns than baselines have")

    table = _table(data, check, _RESULTS).combine_chunks()
    try:
        return [_baseline(table, row) for row in range(table.num_rows)]
    except (TypeError, ValueError, AttributeError, pa.ArrowException) as error:
        raise Unreadable(f"holds a baseline whose weeks do not fit together ({error})") from error


def _baseline(table: pa.Table, row: int) -> Backtest:
    lists = {name: table[name][row].values for name in _BASELINES.names if name != "name"}
    if any(values is None or values.null_count for values in lists.values()):
        raise ValueError("empty cells")
    symbols, weeks = tuple(lists.pop("symbols").to_pylist()), len(lists["fills"])
    arrays = {name: values.to_numpy(zero_copy_only=False) for name, values in lists.items()}
    if not weeks == len(arrays["decisions"]) == len(arrays["ends"]):
        raise ValueError("dates of different length")
    shapes = {name: (weeks, len(symbols) + 1) for name in ("weights", "growth")}
    for name in ("weights", "growth", "turnover", "gross", "net"):
        arrays[name] = arrays[name].reshape(shapes.get(name, (weeks,))).copy()
    return Backtest(
        name=str(table["name"][row].as_py() or ""),
        symbols=symbols,
        folds=np.zeros(weeks, dtype=np.int64),
        members=np.empty((weeks, 0)),
        entries=np.empty((weeks, 0)),
        **arrays,
    )


def _listed(values: Any) -> list[Any]:
    if isinstance(values, np.ndarray):
        return values.ravel().tolist()
    return list(values)


def pack_log(log: pd.DataFrame) -> bytes:
    """Parquet of a training log; its index is not kept."""
    buffer = io.BytesIO()
    log.to_parquet(buffer, index=False)
    return buffer.getvalue()


def unpack_log(data: bytes) -> pd.DataFrame:
    """The training log that was packed: numbers only."""

    def check(schema: pa.Schema) -> None:
        if len(schema) > _LOG_COLUMNS:
            raise UnreadableTable(f"has more than {_LOG_COLUMNS} columns")
        for field in schema:
            if not (pa.types.is_integer(field.type) or pa.types.is_floating(field.type)):
                raise UnreadableTable(f"has a column {field.name[:40]!r} that holds no numbers")

    log: pd.DataFrame = _table(data, check, _LOG).to_pandas(ignore_metadata=True)
    return log


def _schema(symbols: tuple[str, ...], members: int, *, entries: bool) -> pa.Schema:
    assets = (*symbols, CASH)
    return pa.schema(
        [(name, pa.date32()) for name in _DATES]
        + [("fold", pa.int64())]
        + [(name, pa.float64()) for name in _RETURNS]
        + [(f"{kind}_{asset}", pa.float64()) for kind in ("weight", "growth") for asset in assets]
        + [
            (f"{kind}_{number}", pa.float64())
            for kind in ("member", "entry")[: 1 + entries]
            for number in range(1, members + 1)
        ]
    )


def _table(data: bytes, check: Callable[[pa.Schema], None], limits: Limits) -> pa.Table:
    try:
        return read_table(data, check, limits)
    except UnreadableTable as error:
        raise Unreadable(str(error)) from error
