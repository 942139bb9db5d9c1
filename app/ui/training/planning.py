"""What a number of evaluation years can show, and what it costs, before anybody starts."""

import dataclasses

from app.formats import UNKNOWN, duration, percent
from app.queries import market, planning
from sac.config import WEEKS_PER_YEAR, TrainingSettings
from sac.market.evaluation import possible_years

__all__ = ["shown_and_spent", "too_long"]

_LONG = 10  # years that others are compared with, where the data have them


def too_long(settings: TrainingSettings) -> str | None:
    """Why the data cannot evaluate so many years; None where they can."""
    possible = possible_years(market.panel(), settings.validation_weeks)
    if settings.evaluation_years <= possible:
        return None
    return f"Evaluation years is {settings.evaluation_years}: the data have room for {possible}."


def shown_and_spent(variant: str, settings: TrainingSettings) -> str | None:
    """The smallest lead that the evaluation would show, what more years would, and how much longer it takes.

    None where the data are too short to say.
    """
    lead = planning.lead_of(variant, settings.preset)
    if lead is None:
        return None
    years, longest = settings.evaluation_years, possible_years(market.panel(), settings.validation_weeks)
    own = planning.seconds_of(variant, settings)
    took = f", about {duration(own)}" if own is not None else ""
    sentence = f"{_years(years)}: only {_shows(lead.detectable_in(years * WEEKS_PER_YEAR))} would show{took}"
    more = min(longest, _LONG)
    if more <= years:
        return f"{sentence}."
    longer = planning.seconds_of(variant, dataclasses.replace(settings, evaluation_years=more))
    cost = UNKNOWN if own is None or longer is None else f"about {duration(longer - own)} more"
    shows = _shows(lead.detectable_in(more * WEEKS_PER_YEAR)).removesuffix(" a year")
    return f"{sentence}; {_years(more)}: {shows}; {_cost(cost)}."


def _cost(cost: str) -> str:
    return "time not measured here yet" if cost == UNKNOWN else cost


def _years(count: int) -> str:
    return f"{count} year{'s' * (count > 1)}"


def _shows(difference: float) -> str:
    return f"{percent(difference).removesuffix(' %')} points a year"
