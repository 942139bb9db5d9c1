"""The answer in one sentence, and the one table behind it."""

import dataclasses
import io

import numpy as np
import pandas as pd
import pytest

from app.ui.compare.comparison import Comparison
from app.ui.compare.evidence import evidence, state
from sac.evidence import Search
from tests.support.backtests import random_walk

EQUAL = dataclasses.replace(random_walk(0, weeks=104), name="Equal weight")
NOISE = np.random.default_rng(0).normal(0.0, 0.01, 104)
LEADS = {  # log growth a week over equal weight
    "Ahead": 0.01 + NOISE / 10,
    "Behind": -0.01 + NOISE / 10,
    "Luck": NOISE - NOISE.mean() + 0.0001,
    "Twin": np.zeros(104),
}


def strategy(name, lead):
    net = np.expm1(np.log1p(EQUAL.net) + lead) if lead.any() else EQUAL.net
    return dataclasses.replace(EQUAL, name=name, net=net)


def comparing(*names):
    """Strategies that are ahead, behind, the same or neither, as external ones: nobody trained them."""
    return Comparison(
        versions={},
        models=[],
        external=[strategy(name, LEADS[name.split()[0]]) for name in names],
        hosts={},
        baselines=[],
        reference=EQUAL,
        search=Search.among([]),
        own=False,
        remarks=(),
    )


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Ahead"], "Ahead is ahead of equal weight by more than luck."),
        (["Ahead 1", "Ahead 2"], "All 2 are ahead of equal weight by more than luck."),
        (["Behind"], "Behind is behind equal weight by more than luck."),
        (["Twin"], "Twin is the same as equal weight in every week."),
        (
            ["Twin", "Ahead", "Behind"],
            "Ahead is ahead of equal weight by more than luck; Behind is behind equal weight by more than "
            "luck; Twin is the same as equal weight in every week.",
        ),
        (["Luck"], "Luck cannot be told from equal weight: 104 weeks show only "),
        (["Luck 1", "Luck 2"], "None of the 2 can be told from equal weight: 104 weeks show only "),
        (["Twin", "Luck 1", "Luck 2"], "Luck 1 and Luck 2 cannot be told from equal weight: "),
        (
            ["Twin", *(f"Luck {n}" for n in range(4))],
            "every week; 4 strategies cannot be told from equal weight: ",
        ),
    ],
)
def test_the_answer_says_of_everybody_what_the_weeks_say(names, said):
    assert said in state(comparing(*names))


def test_what_would_show_is_the_largest_of_those_that_cannot_be_told():
    comparison = comparing("Luck 1", "Luck 2")
    most = max(one.detectable for one in comparison.differences.values())
    assert f"show only {most * 100:.1f}\u00a0pp a year or more." in state(comparison)


def read(table):
    [frame] = pd.read_html(
        io.StringIO(table.cells.to_html()), index_col=0, flavor="lxml", keep_default_na=False
    )
    return frame


def test_a_verdict_has_a_sign_and_a_colour_and_who_is_the_same_has_no_odds():
    table = evidence(comparing("Ahead", "Behind", "Luck", "Twin"))
    shown = read(table)
    assert list(shown.index) == ["Ahead", "Behind", "Luck", "Twin", "Equal weight"]
    assert list(shown["Verdict"]) == ["▲ ahead", "▼ behind", "○ could be luck", "= same", ""]
    lead = shown["Lead over equal weight (pp)"]
    assert lead["Ahead"].startswith("+")
    assert lead["Behind"].startswith("-")
    assert (lead["Twin"], lead["Equal weight"]) == ("no difference", "")
    for column in ("P(better) (%)", "Would show (pp)"):
        assert list(shown[column])[3:] == ["", ""]
    assert {"low", "high"}.isdisjoint(shown.columns)
    styles = table.cells.to_html()
    assert styles.count("color: light-dark(") == 2, "ahead and behind; luck is grey"
    assert "background: linear-gradient" in styles
