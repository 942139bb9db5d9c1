"""What is compared stands on identical weeks; what cannot be is named and left out."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from app.queries import versions
from app.ui.compare.blocks import Text
from app.ui.compare.common_weeks import weeks_in_common
from app.ui.compare.comparison import compared
from app.ui.compare.evidence import external_note
from app.ui.compare.sections import SECTIONS
from app.ui.shared.charts.figure import Chart
from app.ui.shared.labels import short_name
from sac.evidence import Search
from sac.registry import Registry
from tests.support.compared_versions import BASELINES, external, saved, small_comparison

pytestmark = pytest.mark.slow


@pytest.fixture
def registry(tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    return Registry(tmp_path / "models")


def test_every_backtest_covers_the_same_weeks_and_pays_from_cash(registry):
    early, late = saved(registry, 0, range(150, 254)), saved(registry, 1, range(180, 270))
    comparison = compared(weeks_in_common([early, late]), BASELINES)
    assert [backtest.name for backtest in comparison.backtests] == [
        short_name(early),
        short_name(late),
        *sorted(BASELINES, key=[*BASELINES].index),
    ]
    for backtest in comparison.backtests:
        np.testing.assert_array_equal(backtest.ends, comparison.backtests[0].ends)
        assert backtest.turnover[0] == pytest.approx(1.0 - backtest.weights[0, -1])
    assert len(comparison.reference.net) == 254 - 180
    assert "74 common weeks" in comparison.basis
    assert "10 bps" in comparison.basis
    assert not comparison.remarks


def test_the_last_years_are_the_last_weeks(registry):
    common = weeks_in_common([saved(registry, 0)])
    year = compared(common, ("HRP",), years=1)
    assert len(year.reference.net) == 52
    assert year.span.endswith(str(common.records[next(iter(common.records))].ends[-1]))
    assert [backtest.name for backtest in year.baselines] == ["HRP"]


def test_versions_without_enough_common_weeks_are_named_and_the_rest_is_shown(registry):
    first, far, near = (
        saved(registry, 0, range(150, 202)),
        saved(registry, 1, range(202, 254)),
        saved(registry, 2, range(180, 254)),
    )
    common = weeks_in_common([first, far, near])
    assert list(common.versions) == [short_name(first)]
    assert common.count == 52
    none, few = common.remarks
    assert short_name(far) in none
    assert "no week" in none
    assert short_name(near) in few
    assert "22 weeks" in few


def test_a_damaged_evaluation_is_named_and_the_rest_is_shown(registry):
    good, bad = saved(registry, 0), saved(registry, 1)
    (bad.path / "evaluation.parquet").write_bytes(b"PAR1")
    versions._evaluation.clear()
    common = weeks_in_common([bad, good])
    assert list(common.versions) == [short_name(good)]
    assert bad.name in common.remarks[0]
    assert "evaluation.parquet" in common.remarks[0]
    assert not weeks_in_common([bad]).versions


def test_damaged_baselines_leave_those_that_need_no_file(registry):
    version = saved(registry, 0)
    (version.path / "baselines.parquet").write_bytes(b"PAR1")
    versions._fitted_baselines.clear()
    comparison = compared(weeks_in_common([version]), BASELINES)
    assert [backtest.name for backtest in comparison.baselines] == ["Equal weight", "Buy & hold", "Cash"]
    [remark] = comparison.remarks
    assert "baselines.parquet" in remark


def test_a_baseline_that_the_data_do_not_have_is_named(registry):
    comparison = compared(weeks_in_common([saved(registry, 0)]), ("S&P 500 price index",))
    assert comparison.baselines == []
    assert "S&P 500 price index is left out" in comparison.remarks[0]


def test_other_universes_are_compared_and_said(registry):
    three, four = saved(registry, 0), saved(registry, 1, stocks=4)
    comparison = compared(weeks_in_common([three, four]), ("Equal weight",))
    assert len(comparison.models) == 2
    assert f"the baselines hold that of {short_name(three)}" in comparison.remarks[0]


def test_a_strategy_that_holds_equal_weight_has_no_edge_to_take_apart(registry):
    comparison = small_comparison(registry)
    twin = dataclasses.replace(comparison.reference, name="Twin")
    comparison = dataclasses.replace(comparison, models=[twin], external=[], baselines=[comparison.reference])
    [attribution] = [section for section in SECTIONS if section.title == "Attribution"]
    blocks = list(attribution.blocks(comparison))
    assert not any(isinstance(block, Chart) for block in blocks)
    assert any("no edge to attribute" in block.text for block in blocks if isinstance(block, Text))


def test_a_strategy_keeps_its_colour(registry):
    comparison = small_comparison(registry)
    assert len(set(comparison.palette.values())) == len(comparison.backtests)


def test_an_external_strategy_is_re_run_on_the_same_weeks_from_cash(registry):
    early, late = saved(registry, 0, range(150, 254)), saved(registry, 1, range(180, 270))
    mine = external(early)
    comparison = compared(weeks_in_common([early, late], {"Mine": mine}), ("Equal weight",))
    assert [backtest.name for backtest in comparison.strategies] == [
        short_name(early),
        short_name(late),
        "Mine",
    ]
    assert [backtest.name for backtest in comparison.backtests][-1] == "Equal weight"
    [backtest] = comparison.external
    np.testing.assert_array_equal(backtest.ends, comparison.reference.ends)
    np.testing.assert_array_equal(backtest.weights, mine.weights[30:])
    assert backtest.turnover[0] == pytest.approx(1.0 - backtest.weights[0, -1])
    assert backtest.gross[0] == pytest.approx(backtest.weights[0] @ comparison.models[0].growth[0] - 1.0)
    assert comparison.hosts == {"Mine": early}
    assert len(comparison.differences) == 3
    assert not comparison.remarks


def test_an_external_strategy_pays_the_costs_of_the_version_that_it_fits_to(registry):
    three, four = saved(registry, 0), saved(registry, 1, stocks=4)
    comparison = compared(weeks_in_common([three, four], {"Mine": external(four)}), ())
    assert comparison.hosts == {"Mine": four}
    assert comparison.external[0].symbols == four.symbols


def test_an_external_strategy_that_fits_to_no_version_is_named_with_the_reason(registry):
    version, backtest = saved(registry, 0), external(saved(registry, 0))
    strangers = {
        "Others": dataclasses.replace(backtest, name="Others", symbols=("A", "B", "C")),
        "Dearer": dataclasses.replace(backtest, name="Dearer", growth=backtest.growth * 1.01),
        "Short": external(saved(registry, 1, range(150, 160)), "Short"),
        "Earlier": external(saved(registry, 2, range(20, 120)), "Earlier"),
    }
    common = weeks_in_common([version], strangers)
    assert list(common.records) == [short_name(version)]
    assert not common.external
    others, dearer, short, earlier = common.remarks
    assert others.startswith("Others is left out. ")
    assert f"({short_name(version)})" in others
    assert "Dearer is left out. " in dearer
    assert "over other prices" in dearer
    assert "Short is left out: of its weeks" in short
    assert "10 weeks" in short
    assert "Earlier is left out. It covers" in earlier


def test_what_an_external_strategy_lacks_is_left_out_and_the_rest_is_shown(registry):
    version = saved(registry, 0)
    comparison = compared(weeks_in_common([version], {"Mine": external(version)}), ("Equal weight",))
    shown: dict[str, list[Any]] = {section.title: list(section.blocks(comparison)) for section in SECTIONS}
    alts = {
        title: " ".join(block.alt for block in blocks if not isinstance(block, Text))
        for title, blocks in shown.items()
    }
    assert "Mine" in alts["Drawdown"]
    assert "Weight of Mine over or under equal weight" in alts["Weights"]
    assert "edge of Mine" in alts["Attribution"]
    assert "Mine" not in alts["Members"] + alts["Forecasts"]
    assert "Mine" in shown["Years"][1].table.cells.columns
    for title in ("Figures", "Distribution"):
        assert "Mine" in shown[title][0].cells.columns
    assert "Mine" in shown["Costs"][0].cells.index


def test_nobody_counted_what_was_tried_before_an_external_strategy(registry):
    version = saved(registry, 0)
    comparison = compared(weeks_in_common([version], {"Mine": external(version)}), ())
    comparison = dataclasses.replace(comparison, search=Search.among([0.1, 0.5, 0.9]))
    [figures] = [section for section in SECTIONS if section.title == "Figures"]
    blocks: list[Any] = list(figures.blocks(comparison))
    table, note = blocks
    by_luck = table.cells.data.loc["P(IR > best of 3 by luck) (%)"]
    assert np.isfinite(by_luck[short_name(version)])
    assert np.isnan(by_luck["Mine"])
    assert "n/a for external strategies" in note.help


def test_who_breaks_the_limits_is_named(registry):
    version = saved(registry, 0)
    backtest = external(version)
    tame = dataclasses.replace(
        backtest, name="Tame", weights=np.tile([0.2, 0.2, 0.2, 0.4], (len(backtest.net), 1))
    )
    note = external_note(compared(weeks_in_common([version], {"Mine": backtest, "Tame": tame}), ()))
    assert "**Mine** and **Tame**" in note
    assert "Mine does not keep the versions' limits (20 % a stock, 2 % cash)" in note
    assert "Tame does not" not in note
