"""How far each committee is followed, and the two records that come of it."""

import numpy as np
import pandas as pd

from app.formats import percent, points, ratio, unbroken
from app.queries import versions
from app.ui.compare.comparison import Comparison
from sac.registry import Version

__all__ = ["conviction_of", "convictions", "record_note", "unlike_members"]

_LUCK = "Luck of the search in t"
_SOURCES = {"validation": "", "parent": " of its parent", "blocks": " of its own blocks"}


def record_note(comparison: Comparison) -> str:
    """Of which versions both records, as traded and the agents' own, are the same; empty where of none."""
    same = [name for name, version in comparison.versions.items() if version.follows_agents]
    if len(same) == len(comparison.versions):
        return "Both records are the same: every committee was followed without reserve."
    return f"Both records are the same for {' and '.join(same)}." if same else ""


def conviction_of(version: Version) -> str:
    """Conviction by evaluation year and today: "2021 61 % · 2022 40 % · today 5 %", in a sentence."""
    judged = version.metadata.validations
    if not judged:
        return "No weeks were held out to measure its conviction: its agents are followed without reserve."
    names = _names(version)
    each = " · ".join(f"{names.get(one.fold, 'today')}\u00a0{percent(one.conviction, 0)}" for one in judged)
    reserve = ", and its agents are followed without reserve" if version.settings.follow == "agents" else ""
    return unbroken(f"Conviction {each}{reserve}.")


def convictions(compared: dict[str, Version]) -> pd.DataFrame:
    """Each committee's lead on its validation weeks, and how far it is followed for it."""
    judged = [
        (name, version, one) for name, version in compared.items() for one in version.metadata.validations
    ]
    table = pd.DataFrame(
        {
            "Strategy": name,
            "Committee of": _names(version).get(one.fold, "today"),
            "Validation weeks": f"{one.weeks}{_SOURCES[one.source]}, {one.start} to {one.end}",
            "Over equal weight (a year)": points(one.excess),
            "t": ratio(one.t_statistic, digits=1),
            _LUCK: ratio(one.luck, digits=1),
            "Conviction": percent(one.conviction, 0),
            "Followed": percent(1.0 if version.settings.follow == "agents" else one.conviction, 0),
        }
        for name, version, one in judged
    )
    return table if table.empty or any(one.luck for *_, one in judged) else table.drop(columns=_LUCK)


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
