"""Numbers as people type them."""

import pytest

from app.ui.shared.fields import whole_number
from sac.errors import SettingsError


@pytest.mark.parametrize(
    ("typed", "number"),
    [("5", 5), (" 64 ", 64), ("064", 64), ("+7", 7), ("1", 1)],
)
def test_a_number_in_its_range_is_read(typed, number):
    assert whole_number("Members", typed, 1, 64) == number


@pytest.mark.parametrize(
    "typed", ["500", "0", "-3", "65", "2.5", "1e3", "abc", "9" * 40, "0x10", "<b>", "5 members", "1,5", "6 4"]
)
def test_anything_else_is_refused_with_the_range(typed):
    with pytest.raises(SettingsError, match="enter a whole number from 1 to 64"):
        whole_number("Members", typed, 1, 64)


@pytest.mark.parametrize("typed", ["", "  "])
def test_an_empty_field_is_no_default(typed):
    with pytest.raises(SettingsError, match="Members is empty"):
        whole_number("Members", typed, 1, 64)


@pytest.mark.parametrize("typed", ["3000", "3,000", "3 000", "3'000"])
def test_thousands_may_stand_apart(typed):
    assert whole_number("Updates", typed, 1, 500_000) == 3_000
