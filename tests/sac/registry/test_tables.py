"""The tables of a version with the largest universe, the most evaluation years and many members."""

import dataclasses

import numpy as np
import pytest

from sac.limits import LIMITS
from sac.market import MOST_SYMBOLS
from sac.portfolio.baselines import RISK_BASED
from sac.registry import tables
from tests.support.backtests import walk_of

SYMBOLS = tuple(f"S{number:03}" for number in range(MOST_SYMBOLS))


@pytest.fixture(scope="module")
def record():
    rng = np.random.default_rng(0)
    weeks = 52 * int(LIMITS["evaluation_years"][1])
    growth = rng.normal(1.002, 0.03, (weeks, MOST_SYMBOLS + 1))
    walk = walk_of(rng.dirichlet(np.ones(MOST_SYMBOLS + 1), weeks), growth)
    members = rng.normal(0.0, 0.01, (weeks, int(LIMITS["members"][1])))
    return dataclasses.replace(walk, symbols=SYMBOLS, members=members, entries=members)


def same(read, written):
    return all(
        np.array_equal(getattr(read, field.name), getattr(written, field.name))
        for field in dataclasses.fields(written)
    )


def test_an_evaluation_comes_back(record):
    assert same(tables.unpack_evaluation(tables.pack_evaluation(record), SYMBOLS), record)


def test_baselines_come_back(record):
    alone = np.empty((len(record.net), 0))
    fitted = [
        dataclasses.replace(record, name=name, members=alone, entries=alone, folds=0 * record.folds)
        for name in RISK_BASED
    ]
    read = tables.unpack_baselines(tables.pack_baselines(fitted))
    assert len(read) == len(fitted)
    assert all(map(same, read, fitted))
