"""The sentence of the desk: as short as it can be, and never another than the truth."""

import pytest

from app.ui.overview.standing import today

NAMES = ("A", "B", "C", "D")


def sentence(*convictions):
    return today(dict(zip(NAMES, convictions, strict=False))).replace("\u00a0", " ").replace("*", "")


@pytest.mark.parametrize(
    ("convictions", "said"),
    [
        ((0.0,), "Today A holds equal weight."),
        ((0.0, 0.0), "Today both champions hold equal weight."),
        ((0.0, 0.0, 0.0), "Today all three champions hold equal weight."),
        ((1.0, 1.0), "Today both champions trade their agents' weights."),
        ((0.0, 0.05, 0.0), "Today B trades at 5 % conviction, the others hold equal weight."),
        ((1.0, 0.0), "Today A trades its agents' weights, B holds equal weight."),
        ((1.0, 1.0, 0.0), "Today A and B trade their agents' weights, C holds equal weight."),
        (
            (0.3, 1.0, 0.0, 0.0),
            "Today B trades its agents' weights, A trades at 30 % conviction, the others hold equal weight.",
        ),
        ((0.2, None), "Today A trades at 20 % conviction, B follows what this release does not know."),
    ],
)
def test_champions_that_do_the_same_share_a_clause(convictions, said):
    assert sentence(*convictions) == said
