"""Sections of the agents behind the versions: members, conviction, forecasts."""

from collections.abc import Sequence

from app.ui.compare import skill, tables
from app.ui.compare.blocks import Behind, Blocks, Table, Text
from app.ui.compare.comparison import Comparison
from app.ui.compare.conviction import convictions, unlike_members
from app.ui.shared.charts.forecasts import forecast_skill
from app.ui.shared.charts.learning import learning
from app.ui.shared.charts.members import member_fan, member_spread
from app.ui.shared.glossary import meaning
from sac.portfolio import Backtest

__all__ = ["conviction", "fan", "forecasts", "learned", "members"]


def members(comparison: Comparison, _: Sequence[Backtest]) -> Blocks:
    """How much of a result is the seed."""
    alone = [each for each in comparison.models if each.members.shape[1]]
    if alone:
        yield member_spread(alone)
        yield Table(tables.members(alone), "CAGR of the members")
        yield Text(
            "Each member alone (dot), their interquartile mean (bar), the committee (diamond).",
            "The spread is luck of the seed.",
        )
    unlike = [name for name, version in comparison.versions.items() if unlike_members(version)]
    if unlike and not comparison.own:
        yield Text(
            f"Members of {' and '.join(unlike)} are shown without reserve: so their engine stored them."
        )


def fan(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    """The members of one against equal weight."""
    for each in shown:
        if each.members.shape[1]:
            yield member_fan(each, comparison.reference, comparison.palette[each.name])


def conviction(comparison: Comparison, _: Sequence[Backtest]) -> Blocks:
    """How far each committee is followed, and how that was measured."""
    judged = convictions(comparison.versions)
    if judged is None:
        yield Text("No weeks were held out to measure a conviction: the agents are followed without reserve.")
    else:
        yield Table(judged, "Conviction of every committee")
        yield Text("Measured on weeks that the agents had not seen.", meaning("conviction"))


def learned(comparison: Comparison, shown: Sequence[Backtest]) -> Blocks:
    """What the committee of one was worth while it learned."""
    for each in shown:
        curve = comparison.versions[each.name].metadata.learning
        if curve:
            yield learning(curve, each.name, comparison.palette[each.name])
            yield Text(f"**{each.name}**: committee (line) and members (band) on its validation weeks.")
        else:
            yield Text(f"**{each.name}**: no learning curve was stored.")


def forecasts(comparison: Comparison, _: Sequence[Backtest]) -> Blocks:
    """Whether forecasts rank stocks right, year by year; versions with the same forecasts stand together."""
    judged = skill.forecasters(comparison)
    if not judged:
        yield Text("No year was forecast out of sample: skill is n/a.")
        return
    yield forecast_skill(judged, comparison.palette)
    yield Table(skill.summary(judged), "Rank IC of each forecaster over all years")
    yield Text(
        "Rank IC of each year with its 95 % interval; about 1 year in 40 reaches t = 2 by chance.",
        meaning("rank IC"),
    )
    yield Behind("Years as a table", lambda: skill.by_year(judged), "Rank IC of each forecaster by year")
