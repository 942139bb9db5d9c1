"""How pages write numbers and moments: the same way everywhere, and "n/a" for what is not known."""

import re
from datetime import UTC, datetime
from math import isfinite

__all__ = [
    "UNKNOWN",
    "bps",
    "dollars",
    "duration",
    "hundredths",
    "megabytes",
    "moment",
    "moment_of",
    "percent",
    "points",
    "ratio",
    "signed",
    "unbroken",
    "weight_digits",
]

UNKNOWN = "n/a"


def percent(fraction: float | None, digits: int = 1) -> str:
    """A fraction as a percentage: 0.1234 is 12.3 %."""
    return (
        UNKNOWN
        if fraction is None or not isfinite(fraction)
        else f"{_unsigned_zero(fraction * 100, digits):,.{digits}f} %"
    )


def hundredths(fraction: float | None, digits: int = 1) -> str:
    """A fraction where the unit, % or pp, stands in the header: 0.1234 is 12.3."""
    return percent(fraction, digits).removesuffix(" %")


def points(difference: float | None, digits: int = 1) -> str:
    """A difference of two fractions, with its sign unless it rounds to zero: 0.012 is +1.2 pp."""
    if difference is None or not isfinite(difference):
        return UNKNOWN
    return f"{_signed(difference * 100, digits)} pp"


def signed(fraction: float | None, digits: int = 1) -> str:
    """A change as a percentage, with its sign unless it rounds to zero: 0.0123 is +1.2 %."""
    return UNKNOWN if fraction is None or not isfinite(fraction) else f"{_signed(fraction * 100, digits)} %"


def bps(fraction: float) -> str:
    """A cost rate in basis points: 0.0010 is 10 bps."""
    return f"{fraction * 1e4:g} bps"


def ratio(value: float | None, digits: int = 2) -> str:
    return UNKNOWN if value is None or not isfinite(value) else f"{_unsigned_zero(value, digits):.{digits}f}"


def dollars(amount: float | None, digits: int = 0) -> str:
    if amount is None or not isfinite(amount):
        return UNKNOWN
    rounded = _unsigned_zero(amount, digits)
    return f"{'-' if rounded < 0 else ''}${abs(rounded):,.{digits}f}"


def duration(seconds: float | None) -> str:
    """Rounded to what a waiting person cares about."""
    if seconds is None or not isfinite(seconds):
        return UNKNOWN
    whole = round(max(seconds, 0.0))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def megabytes(size: int) -> str:
    """A size on the disk, of bytes."""
    return f"{size / 1e6:,.1f} MB"


def moment(when: datetime | str | None) -> str:
    """A moment in UTC, to the minute; "n/a" also for text that is none."""
    if when is None:
        return UNKNOWN
    try:
        known = datetime.fromisoformat(when) if isinstance(when, str) else when
    except ValueError:  # somebody else wrote it
        return UNKNOWN
    return f"{known:%Y-%m-%d %H:%M} UTC"


def moment_of(seconds: float) -> str:
    """The same of seconds since 1970."""
    return moment(datetime.fromtimestamp(seconds, UTC))


def unbroken(sentence: str) -> str:
    """A sentence whose figures stay on one line with their units."""
    return re.sub(r"(?<=\d) (?=%|pp\b)", "\u00a0", sentence)


def weight_digits(assets: int) -> int:
    """Decimals of weights in %: one more where an equal share of so many assets is below half a percent."""
    return 1 if assets <= 200 else 2


def _signed(value: float, digits: int) -> str:
    rounded = _unsigned_zero(value, digits)
    return f"{rounded:+.{digits}f}" if rounded else f"{0.0:.{digits}f}"  # what rounds to zero leads nowhere


def _unsigned_zero(value: float, digits: int) -> float:
    return round(value, digits) + 0.0  # -0.0 + 0.0 is 0.0: no "-0.0 %" on a page
