"""The honest order of a sweep's trials and settings: every candidate of the desk counted."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sac.evidence import deflated_sharpe, leads
from sac.experiments.result import TrialResult
from sac.promotion import Candidate, Ledger
from sac.promotion.ledger import search_among, weeks_of

__all__ = ["Row", "Setting", "by_setting", "leaderboard"]


@dataclass(frozen=True)
class Row:
    """A finished trial and what its lead is worth."""

    result: TrialResult
    deflated: float  # P(its lead is more than the best of all candidates has by luck); NaN: unknown


@dataclass(frozen=True)
class Setting:
    """What was tried with several seeds, and how it did with each."""

    choices: dict[str, Any]  # what distinguishes it in its sweep, without the seed
    rows: tuple[Row, ...]  # finished trials, in the sweep's order
    failed: int

    @property
    def leads(self) -> list[float]:
        """CAGR over equal weight by seed, as fractions."""
        return [row.result.over_equal_weight for row in self.rows]

    @property
    def spread(self) -> float:
        """Standard deviation of the lead over the seeds; NaN where there are not two."""
        return float(np.std(self.leads, ddof=1)) if len(self.rows) > 1 else math.nan

    @property
    def deflated(self) -> float:
        """Mean of its trials' deflated Sharpe ratios; NaN without one."""
        return float(np.mean([row.deflated for row in self.rows])) if self.rows else math.nan

    def mean(self, figure: str) -> float:
        """Mean of a figure of its trials; NaN without one."""
        values = [row.result.figures.get(figure, math.nan) for row in self.rows]
        return float(np.mean(values)) if values else math.nan

    @property
    def lead(self) -> float:
        """Mean lead over its seeds; NaN where all failed."""
        return float(np.mean(self.leads)) if self.rows else math.nan


def by_setting(rows: Sequence[Row], choices: Mapping[str, Mapping[str, Any]]) -> list[Setting]:
    """The trials by what was tried, seeds together; the best mean lead first, what failed with all last.

    choices: what distinguishes each trial of the sweep, by its key, in the sweep's order.
    """
    known, groups = {row.result.key: row for row in rows}, dict[str, list[str]]()
    for key, own in choices.items():
        if key in known:
            named = {name: value for name, value in own.items() if name != "seed"}
            groups.setdefault(repr(named), []).append(key)
    settings = []
    for keys in groups.values():
        done = tuple(known[key] for key in keys if not known[key].result.problem)
        named = {name: value for name, value in choices[keys[0]].items() if name != "seed"}
        settings.append(Setting(named, done, len(keys) - len(done)))
    return sorted(settings, key=lambda setting: -setting.lead if setting.rows else math.inf)


def leaderboard(results: Sequence[TrialResult], ledger: Ledger) -> list[Row]:
    """Finished trials, best lead over equal weight first, then those that failed.

    The deflated Sharpe ratio is that of the weekly return over equal weight. Its luck is that of every
    candidate that the ledger has ever seen.
    """
    figures = ledger.candidates() | {
        Candidate(
            each.variant,
            each.key,
            weeks_of("sweep", each.fingerprint, each.settings.evaluation_years),
        ): each.figures
        for each in results
        if not each.problem
    }
    search, rows = search_among(figures), []
    for result in results:
        if result.problem:
            rows.append(Row(result, math.nan))
            continue
        worth = deflated_sharpe(leads(np.array(result.net), np.array(result.equal)), search)
        rows.append(Row(result, worth))
    return sorted(rows, key=lambda row: math.inf if row.result.problem else -row.result.over_equal_weight)
