"""The Compare page: what a link opens, and strategies that the desk did not fit."""

import json
import shutil
from html import unescape

import numpy as np
import pytest

from app.ui.compare.sections import SECTIONS
from sac.book import Book, choose_book, record_of
from sac.evidence import cagr
from sac.portfolio import Backtest
from sac.registry import Registry
from sac.registry.external import save_backtest
from tests.support.compared_versions import saved
from tests.support.desk_pages import opened, said
from tests.support.older_versions import without_own_record

pytestmark = pytest.mark.slow


def compared(at):
    """The strategies of the chart, in its legend's order."""
    return [unescape(trace["name"]) for trace in json.loads(at.get("plotly_chart")[0].proto.spec)["data"]]


def judged(at):
    """The evidence: a row a strategy."""
    return at.table[0].value


def view(at, title):
    """The page with another tab open."""
    at.query_params["view"] = title
    return at.run()


def test_compare_opens_the_versions_of_its_link(filled):
    names = [version.name for version in Registry(filled.models).versions("sac_lstm")]
    at = opened("compare", version=names[:1])
    assert len(judged(at)) == 2, "beside equal weight"
    assert at.multiselect(key="strategy").value == [names[0], "Equal weight"]
    at = opened("compare", version=names)
    assert len(judged(at)) == 3
    assert "52 common weeks" in said(at)
    assert "strategy" not in at.query_params, "arriving writes nothing into the browser's history"


def test_compare_draws_what_is_open_and_nothing_else(filled):
    at = opened("compare")
    assert len(at.get("plotly_chart")) == 1
    shown = {
        "Drawdown": (2, 2),
        "Years": (3, 1),
        "Rolling": (4, 1),
        "Distribution": (2, 2),
        "Weights": (3, 1),
    }
    shown |= {"Figures": (1, 2), "Costs": (1, 2), "Forecasts": (2, 2)}
    for section in SECTIONS:
        view(at, section.title)
        assert not at.exception, section.title
        drawn = len(at.get("plotly_chart")), len(at.table)
        assert drawn == shown.get(section.title, drawn), section.title
    assert len(opened("compare", view="Drawdown").get("plotly_chart")) == 2, "a link opens a tab"


def test_the_answer_and_the_chart_stand_before_every_table(filled):
    at = opened("compare")
    kinds = [element.type for element in at.main]
    order = [kinds.index(kind) for kind in ("title", "multiselect", "button_group", "plotly_chart", "table")]
    assert order == sorted(order)
    assert "cannot be told from equal weight: 52 weeks show only" in at.main[1][0].value
    assert not at.dataframe, "every version stands behind a click"


def test_compare_says_which_versions_of_a_link_are_not_here(filled):
    at = opened("compare", version=["v2022-12-23-000000000000"])
    assert "v2022-12-23-000000000000" in at.warning[0].value
    champion = Registry(filled.models).current("sac_lstm")
    at = opened("compare", strategy=[champion, "HRP", "Cash", "S&P 500 price index"])
    assert not at.warning
    assert compared(at)[1:] == ["HRP", "S&P 500 price index", "Cash"]


def test_compare_agrees_with_the_record(filled):
    champion = Registry(filled.models).champion("sac_lstm")
    at = opened("compare", version=[champion.name])
    assert judged(at)["CAGR (%)"].iloc[0] == pytest.approx(champion.metadata.metrics["eval_cagr"])
    forecasts = opened("compare", version=[champion.name], view="Forecasts").table[1].value
    assert forecasts["Years"].iloc[0] in (15, 16)
    assert "skill" in forecasts["Verdict"].iloc[0]


def test_the_record_is_chosen_by_its_link_and_the_default_is_not_in_the_url(filled):
    champion = Registry(filled.models).current("sac_lstm")
    at = opened("compare", version=[champion])
    assert "**As traded**, out of sample" in said(at)
    assert "Both records are the same" in said(at), "the preset plan follows its agents"
    assert "record" not in at.query_params
    at = opened("compare", version=[champion], record="Agents' own")
    assert "**Agents' own**, out of sample" in said(at)


def elsewhere_and_back(at):
    """Another page, then this one by its entry in the navigation, whose address names nothing."""
    for page in ("data", "compare"):
        at.query_params.clear()
        at.switch_page(f"../pages/{page}.py").run()
        assert not at.exception
    return at


def test_choices_survive_a_reload_and_a_visit_to_another_page(filled):
    champion = Registry(filled.models).current("sac_lstm")
    at = opened("compare")
    at.multiselect(key="strategy").set_value([champion, "HRP"]).run()
    at.segmented_control(key="record").set_value("Agents' own").run()
    at = view(at, "Years")
    assert at.query_params["strategy"] == [champion, "HRP"]
    assert compared(opened("compare", **at.query_params)) == compared(at), "a reload"
    elsewhere_and_back(at)
    assert compared(at)[1:] == ["HRP"]
    assert "**Agents' own**" in said(at)
    assert not at.query_params, "nobody chose anything on this visit"
    at.segmented_control(key="record").set_value("As traded").run()
    assert at.query_params["record"] == "As traded", "what the address does not name is what was found"
    at.multiselect(key="strategy").set_value([champion]).run()
    assert len(compared(elsewhere_and_back(at))) == 1


def test_a_link_shows_what_it_names_whatever_was_chosen_before(filled):
    names = [version.name for version in Registry(filled.models).versions("sac_lstm")]
    at = opened("compare")
    at.multiselect(key="strategy").set_value([names[0], "HRP"]).run()
    at.query_params.clear()
    at.switch_page("../pages/data.py").run()
    at.query_params["version"] = names[1]
    at.switch_page("../pages/compare.py").run()
    assert at.multiselect(key="strategy").value == [names[1], "Equal weight"]


def test_a_choice_that_is_taken_back_leaves_the_address_as_it_was(filled):
    at = opened("compare")
    found = at.multiselect(key="strategy").value
    at.multiselect(key="strategy").set_value([]).run()
    assert "Select at least one version" in said(at)
    assert at.query_params["strategy"] == ""
    at.multiselect(key="strategy").set_value(found).run()
    assert "strategy" not in at.query_params
    at.query_params["range"] = "7 years"
    assert "52 common weeks" in said(at.run()), "a range that these weeks do not have is all of them"


def test_where_no_version_has_the_record_the_way_back_stays_open(empty):
    older = without_own_record(saved(Registry(empty.models), 0, convictions=(0.0, 0.0, 0.0)))
    at = opened("compare", version=[older.name], record="Agents' own")
    assert "own record was not stored and cannot be run again" in at.error[0].value
    at.segmented_control(key="record").set_value("As traded")
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
    at = everything(opened("compare"))
    assert at.dataframe[0].value.set_index("Strategy")["Role"]["Mine 26"] == "external"
    assert "External: " not in said(at), "nobody picked it"
    at = opened("compare", strategy=[champion, "Mine 26", "HRP"])
    assert not at.warning
    assert compared(at)[1:] == ["Mine 26", "HRP"]
    assert list(judged(at).index)[1:] == ["Mine 26", "Equal weight"]
    assert "the desk fitted nothing and cannot check" in said(at)
    assert "Mine 26 does not keep the versions' limits" in said(at)
    for section in SECTIONS:
        view(at, section.title)
        assert not at.exception, section.title
        if of := [part.of for part in section.parts if part.of]:
            names = at.segmented_control[-1].options
            assert ("Mine 26" in names) == (of != ["models"]), section.title


def everything(at):
    """The page with its table of everything opened."""
    at.session_state["all"] = True
    return at.run()


def test_external_strategies_alone_need_a_version(filled):
    store(filled, "Mine")
    assert "Select at least one version" in said(opened("compare", strategy=["Mine"]))


def test_an_external_strategy_that_does_not_fit_is_named_and_the_rest_is_shown(filled):
    champion = Registry(filled.models).champion("sac_lstm")
    store(filled, "Dearer", growth=champion.evaluation().growth * 1.01)
    at = opened("compare", strategy=[champion.name, "Dearer", "Cash"])
    assert "Dearer is left out. " in at.warning[0].value
    assert compared(at)[1:] == ["Cash"]


def test_damaged_external_strategies_are_named_and_left_out(filled):
    path = store(filled, "Mine")
    path.write_bytes(path.read_bytes()[:-20])
    (filled.external_backtests / "HRP.parquet").write_bytes(b"PAR1")
    at = opened("compare", strategy=[Registry(filled.models).current("sac_lstm"), "Mine"])
    damaged, link = at.warning
    assert "Mine.parquet" in damaged.value
    assert "HRP.parquet" in damaged.value
    assert "The link names `Mine`, which is not here" in link.value
    assert "Mine" not in [*everything(at).dataframe[0].value["Strategy"]]


def test_a_removed_backtest_is_gone_and_a_new_one_is_there_without_a_restart(filled):
    path = store(filled, "Mine")
    at = everything(opened("compare"))
    before = len(at.dataframe[0].value)
    path.unlink()
    assert len(at.run().dataframe[0].value) == before - 1
    store(filled, "Mine too")
    assert "Mine too" in [*at.run().dataframe[0].value["Strategy"]]


def test_the_book_stands_beside_its_champions_on_the_same_weeks(two_champions, empty):
    shutil.copytree(two_champions, empty.data, dirs_exist_ok=True)
    registry = Registry(empty.models)
    assert "Book" not in opened("compare").multiselect(key="strategy").options
    choose_book(registry, Book(("sac_lstm", "ppo_lstm")), actor="a", reason="b", seen=None)
    at = opened("compare")
    assert at.multiselect(key="strategy").value[0] == "Book"
    assert "Book" in compared(at)
    assert "External" not in said(at), "the desk trained what is in it"
    champions = {name: registry.champion(name) for name in ("sac_lstm", "ppo_lstm")}
    blend = record_of(Book(tuple(champions)), champions)
    assert judged(at)["CAGR (%)"]["Book"] == pytest.approx(cagr(blend.net))
    at.segmented_control(key="record").set_value("Agents' own").run()
    assert "Book" in compared(at)
    assert not at.warning


def test_a_book_that_cannot_be_had_is_named_and_the_rest_is_shown(two_champions, empty):
    shutil.copytree(two_champions, empty.data, dirs_exist_ok=True)
    registry = Registry(empty.models)
    choose_book(registry, Book(("sac_lstm", "ppo_lstm")), actor="a", reason="b", seen=None)
    champion = registry.champion("ppo_lstm")
    (champion.path / "actor.pt").write_bytes(b"")
    at = opened("compare")
    assert any("The book is left out. " in warning.value for warning in at.warning)
    assert "Book" not in compared(at)
    assert len(judged(at)) == 2
