"""How far each committee is followed, and the two records that come of it."""

import numpy as np
import pandas as pd
from pandas.io.formats.style import Styler

from app.queries import versions
from app.ui.compare.comparison import Comparison
from app.ui.compare.writers import tenths, whole
from sac.registry import Version

__all__ = ["convictions", "followed_today", "record_note", "unlike_members"]

LEAD = "Over equal weight (pp a year)"
_LUCK = "Luck of the search in t"
_SOURCES = {"validation": "", "parent": " of its parent", "blocks": " of its own blocks"}


def record_note(comparison: Comparison) -> str:
    """Of which versions both records, as traded and the agents' own, are the same; empty where of none."""
    same = [name for name, version in comparison.versions.items() if version.follows_agents]
    if len(same) == len(comparison.versions):
        return "Both records are the same."
    return f"Both records are the same for {' and '.join(same)}." if same else ""


def followed_today(version: Version) -> float:
    """How far today's committee is followed: its conviction, unless it was trained to be followed in full."""
    judged = version.metadata.validations
    return judged[-1].conviction if judged and version.settings.follow == "conviction" else 1.0


def convictions(compared: dict[str, Version]) -> Styler | None:
    """Each committee's lead on its validation weeks, and how far it is followed; None where none has any."""
    judged = [
        (name, version, one) for name, version in compared.items() for one in version.metadata.validations
    ]
    if not judged:
        return None
    table = pd.DataFrame(
        {
            "Strategy": name,
            "Committee of": _names(version).get(one.fold, "today"),
            "Validation weeks": f"{one.weeks}{_SOURCES[one.source]}, {one.start} to {one.end}",
            LEAD: one.excess,
            "t": one.t_statistic,
            _LUCK: one.luck,
            "Conviction (%)": one.conviction,
            "Followed (%)": 1.0 if version.settings.follow == "agents" else one.conviction,
        }
        for name, version, one in judged
    ).set_index(["Strategy", "Committee of"])
    if not table[_LUCK].any():
        table = table.drop(columns=_LUCK)
    styled = table.style.format(tenths, subset=[LEAD])
    styled = styled.format("{:.1f}", subset=[name for name in ("t", _LUCK) if name in table])
    return styled.format(whole, subset=["Conviction (%)", "Followed (%)"])


def unlike_members(version: Version) -> bool:
    """Whether its members were followed further than its committee: engines up to 3 stored them so."""
    return "agents.parquet" not in version.manifest and not version.follows_agents


def _names(version: Version) -> dict[int, str]:
    """What the folds of the evaluation are called: the year of most of its weeks, or the month it begins."""
    record = versions.evaluation(version)
    numbers = np.unique(record.folds)
    weeks = [record.ends[record.folds == number] for number in numbers]
    years = [str(own[len(own) // 2])[:4] for own in weeks]
    months = [f"from {str(own[0])[:7]}" for own in weeks]
    names = years if len(set(years)) == len(years) else months
    return dict(zip(numbers.tolist(), names, strict=True))
