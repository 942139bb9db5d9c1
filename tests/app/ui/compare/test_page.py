"""The Compare page: what a link opens, and strategies that the desk did not fit."""

import numpy as np
import pytest

from app.ui.compare.sections import SECTIONS
from sac.portfolio import Backtest
from sac.registry import Registry
from sac.registry.external import save_backtest
from tests.support.compared_versions import saved
from tests.support.desk_pages import opened, said
from tests.support.older_versions import without_own_record

pytestmark = pytest.mark.slow


def test_compare_opens_the_versions_of_its_link(filled):
    names = [version.name for version in Registry(filled.models).versions("sac_lstm")]
    assert opened("compare", version=names[:1]).table[0].value.shape[1] == 2, "beside equal weight"
    at = opened("compare", version=names)
    assert at.table[0].value.shape[1] == 3
    assert "52 common weeks" in said(at)
    assert at.query_params["strategy"] == [*names, "Equal weight"]


def test_compare_draws_what_is_open_and_nothing_else(filled):
    at = opened("compare")
    assert len(at.get("plotly_chart")) == 1
    shown = {"Drawdown": (3, 0), "Weights": (3, 0), "Costs": (1, 1)}
    for section in SECTIONS:
        at.session_state["view"] = section.title
        at.run()
        assert not at.exception, section.title
        drawn = len(at.get("plotly_chart")), len(at.table)
        assert drawn == shown.get(section.title, drawn), section.title
    assert len(opened("compare", view="Drawdown").get("plotly_chart")) == 3, "a link opens a tab"


def test_compare_says_which_versions_of_a_link_are_not_here(filled):
    at = opened("compare", version=["v2022-12-23-000000000000"])
    assert "v2022-12-23-000000000000" in at.warning[0].value
    champion = Registry(filled.models).current("sac_lstm")
    at = opened("compare", strategy=[champion, "HRP", "Cash", "S&P 500 price index"])
    assert not at.warning
    assert list(at.table[0].value.columns)[1:] == ["HRP", "S&P 500 price index", "Cash"]


def test_compare_agrees_with_the_record(filled):
    champion = Registry(filled.models).champion("sac_lstm")
    at = opened("compare", version=[champion.name])
    recorded = champion.metadata.metrics["eval_cagr"]
    assert f"{recorded * 100:.1f}\u00a0% a year" in said(at)
    at = opened("compare", version=[champion.name], view="Forecasts")
    assert "skill over 15 years" in said(at).lower() or "skill over 16 years" in said(at).lower()


def test_the_record_is_chosen_by_its_link_and_the_default_is_not_in_the_url(filled):
    champion = Registry(filled.models).current("sac_lstm")
    at = opened("compare", version=[champion])
    assert "**As traded**, out of sample" in said(at)
    assert "Both records are the same" in said(at), "the preset plan follows its agents"
    assert "record" not in at.query_params
    at = opened("compare", version=[champion], record="Agents' own")
    assert "**Agents' own**, out of sample" in said(at)


def test_where_no_version_has_the_record_the_way_back_stays_open(empty):
    older = without_own_record(saved(Registry(empty.models), 0, convictions=(0.0, 0.0, 0.0)))
    at = opened("compare", version=[older.name], record="Agents' own")
    assert "own record was not stored and cannot be run again" in at.error[0].value
    at.session_state["record"] = "As traded"
    assert "**As traded**, out of sample" in said(at.run())
    assert not at.error


def store(desk, name, **changes):
    """A backtest over the champion's weeks: another portfolio every week, within nobody's limits."""
    record = Registry(desk.models).champion("sac_lstm").evaluation()
    rng = np.random.default_rng(3)
    weights = rng.dirichlet(np.ones(len(record.symbols) + 1) / 4, len(record.net))
    own = {"name": name, "weights": weights, "members": np.empty((len(weights), 0))}
    return save_backtest(desk.external_backtests, Backtest(**{**vars(record), **own, **changes}))


def test_an_external_strategy_stands_beside_versions_and_baselines(filled):
    store(filled, "Mine 26")
    champion = Registry(filled.models).current("sac_lstm")
    at = opened("compare")
    assert at.dataframe[0].value.set_index("Strategy")["Role"]["Mine 26"] == "external"
    assert "External: " not in said(at), "nobody picked it"
    at = opened("compare", strategy=[champion, "Mine 26", "HRP"])
    assert not at.warning
    assert [*at.table[0].value.columns][1:] == ["Mine 26", "HRP"]
    assert "**Mine 26**: " in said(at)
    assert "the desk fitted nothing and cannot check" in said(at)
    assert "Mine 26 does not keep the versions' limits" in said(at)
    for section in SECTIONS:
        at.session_state["view"] = section.title
        at.run()
        assert not at.exception, section.title
        if section.chooses:
            offered = at.get("button_group")[-1].options
            names = [option if isinstance(option, str) else option.content for option in offered]
            assert ("Mine 26" in names) == (section.chooses == "invested"), section.title


def test_external_strategies_alone_need_a_version(filled):
    store(filled, "Mine")
    assert "Select at least one version" in said(opened("compare", strategy=["Mine"]))


def test_an_external_strategy_that_does_not_fit_is_named_and_the_rest_is_shown(filled):
    champion = Registry(filled.models).champion("sac_lstm")
    store(filled, "Dearer", growth=champion.evaluation().growth * 1.01)
    at = opened("compare", strategy=[champion.name, "Dearer", "Cash"])
    assert "Dearer is left out. " in at.warning[0].value
    assert [*at.table[0].value.columns][1:] == ["Cash"]


def test_damaged_external_strategies_are_named_and_left_out(filled):
    path = store(filled, "Mine")
    path.write_bytes(path.read_bytes()[:-20])
    (filled.external_backtests / "HRP.parquet").write_bytes(b"PAR1")
    at = opened("compare", strategy=[Registry(filled.models).current("sac_lstm"), "Mine"])
    damaged, link = at.warning
    assert "Mine.parquet" in damaged.value
    assert "HRP.parquet" in damaged.value
    assert "The link names `Mine`, which is not here" in link.value
    assert "Mine" not in [*at.dataframe[0].value["Strategy"]]


def test_a_removed_backtest_is_gone_and_a_new_one_is_there_without_a_restart(filled):
    path = store(filled, "Mine")
    at = opened("compare")
    before = len(at.dataframe[0].value)
    path.unlink()
    assert len(at.run().dataframe[0].value) == before - 1
    store(filled, "Mine too")
    assert "Mine too" in [*at.run().dataframe[0].value["Strategy"]]
