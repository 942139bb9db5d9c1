"""How cells of tables write figures whose unit stands in the header; pandas styles cells of any type."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from app.formats import hundredths, ratio

__all__ = ["Writer", "correlation", "count", "known", "tenths", "two_digits", "whole"]

Writer = Callable[[Any], str]

tenths: Writer = hundredths  # of a percent or a point
whole: Writer = partial(hundredths, digits=0)
two_digits: Writer = ratio
correlation: Writer = partial(ratio, digits=3)
count: Writer = partial(ratio, digits=0)


def known(write: Writer, other: str = "") -> Writer:
    """Something else for NaN that is not unknown."""
    return lambda value: other if math.isnan(value) else write(value)
