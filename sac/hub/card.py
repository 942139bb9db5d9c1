"""The page that a version has on the Hugging Face Hub: its record, its data and its limits."""

import math
import re

from sac.config import VARIANTS, TrainingSettings
from sac.registry.artifacts import Metadata
from sac.text import code, plain

__all__ = ["CARD", "model_card"]

CARD = "README.md"

_FIGURES = {  # metric -> what people call it, and whether it is a fraction
    "eval_cagr": ("CAGR", True),
    "eval_volatility": ("Volatility", True),
    "eval_sharpe": ("Sharpe ratio", False),
    "eval_max_drawdown": ("Max drawdown", True),
    "eval_turnover": ("Weekly turnover", True),
    "eval_cost_drag": ("Annualised cost drag", True),
}
_LIMITS = (
    "A backtest is no promise: the weeks above are out of sample, but they are past weeks.",
    "The model knows its stocks by position: it gives weights for exactly the symbols of symbol_order.json.",
    "Long-only weekly weights; nothing here places an order.",
)


def model_card(metadata: Metadata, settings: TrainingSettings) -> bytes:
    """The card in Markdown. The same version has the same card, so that sending it twice changes nothing."""
    source = metadata.provenance
    bps = f"{settings.constraints.cost_rate * 1e4:g} bps"
    lines = [
        *("---", "library_name: sac-desk", "tags:", "- portfolio", "- reinforcement-learning", "---"),
        *("", f"# {VARIANTS[metadata.variant].label}, {metadata.version}", ""),
        f"A version of SAC Desk's variant `{metadata.variant}`, preset {code(metadata.preset)}, "
        f"{settings.members} members, made {plain(metadata.created_at)} by engine "
        f"{plain(metadata.engine_version)}{f' from {plain(metadata.parent)}' if metadata.parent else ''}.",
        *("", "## Record", ""),
        f"Walk-forward, out of sample, net of {bps} a dollar traded, {plain(metadata.evaluation_start)} to "
        f"{plain(metadata.evaluation_end)}:",
        "",
        *_table(metadata),
        *_conviction(metadata, settings),
        *("", "## Data", ""),
        f"Source {code(source.source)}, {plain(source.window_start)} to {plain(source.window_end)}, last "
        f"decision on {plain(metadata.last_decision)}. Real fields: {plain(', '.join(source.fields))}.",
        *("", "## Limits", ""),
        *(f"* {plain(note)}" for note in dict.fromkeys([*metadata.notes, *_LIMITS])),
        *("", "## Use", ""),
        f"`sac-desk hub pull {metadata.variant} {metadata.version}`. Every file is checked against "
        "`manifest.json`, and nothing in it is run.",
        "",
    ]
    return "\n".join(lines).encode()


def _table(metadata: Metadata) -> list[str]:
    own = {
        name.replace("agents_", "eval_"): value
        for name, value in metadata.metrics.items()
        if name.startswith("agents_")
    }
    columns = {"as traded": metadata.metrics, "agents' own": own, **metadata.baselines}
    return [
        f"| | {' | '.join(map(_cell, columns))} |",
        f"|---|{'---|' * len(columns)}",
        *(
            f"| {label} | {' | '.join(_figure(figures.get(name), share) for figures in columns.values())} |"
            for name, (label, share) in _FIGURES.items()
        ),
    ]


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\|", plain(text))  # in code too a bar would end the cell


def _conviction(metadata: Metadata, settings: TrainingSettings) -> list[str]:
    """How far it follows its agents, year by year; a version of engine 3 has only the record as traded."""
    if settings.follow == "agents" or not metadata.validations:
        return ["", "It holds what its agents want."]
    *years, today = (f"{validation.conviction:.0%}" for validation in metadata.validations)
    before = f"{', '.join(years)} in these years, " if years else ""
    return ["", f"Conviction (how far it goes from equal weight to its agents): {before}{today} today."]


def _figure(value: float | None, share: bool) -> str:
    if value is None or not math.isfinite(value):
        return "n/a"
    return f"{value * 100:.1f} %" if share else f"{value:.2f}"
