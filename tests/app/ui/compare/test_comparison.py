"""What is compared stands on identical weeks; what cannot be is named and left out."""

import dataclasses

import numpy as np
import pytest

from app.queries import versions
from app.ui.compare.common_weeks import shared
from app.ui.compare.comparison import compared
from app.ui.compare.sections import SECTIONS, Text, outside_note
from app.ui.shared.charts.figure import Chart
from app.ui.shared.labels import short_name
from sac.evidence import Search
from sac.registry import Registry
from tests.support.compared_versions import BASELINES, comparison, outsider, saved


@pytest.fixture
def registry(tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    return Registry(tmp_path / "models")


def test_every_walk_covers_the_same_weeks_and_pays_from_cash(registry):
    early, late = saved(registry, 0, range(150, 254)), saved(registry, 1, range(180, 270))
    found = compared(shared([early, late]), BASELINES)
    assert [walk.name for walk in found.walks] == [
        short_name(early),
        short_name(late),
        *sorted(BASELINES, key=[*BASELINES].index),
    ]
    for walk in found.walks:
        np.testing.assert_array_equal(walk.ends, found.walks[0].ends)
        assert walk.turnover[0] == pytest.approx(1.0 - walk.weights[0, -1])
    assert len(found.reference.net) == 254 - 180
    assert "74 common weeks" in found.basis
    assert "10 bps" in found.basis
    assert not found.remarks


def test_the_last_years_are_the_last_weeks(registry):
    found = shared([saved(registry, 0)])
    year = compared(found, ("HRP",), years=1)
    assert len(year.reference.net) == 52
    assert year.span.endswith(str(found.records[next(iter(found.records))].ends[-1]))
    assert [walk.name for walk in year.baselines] == ["HRP"]


def test_versions_without_enough_common_weeks_are_named_and_the_rest_is_shown(registry):
    first, far, near = (
        saved(registry, 0, range(150, 202)),
        saved(registry, 1, range(202, 254)),
        saved(registry, 2, range(180, 254)),
    )
    found = shared([first, far, near])
    assert list(found.versions) == [short_name(first)]
    assert found.weeks == 52
    none, few = found.remarks
    assert short_name(far) in none
    assert "no week" in none
    assert short_name(near) in few
    assert "22 weeks" in few


def test_a_damaged_evaluation_is_named_and_the_rest_is_shown(registry):
    good, bad = saved(registry, 0), saved(registry, 1)
    (bad.path / "evaluation.parquet").write_bytes(b"PAR1")
    versions._evaluation.clear()
    found = shared([bad, good])
    assert list(found.versions) == [short_name(good)]
    assert bad.name in found.remarks[0]
    assert "evaluation.parquet" in found.remarks[0]
    assert not shared([bad]).versions


def test_damaged_baselines_leave_those_that_need_no_file(registry):
    version = saved(registry, 0)
    (version.path / "baselines.parquet").write_bytes(b"PAR1")
    versions._fitted_baselines.clear()
    found = compared(shared([version]), BASELINES)
    assert [walk.name for walk in found.baselines] == ["Equal weight", "Buy & hold", "Cash"]
    [remark] = found.remarks
    assert "baselines.parquet" in remark


def test_a_baseline_that_the_data_do_not_have_is_named(registry):
    found = compared(shared([saved(registry, 0)]), ("S&P 500 price index",))
    assert found.baselines == []
    assert "S&P 500 price index is left out" in found.remarks[0]


def test_other_universes_are_compared_and_said(registry):
    three, four = saved(registry, 0), saved(registry, 1, stocks=4)
    found = compared(shared([three, four]), ("Equal weight",))
    assert len(found.models) == 2
    assert f"the baselines hold the one of {short_name(three)}" in found.remarks[0]


def test_a_strategy_that_holds_equal_weight_has_no_edge_to_take_apart(registry):
    found = comparison(registry)
    twin = dataclasses.replace(found.reference, name="Twin")
    found = dataclasses.replace(found, models=[twin], baselines=[found.reference])
    [attribution] = [section for section in SECTIONS if section.title == "Attribution"]
    blocks = list(attribution.blocks(found, [twin]))
    assert not any(isinstance(block, Chart) for block in blocks)
    assert any("no edge to take apart" in block.text for block in blocks if isinstance(block, Text))


def test_a_strategy_keeps_its_colour(registry):
    found = comparison(registry)
    assert len(set(found.palette.values())) == len(found.walks)


def test_an_outside_strategy_is_walked_over_the_same_weeks_from_cash(registry):
    early, late = saved(registry, 0, range(150, 254)), saved(registry, 1, range(180, 270))
    mine = outsider(early)
    found = compared(shared([early, late], {"Mine": mine}), ("Equal weight",))
    assert [walk.name for walk in found.strategies] == [short_name(early), short_name(late), "Mine"]
    assert [walk.name for walk in found.walks][-1] == "Equal weight"
    [walk] = found.outside
    np.testing.assert_array_equal(walk.ends, found.reference.ends)
    np.testing.assert_array_equal(walk.weights, mine.weights[30:])
    assert walk.turnover[0] == pytest.approx(1.0 - walk.weights[0, -1])
    assert walk.gross[0] == pytest.approx(walk.weights[0] @ found.models[0].growth[0] - 1.0)
    assert found.hosts == {"Mine": early}
    assert len(found.differences) == 3
    assert not found.remarks


def test_an_outside_strategy_pays_the_costs_of_the_version_that_it_fits_to(registry):
    three, four = saved(registry, 0), saved(registry, 1, stocks=4)
    found = compared(shared([three, four], {"Mine": outsider(four)}), ())
    assert found.hosts == {"Mine": four}
    assert found.outside[0].symbols == four.symbols


def test_an_outside_strategy_that_fits_to_no_version_is_named_with_the_reason(registry):
    version, walk = saved(registry, 0), outsider(saved(registry, 0))
    strangers = {
        "Others": dataclasses.replace(walk, name="Others", symbols=("A", "B", "C")),
        "Dearer": dataclasses.replace(walk, name="Dearer", growth=walk.growth * 1.01),
        "Short": outsider(saved(registry, 1, range(150, 160)), "Short"),
        "Earlier": outsider(saved(registry, 2, range(20, 120)), "Earlier"),
    }
    found = shared([version], strangers)
    assert list(found.records) == [short_name(version)]
    assert not found.outside
    others, dearer, short, earlier = found.remarks
    assert others == f"Others is left out. It holds other stocks than the version. ({short_name(version)})"
    assert "Dearer is left out. It was run over other prices" in dearer
    assert "Short is left out: of its weeks" in short
    assert "10 weeks" in short
    assert "Earlier is left out. It covers" in earlier
    assert "no week of the version's" in earlier


def test_what_an_outside_strategy_lacks_is_left_out_and_the_rest_is_shown(registry):
    version = saved(registry, 0)
    found = compared(shared([version], {"Mine": outsider(version)}), ("Equal weight",))
    shown = {section.title: list(section.blocks(found, found.strategies)) for section in SECTIONS}
    alts = {
        title: " ".join(block.alt for block in blocks if not isinstance(block, Text))
        for title, blocks in shown.items()
    }
    assert "Mine" in alts["Drawdown"]
    assert "Target weights of Mine" in alts["Weights"]
    assert "edge of Mine" in alts["Attribution"]
    assert "Mine" not in alts["Members"] + alts["Forecasts"]
    for title in ("Figures", "Years"):
        assert "Mine" in shown[title][0].cells.columns
    assert "Mine" in shown["Costs"][0].cells.index


def test_nobody_counted_what_was_tried_before_an_outside_strategy(registry):
    version = saved(registry, 0)
    found = compared(shared([version], {"Mine": outsider(version)}), ())
    found = dataclasses.replace(found, search=Search.among([0.1, 0.5, 0.9]))
    [figures] = [section for section in SECTIONS if section.title == "Figures"]
    _, luck, told = figures.blocks(found, [])
    by_luck = luck.cells.data["P(Sharpe > best of 3 by luck)"]
    assert np.isfinite(by_luck[short_name(version)])
    assert np.isnan(by_luck["Mine"])
    assert "n/a for outside strategies" in told.text


def test_whoever_breaks_the_limits_is_told_on(registry):
    version = saved(registry, 0)
    walk = outsider(version)
    tame = dataclasses.replace(walk, name="Tame", weights=np.tile([0.2, 0.2, 0.2, 0.4], (len(walk.net), 1)))
    note = outside_note(compared(shared([version], {"Mine": walk, "Tame": tame}), ()))
    assert "**Mine** and **Tame**" in note
    assert "Mine does not keep the versions' limits (20 % a stock, 2 % cash)" in note
    assert "Tame does not" not in note
