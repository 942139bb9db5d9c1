"""How commands print: aligned tables for people, JSON for programs."""

import json
import math
from collections.abc import Sequence
from typing import Any

from sac.text import printable

__all__ = ["print_json", "print_table", "say"]


def say(line: str) -> None:
    """One line for people on stdout; what somebody else wrote in it moves no cursor and forges no line."""
    print(printable(line))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns under their heads: the first to the left, the others to the right."""
    lines = [[printable(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for row in lines:
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join((first.strip().ljust(widths[0]), *others)).rstrip())


def print_json(value: Any) -> None:
    """Indented JSON on stdout."""
    print(json.dumps(_finite(value), indent=2, allow_nan=False))


def _finite(value: Any) -> Any:
    """JSON has no NaN: what is not known is null."""
    if isinstance(value, dict):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
