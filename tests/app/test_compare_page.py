"""The Compare page: what a link opens and what it draws."""

from desk_pages import opened, said

from app.evidence_sections import SECTIONS
from sac.registry import Registry


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
        assert at.caption[0].value.startswith("Out of sample, net of 10 bps")
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
    assert f"{recorded * 100:.1f} % a year" in said(at)
    at = opened("compare", version=[champion.name], view="Forecasts")
    assert "skill over 15 years" in said(at).lower() or "skill over 16 years" in said(at).lower()
