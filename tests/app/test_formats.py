from datetime import UTC, datetime

import pytest

from app.formats import dollars, duration, moment, percent, points, ratio, signed, unbroken


@pytest.mark.parametrize("write", [percent, points, ratio, dollars, duration])
@pytest.mark.parametrize("unknown", [None, float("nan"), float("inf")])
def test_unknown_figures_are_never_written_as_numbers(write, unknown):
    assert write(unknown) == "n/a"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (percent(0.1234), "12.3 %"),
        (percent(-0.00001), "0.0 %"),
        (points(0.012), "+1.2 pp"),
        (points(-0.009), "-0.9 pp"),
        (points(-0.0004), "0.0 pp"),
        (points(0.0004), "0.0 pp"),
        (signed(0.00004), "0.0 %"),
        (signed(-0.0123, 2), "-1.23 %"),
        (ratio(1.005, 1), "1.0"),
        (dollars(1234567.891, 2), "$1,234,567.89"),
        (dollars(-94289.4), "-$94,289"),
        (dollars(-0.2), "$0"),
        (duration(59.4), "59 s"),
        (duration(61), "1 min 01 s"),
        (duration(3661), "1 h 01 min"),
        (moment(datetime(2022, 12, 23, 21, 5, tzinfo=UTC)), "2022-12-23 21:05 UTC"),
        (moment(None), "n/a"),
    ],
)
def test_numbers_have_units(written, expected):
    assert written == expected


def test_a_figure_stays_on_one_line_with_its_unit():
    kept = unbroken("A 95 % interval, -1.0 pp to +2.0 pp, 5 ppm of 3 pens")
    assert kept == "A 95\u00a0% interval, -1.0\u00a0pp to +2.0\u00a0pp, 5 ppm of 3 pens"
