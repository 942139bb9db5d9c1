"""The sealed weeks as a table and as files."""

import json
import math
from dataclasses import asdict

import pandas as pd
import streamlit as st

from app.formats import moment, percent, signed
from app.ui.shared.figures import right_aligned
from sac.market import MarketPanel
from sac.text import csv_of
from sac.track import SealedWeek
from sac.track.record import TrackRecord, restatement

__all__ = ["COLUMNS", "KINDS", "log_csv", "scores_csv", "weeks_table"]

KINDS = {"prospective": "● live", "late": "○ late", "restated": "◇ restated"}
COLUMNS = {
    **right_aligned("Lead", "Turnover", "Cost"),
    "No.": st.column_config.TextColumn(width=50),
    "Restated": st.column_config.TextColumn(width=130),
    "Note": st.column_config.TextColumn(width="large"),
}


def weeks_table(record: TrackRecord, panel: MarketPanel) -> pd.DataFrame:
    """Every week of a reign, newest first; weeks that nobody sealed have no number."""
    firsts = {row.decision: row for row in record.rows if row.kind != "restated"}
    lines = [_line(row, firsts, record, panel) for row in record.rows]
    lines += [
        _cells("", decision, "", "", "– no row", "", "", "", "", reason)
        for decision, reason in record.unsealed
    ]
    lines.sort(key=lambda line: (line["Decision"], line["No."]), reverse=True)
    return pd.DataFrame(lines, columns=list(_cells(*[""] * 10)))


def _line(
    row: SealedWeek, firsts: dict[str, SealedWeek], record: TrackRecord, panel: MarketPanel
) -> dict[str, str]:
    results = record.scored
    at = {str(day): week for week, day in enumerate(results.champion.decisions)} if results else {}
    week = at.get(row.decision) if row.kind == "prospective" else None
    scores = ("", "", "")
    if results and week is not None:
        scores = (
            signed(math.expm1(results.leads[week]), 2),
            percent(results.champion.turnover[week]),
            percent(results.costs[week], 3),
        )
    kind = KINDS.get(row.kind, "") if row.weights else "✕ undecided" if row.intact else "⚠ changed"
    first = firsts.get(row.decision, row)
    remark = row.note or _awaiting(row, week, panel)
    if row.kind == "restated":
        remark = " ".join((_changed(first, row), row.note)).strip()
    moves = record.moved.get(row.seq)
    moved = "" if moves is None else _largest(moves) or "elsewhere"
    return _cells(f"{row.seq}", row.decision, row.fill, moment(row.sealed_at), kind, *scores, moved, remark)


def _cells(*values: str) -> dict[str, str]:
    names = ("No.", "Decision", "Fill", "Sealed", "Kind", "Lead", "Turnover", "Cost", "Restated", "Note")
    return dict(zip(names, values, strict=True))


def _awaiting(row: SealedWeek, week: int | None, panel: MarketPanel) -> str:
    """Why a live week has no score."""
    if row.kind != "prospective" or week is not None:
        return ""
    if row.decision in set(map(str, panel.decisions)):
        return "Waits for its prices."
    return "The data of now have no such decision."


def _changed(first: SealedWeek, again: SealedWeek) -> str:
    """What a restated row changed, and how much the vendor's history moved."""
    found = restatement(first, again)
    parts = ["another choice of what it follows"] if found.follow else []
    if math.isfinite(found.weights):
        parts.append(f"{percent(found.weights, 2)} of wealth elsewhere")
    if first.fingerprint != again.fingerprint:
        parts.append(f"closes {_largest(found.closes)}" if found.closes else "no close of that day moved")
    return f"Against row {first.seq}: {', '.join(parts)}."


def _largest(moves: dict[str, float]) -> str:
    """The largest relative move of a close, and how many moved; empty where none did."""
    if not moves:
        return ""
    name = max(moves, key=lambda name: abs(moves[name]))
    if abs(moves[name]) < 5e-5:
        return "under 0.01 %"
    others = f" and {len(moves) - 1} more" if len(moves) > 1 else ""
    return f"{name} {signed(moves[name], 2)}{others}"


def scores_csv(record: TrackRecord) -> str:
    """The scored weeks, figures as fractions."""
    results = record.scored
    if results is None:
        return csv_of(pd.DataFrame(columns=["decision"]))
    champion = results.champion
    return csv_of(
        pd.DataFrame(
            {
                "decision": champion.decisions,
                "traded_at_close": champion.fills,
                "measured_at_close": champion.ends,
                "net": champion.net,
                "equal_weight_net": results.equal.net,
                "log_lead": results.leads,
                "turnover": champion.turnover,
                "cost": results.costs,
            }
        )
    )


def log_csv(rows: list[SealedWeek]) -> str:
    """The whole log with its hashes, oldest first, so that the chain can be checked elsewhere."""
    lines = [
        {name: json.dumps(value) if isinstance(value, dict) else value for name, value in asdict(row).items()}
        for row in rows
    ]
    return csv_of(pd.DataFrame(lines))
