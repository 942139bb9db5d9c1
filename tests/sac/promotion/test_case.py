"""The evidence beside the gate."""

import dataclasses
import json
import math
from typing import Any

import numpy as np
import pytest

from sac.config import Constraints
from sac.evidence import Search, cagr, metrics
from sac.portfolio import equal_weights
from sac.promotion import gate, settle
from sac.promotion.case import case_for
from tests.support.small_versions import VARIANT, WEEKS, small_artifacts, truthful


def saved(registry, seed, cagr=0.1, edge=0.0, weeks=slice(None), **metadata):
    """A version whose weeks earned `edge` more than equal weight did."""
    artifacts = small_artifacts(seed, cagr)
    result = artifacts.evaluation
    evaluation = some(dataclasses.replace(result, growth=result.growth + edge), weeks)
    return registry.save(
        truthful(
            dataclasses.replace(
                artifacts,
                evaluation=(
                    evaluation := some(dataclasses.replace(result, growth=result.growth + edge), weeks)
                ),
                agents=evaluation,
                baselines=[some(benchmark, weeks) for benchmark in artifacts.baselines],
                metadata=dataclasses.replace(artifacts.metadata, **metadata),
            )
        )
    )


def some(result, weeks):
    """A few weeks of a walk."""
    arrays = {name: value[weeks] for name, value in vars(result).items() if isinstance(value, np.ndarray)}
    return dataclasses.replace(result, **arrays)


def case(registry, challenger, sharpes=(0.5, 0.1)):
    champion = registry.champion(VARIANT)
    verdict = gate(challenger, champion)
    return case_for(challenger, champion, verdict, Search.among(sharpes))


@pytest.fixture
def champion(registry):
    version = saved(registry, 1)
    settle(registry, version)
    return version


def test_the_same_return_in_every_week_is_no_difference(registry, champion):
    found = case(registry, saved(registry, 2))
    assert found.growth["challenger"] == found.growth["champion"]
    assert (found.strength, found.advice) == ("none", "Same as the champion in every week.")
    assert found.edge is None, "two that are one have no best stock"


def test_a_few_weeks_that_are_all_the_same_are_no_difference_either(registry, champion):
    """Too few for an interval; what differs by what rounding leaves is the same."""
    same = case(registry, saved(registry, 2, edge=1e-15, weeks=slice(0, 13)))
    assert (same.weeks, same.against_champion) == (13, None)
    assert (same.strength, same.edge) == ("none", None)
    other = case(registry, saved(registry, 3, edge=0.001, weeks=slice(0, 13)))
    assert other.strength == "weak"
    assert "fewer than 26 weeks" in other.advice
    assert other.edge.best_stock


def test_the_figures_of_both_stand_on_the_same_weeks_each_under_its_own_rules(registry, champion):
    found = case(registry, saved(registry, 2, edge=0.001))
    assert set(found.figures) == {"challenger", "champion", "Equal weight"}
    record, rules = champion.evaluation(), champion.settings.constraints
    assert found.figures["champion"] == metrics(record, rules)
    assert {name: one.cagr for name, one in found.figures.items()} == {
        name: pytest.approx(found.growth[name]) for name in found.figures
    }


def test_weeks_in_which_equal_weight_is_held_are_counted(registry, champion):
    artifacts = small_artifacts(2)
    rules, result = artifacts.settings.constraints, artifacts.evaluation
    weights = result.weights.copy()
    weights[:7] = equal_weights(len(result.symbols), rules)
    weights[7:] = equal_weights(len(result.symbols), rules)[[1, 0, *range(2, len(result.symbols) + 1)]]
    weights[7:, 0] -= 0.01
    weights[7:, -1] += 0.01
    evaluation = dataclasses.replace(result, weights=weights)
    held = dataclasses.replace(artifacts, evaluation=evaluation, agents=evaluation)
    assert case(registry, registry.save(truthful(held))).equal_weeks == 7


def test_the_case_is_made_on_common_weeks_with_each_ones_own_record(registry, champion):
    found = case(registry, saved(registry, 2, weeks=slice(5, 18)))
    assert found.weeks == found.shared == 13
    result = champion.evaluation()
    assert (found.start, found.end) == (str(result.fills[5]), str(result.ends[17]))
    assert set(found.growth) == {"challenger", "champion", "Equal weight", "Buy & hold", "HRP", "Cash"}
    assert found.growth["challenger"] == pytest.approx(found.growth["champion"])
    assert found.against_champion is None  # 13 weeks tell nothing


def test_costs_eat_more_of_a_version_the_dearer_they_are(registry, champion):
    found = case(registry, saved(registry, 2))
    at_costs = found.costs["challenger"]
    assert list(at_costs) == sorted(at_costs, reverse=True)
    assert at_costs[1] == pytest.approx(found.growth["challenger"])  # 10 bps are the desk's own
    assert len(found.members) == 2


def test_the_text_is_json_that_names_the_bytes_that_were_judged(registry, champion):
    challenger = saved(registry, 2)
    facts = json.loads(case(registry, challenger).text())
    assert facts["challenger"] == challenger.name
    assert len(set(facts["manifests"])) == 2
    assert facts["trials"] == 2


def test_strong_and_contrary_evidence_are_told_from_luck(registry):
    low, high = saved(registry, 1), saved(registry, 2, edge=0.02)
    settle(registry, low)
    found = case(registry, high)
    assert (found.strength, found.against_champion.low > 0) == ("strong", True)
    champion, challenger = high, low
    found = case_for(challenger, champion, gate(low, high), Search.among())
    assert found.strength == "contrary"
    assert "beat it by more than luck" in found.advice
    assert found.growth["champion"] > found.growth["challenger"]


def test_what_makes_two_versions_hard_to_compare_is_said(registry, champion):
    provenance = dataclasses.replace(champion.metadata.provenance, source="files")
    other = saved(registry, 2, weeks=slice(0, 12), provenance=provenance)
    found = case(registry, other)
    assert "each on its own weeks (they have 12 weeks in common)" in found.gate.reason
    assert any("Other data: files" in warning for warning in found.warnings)
    artifacts, names = small_artifacts(3), ("S00", "S01", "Z")
    evaluation, *benchmarks = (
        dataclasses.replace(result, symbols=names) for result in (artifacts.evaluation, *artifacts.baselines)
    )
    other = dataclasses.replace(
        artifacts, symbols=names, evaluation=evaluation, agents=evaluation, baselines=benchmarks
    )
    found = case(registry, registry.save(other))
    assert "Another universe than the champion's: without S02 and with Z." in found.warnings


def test_without_common_weeks_the_own_ones_are_shown_and_it_is_said(registry, champion):
    artifacts = small_artifacts(2)
    later = np.timedelta64(3650, "D")
    evaluation, *benchmarks = (
        dataclasses.replace(
            result, decisions=result.decisions + later, fills=result.fills + later, ends=result.ends + later
        )
        for result in (artifacts.evaluation, *artifacts.baselines)
    )
    moved = dataclasses.replace(artifacts, evaluation=evaluation, agents=evaluation, baselines=benchmarks)
    found = case(registry, registry.save(truthful(moved)))
    assert (found.shared, found.weeks, found.against_champion) == (0, WEEKS, None)
    assert "champion" not in found.growth
    assert any("Not one week" in warning for warning in found.warnings)


def test_without_a_champion_equal_weight_is_the_one_to_beat(registry):
    challenger = saved(registry, 1)
    found = case_for(challenger, None, gate(challenger, None), Search.among())
    assert (found.champion, found.against_champion, found.warnings) == (None, None, ())
    assert (found.shared, found.weeks, len(found.manifests)) == (WEEKS, WEEKS, 1)
    assert found.trials == 1
    assert list(found.growth) == ["challenger", "Equal weight", "Buy & hold", "HRP", "Cash"]
    assert list(found.costs) == ["challenger"]
    assert found.edge is None  # it is equal weight itself
    assert found.equal_weeks == WEEKS
    assert found.advice == "Same as equal weight in every week."
    assert math.isnan(found.deflated_sharpe)  # what everybody earned is no skill


def test_26_weeks_tell_something(registry, monkeypatch):
    version = saved(registry, 1)
    result, later = version.evaluation(), np.timedelta64(7 * WEEKS, "D")
    for weeks, told in ((25, False), (26, True)):
        longer = dataclasses.replace(
            result,
            **{
                name: np.concatenate([value, value + later if value.dtype.kind == "M" else value])[:weeks]
                for name, value in vars(result).items()
                if isinstance(value, np.ndarray)
            },
        )
        longer.weights[:, :2] += 0.01 * np.array([1.0, -1.0]) * (-1.0) ** np.arange(weeks)[:, None]
        monkeypatch.setattr(type(version), "evaluation", lambda self, longer=longer: longer)
        monkeypatch.setattr(type(version), "baselines", lambda self: [])
        found = case_for(version, None, gate(version, None), Search.among())
        assert (found.weeks, found.against_equal_weight is not None) == (weeks, told)
    assert found.strength == "weak"
    assert found.advice == (
        "On 26 weeks the difference to equal weight could be luck; only a true difference of "
        f"{found.against_equal_weight.detectable * 100:.1f} pp a year would show reliably."
    )


def test_members_and_costs_are_annual_growth(registry, champion):
    found = case(registry, saved(registry, 2))
    result = champion.evaluation()
    assert found.members == pytest.approx([cagr(result.net), cagr((1.0 + result.net) * 1.0002 - 1.0)])
    assert set(found.costs) == {"challenger", "champion"}
    assert found.costs["champion"] == pytest.approx(found.costs["challenger"])


def test_other_rules_a_lost_parent_and_another_order_are_said(registry, champion):
    artifacts = small_artifacts(4)
    settings = dataclasses.replace(artifacts.settings, constraints=Constraints(cost_rate=0.002))
    tuned: dict[str, Any] = {"kind": "finetune", "version": f"{artifacts.metadata.version}-ft"}
    record = dataclasses.replace(artifacts.metadata, **tuned, parent="v2018-12-21-000000000000")
    changed = truthful(dataclasses.replace(artifacts, settings=settings, metadata=record))
    found = case(registry, registry.save(changed))
    assert found.warnings == (
        "Other constraints or costs than the champion's: each is shown under its own.",
        "Fine-tuned from v2018-12-21-000000000000, which is not the champion any more.",
    )
    artifacts, names = small_artifacts(5), ("S01", "S00", "S02")
    tuned["version"] = f"{artifacts.metadata.version}-ft"
    record = dataclasses.replace(artifacts.metadata, **tuned, parent=champion.name)
    evaluation, *others = (
        dataclasses.replace(result, symbols=names) for result in (artifacts.evaluation, *artifacts.baselines)
    )
    turned = dataclasses.replace(
        artifacts, symbols=names, evaluation=evaluation, agents=evaluation, baselines=others, metadata=record
    )
    assert case(registry, registry.save(turned)).warnings == (
        "Another universe than the champion's: another order.",
    )


def test_a_fraction_of_a_point_a_week_is_told_from_luck_too(registry):
    low, high = saved(registry, 1), saved(registry, 2, edge=0.002)
    for challenger, champion, strength in ((high, low, "strong"), (low, high, "contrary")):
        found = case_for(challenger, champion, gate(challenger, champion), Search.among())
        assert found.strength == strength
        assert 0.05 < abs(found.against_champion.mean) < 0.2
    assert found.advice == f"The champion beat it by more than luck on {WEEKS} weeks."


@pytest.mark.parametrize("source", ["alpaca", "yahoo"])
@pytest.mark.parametrize("parent", ["v2000-01-07-000000000000", "v2030-01-04-000000000000"])
def test_sources_and_parents_are_compared_and_not_ordered(registry, champion, source, parent):
    artifacts = small_artifacts(2)
    record = dataclasses.replace(
        artifacts.metadata,
        kind="finetune",
        version=f"{artifacts.metadata.version}-ft",
        parent=parent,
        provenance=dataclasses.replace(artifacts.metadata.provenance, source=source),
    )
    assert case(registry, registry.save(dataclasses.replace(artifacts, metadata=record))).warnings == (
        f"Other data: {source} instead of the champion's test.",
        f"Fine-tuned from {parent}, which is not the champion any more.",
    )
