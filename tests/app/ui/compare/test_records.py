"""The two records of a version: as traded, and its agents' own."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from app.queries import market, versions
from app.ui.compare import report
from app.ui.compare.blocks import Table, Text
from app.ui.compare.common_weeks import weeks_in_common
from app.ui.compare.comparison import compared
from app.ui.compare.conviction import convictions, followed_today, record_note
from app.ui.compare.evidence import evidence
from app.ui.compare.returns import equity
from app.ui.compare.sections import SECTIONS
from app.ui.shared.charts.figure import Chart
from app.ui.shared.labels import short_name
from sac.evidence import cagr
from sac.portfolio import LearningPoint, Validation
from sac.registry import Registry
from tests.support.compared_versions import behind, external, saved
from tests.support.older_versions import without_own_record
from tests.support.synthetic import random_panel

pytestmark = pytest.mark.slow

DOUBTED = (0.61, 0.4, 0.05)


@pytest.fixture
def registry(tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    return Registry(tmp_path / "models")


def blocks_of(comparison, title) -> list[Any]:
    [section] = [section for section in SECTIONS if section.title == title]
    return list(section.blocks(comparison))


def test_every_figure_is_of_the_record_that_is_asked_for(registry):
    version = saved(registry, 0, convictions=DOUBTED)
    name, mine = short_name(version), external(version)
    for own, record in ((False, version.evaluation()), (True, version.agents())):
        comparison = compared(weeks_in_common([version], {"Mine": mine}, own), ("Equal weight",))
        [model] = comparison.models
        np.testing.assert_array_equal(model.weights, record.weights)
        np.testing.assert_allclose(model.net, record.net)
        np.testing.assert_array_equal(comparison.external[0].weights, mine.weights)
        assert behind(evidence(comparison).cells).loc[name, "CAGR (%)"] == pytest.approx(cagr(record.net))
        assert f"{name} {cagr(record.net) * 100:.1f} % a year" in equity(comparison).alt
        said = "Agents&#x27; own" if own else "As traded"
        assert f"<strong>{said}</strong>, out of sample" in report.html(comparison)
    assert not np.allclose(version.evaluation().net, version.agents().net)


def test_of_whom_both_records_are_the_same_is_said(registry):
    doubted, sure = saved(registry, 0, convictions=DOUBTED), saved(registry, 1)
    both = compared(weeks_in_common([doubted, sure]), ())
    assert record_note(both) == f"Both records are the same for {short_name(sure)}."
    assert record_note(compared(weeks_in_common([doubted]), ())) == ""
    alone = compared(weeks_in_common([sure]), ())
    assert record_note(alone) == "Both records are the same."
    assert record_note(alone) in report.html(alone)


def test_who_did_not_store_the_agents_own_record_and_cannot_be_run_again_is_left_out(registry, monkeypatch):
    monkeypatch.setattr(market, "panel", random_panel)  # of other data
    older = without_own_record(saved(registry, 0, convictions=DOUBTED))
    newer = saved(registry, 1, convictions=DOUBTED)
    assert not weeks_in_common([older]).remarks
    common = weeks_in_common([older, newer], own=True)
    assert list(common.versions) == [short_name(newer)]
    [remark] = common.remarks
    assert remark.startswith(f"{short_name(older)} is left out. Its agents' own record was not stored")
    assert versions.agents_cagr(newer) == pytest.approx(cagr(newer.agents().net))


def test_a_damaged_record_of_the_agents_is_named_where_it_is_asked_for(registry):
    bad, good = saved(registry, 0, convictions=DOUBTED), saved(registry, 1)
    (bad.path / "agents.parquet").write_bytes(b"PAR1")
    assert not weeks_in_common([bad, good]).remarks
    common = weeks_in_common([bad, good], own=True)
    assert list(common.versions) == [short_name(good)]
    assert "agents.parquet" in common.remarks[0]


def test_who_was_followed_without_reserve_has_its_agents_own_record_in_the_traded_one(registry):
    older = without_own_record(saved(registry, 0))
    record = weeks_in_common([older], own=True).records[short_name(older)]
    np.testing.assert_array_equal(record.weights, older.evaluation().weights)


def test_how_far_a_committee_is_followed_today_stands_beside_its_lead(registry):
    version = saved(registry, 0, convictions=DOUBTED)
    assert followed_today(version) == 0.05
    shown = behind(evidence(compared(weeks_in_common([version]), ())).cells)["Followed (%)"]
    assert shown[short_name(version)] == 0.05
    always = dataclasses.replace(version, settings=dataclasses.replace(version.settings, follow="agents"))
    assert followed_today(always) == 1.0
    told = dataclasses.replace(version.metadata, validations=[])
    assert followed_today(dataclasses.replace(version, metadata=told)) == 1.0, "no weeks were held out"


def test_blocks_of_one_year_are_told_apart_by_their_months(registry):
    half = convictions({"Half": saved(registry, 0, range(150, 202))})
    assert behind(half).index[0][1].startswith("from 2016-")


def test_the_table_of_convictions_has_measured_and_followed(registry):
    version = saved(registry, 0, convictions=DOUBTED)
    always = dataclasses.replace(version, settings=dataclasses.replace(version.settings, follow="agents"))
    table = behind(convictions({"Doubted": version, "Always": always}))
    assert list(table.index.get_level_values("Committee of")) == ["2017", "2018", "today"] * 2
    assert list(table["Conviction (%)"]) == [0.61, 0.4, 0.05] * 2
    assert list(table["Followed (%)"]) == [0.61, 0.4, 0.05, *[1.0] * 3]
    assert "Luck of the search in t" not in table
    lucky = [Validation(0, "2014-01-03", "2016-12-30", 26, -0.02, 1.0, 0.0, luck=1.6, source="blocks")]
    told = dataclasses.replace(version.metadata, validations=lucky)
    shown: Any = convictions({"Lucky": dataclasses.replace(version, metadata=told)})
    assert list(behind(shown)["Luck of the search in t"]) == [1.6]
    assert list(behind(shown)["Validation weeks"]) == ["26 of its own blocks, 2014-01-03 to 2016-12-30"]
    assert "-2.0" in shown.to_html()
    told = dataclasses.replace(version.metadata, validations=[])
    assert convictions({"Never": dataclasses.replace(version, metadata=told)}) is None


def test_the_learning_curve_is_drawn_where_one_was_stored(registry):
    curve = [LearningPoint(100, -0.01, (-0.02, 0.005)), LearningPoint(200, 0.03, (0.01, 0.06))]
    with_curve, without = saved(registry, 0, learning=curve), saved(registry, 1)
    blocks = blocks_of(compared(weeks_in_common([with_curve, without]), ()), "Conviction")
    [chart] = [block for block in blocks if isinstance(block, Chart)]
    assert "-1.0 pp a year after 100 updates, +3.0 pp after 200" in chart.alt
    assert "+1.0 pp to +6.0 pp" in chart.alt
    highest, lowest, committee = chart.figure.data
    assert (list(highest.y), list(lowest.y)) == ([0.005, 0.06], [-0.02, 0.01])
    assert lowest.fill == "tonexty"
    assert list(committee.y) == [-0.01, 0.03]
    texts = [block.text for block in blocks if isinstance(block, Text)]
    assert f"**{short_name(without)}**: no learning curve was stored." in texts
    assert len([block for block in blocks if isinstance(block, Table)]) == 1


def test_members_that_were_stored_without_reserve_are_named(registry):
    older = without_own_record(saved(registry, 0, convictions=DOUBTED))
    newer = saved(registry, 1, convictions=DOUBTED)
    texts = [
        block.text
        for block in blocks_of(compared(weeks_in_common([older, newer]), ()), "Members")
        if isinstance(block, Text)
    ]
    assert texts[-1].startswith(f"Members of {short_name(older)} are shown without reserve")
