"""A strategy has the same colour on every page, and nothing is told by colour alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.shared.charts import figure
from app.ui.shared.charts.figure import BASELINE_COLOURS, BASELINE_DASHES, BOOK, VARIANT_COLOURS, colours
from sac.config import VARIANTS

LABELS = [one.label for one in VARIANTS.values()]
GROUNDS = ("#ffffff", "#10181f")


def contrast(one, other):
    dark, light = sorted(map(figure.luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("label", LABELS)
def test_a_variant_has_one_colour_whoever_stands_beside_it(label):
    others = [f"{one} 0a1b2c" for one in LABELS if one != label]
    alone, last = colours([f"{label} 3f2a1b"]), colours([*others, "Mine", BOOK, "HRP", f"{label} 3f2a1b"])
    assert alone[f"{label} 3f2a1b"] == last[f"{label} 3f2a1b"] == colours([label])[label]


def test_versions_of_a_variant_the_book_and_strangers_are_told_apart():
    names = [
        *LABELS,
        *(f"SAC + LSTM {n:06x}" for n in range(5)),
        BOOK,
        "Mine",
        "SAC + LSTMs",
        *BASELINE_COLOURS,
    ]
    assert len(set(colours(names).values())) == len(names)
    assert colours(["Mine"])["Mine"] in VARIANT_COLOURS.values()


def test_benchmarks_are_grey_and_each_has_its_own_dashes():
    assert len(set(BASELINE_DASHES.values())) == len(BASELINE_COLOURS)
    assert "solid" not in BASELINE_DASHES.values()
    for colour in BASELINE_COLOURS.values():
        channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        assert max(channels) - min(channels) < 48


@given(st.lists(st.sampled_from([*LABELS, BOOK, "Mine", *BASELINE_COLOURS]), min_size=1, max_size=30))
def test_every_colour_stands_out_from_both_grounds(labels):
    names = [name if name in BASELINE_COLOURS else f"{name} {n}" for n, name in enumerate(labels)]
    for colour in colours(names).values():
        assert min(contrast(colour, ground) for ground in GROUNDS) >= 3.0
