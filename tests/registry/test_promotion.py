"""The gate: CAGR first."""

import dataclasses
import math

import pytest

from sac.registry import gate, settle
from tests.registry.small_versions import VARIANT, small_artifacts


def metadata(cagr: float):
    return small_artifacts(cagr=cagr).metadata


@pytest.mark.parametrize(
    ("cagr", "prior", "passed"),
    [
        (-0.5, None, True),  # the first model, whatever it is worth
        (0.1, 0.09, True),
        (0.1, 0.1, False),
        (0.09, 0.1, False),
        (math.nextafter(0.1, 1), 0.1, True),
        (math.nan, None, False),
        (math.inf, 0.1, False),
        (0.1, math.nan, False),
    ],
)
def test_only_a_higher_cagr_passes(cagr, prior, passed):
    verdict = gate(metadata(cagr), None if prior is None else metadata(prior))
    assert verdict.passed is passed
    assert verdict.eval_cagr == pytest.approx(cagr, abs=0, nan_ok=True)
    assert verdict.prior_cagr == (prior if prior is None else pytest.approx(prior, abs=0, nan_ok=True))
    assert verdict.reason.endswith(".")


def test_a_version_without_a_cagr_does_not_pass():
    bare = dataclasses.replace(metadata(0.1), metrics={})
    assert not gate(bare, None).passed


def test_versions_settle_one_after_the_other(registry):
    first, worse, better = (
        registry.save(small_artifacts(seed, cagr)) for seed, cagr in ((1, 0.10), (2, 0.05), (3, 0.12))
    )
    settled = settle(registry, first)
    assert (settled.promoted, settled.prior_version) == (True, None)
    assert registry.current(VARIANT) == first.name

    settled = settle(registry, worse)
    assert (settled.promoted, settled.prior_version) == (False, first.name)
    assert (settled.gate.eval_cagr, settled.gate.prior_cagr) == (0.05, 0.10)
    assert registry.current(VARIANT) == first.name

    settled = settle(registry, better)
    assert (settled.promoted, settled.prior_version) == (True, first.name)
    assert registry.champion(VARIANT).name == better.name


def test_the_champion_is_not_promoted_again(registry):
    version = registry.save(small_artifacts())
    settle(registry, version)
    settled = settle(registry, version)
    assert (settled.promoted, settled.prior_version) == (False, version.name)
    assert settled.gate.reason == "This version is the champion already."
