"""What strangers wrote is data on every page: in messages, cards, tables and charts, and in the report."""

import dataclasses
import re

import pandas as pd
import plotly.graph_objects as go
import pytest
from markdown_it import MarkdownIt

from app.jobs.store import JobStore
from app.ui.promotion.history import history_csv
from app.ui.shared.charts.figure import untagged
from app.ui.shared.report import cells
from sac.hub.card import model_card
from sac.promotion import settle
from sac.promotion.deciding import decide
from sac.promotion.decision_log import DecisionLog
from sac.registry import Registry
from tests.support.desk_pages import opened, said
from tests.support.small_versions import VARIANT, small_artifacts

pytestmark = pytest.mark.slow

IMAGE = "![x](http://evil.test/x.png)"
HOSTILE = f"{IMAGE} [a][b] www.evil.test :red-badge[ok] <b>"
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
LATER = re.compile(r"https?:|www\.|:red-badge")  # what Streamlit makes live in plain text, after Markdown


def live(markdown):
    """What of a Markdown text would be more than text, bold, code, lists and tables."""
    page = MARKDOWN.render(markdown)
    tags = set(re.findall(r"<(\w+)", page)) - {"p", "code", "strong", "ul", "li", "h1", "h2", "hr"}
    outside = re.sub(r"<code>.*?</code>|<[^>]+>", "", page, flags=re.DOTALL)
    return sorted(tags - {"table", "thead", "tbody", "tr", "th", "td"}), LATER.findall(outside)


NOTHING = ([], [])


def hostile(registry, seed=0, cagr=0.1):
    """A version whose words are a stranger's."""
    artifacts = small_artifacts(seed, cagr)
    source = dataclasses.replace(artifacts.metadata.provenance, source=HOSTILE)
    return registry.save(
        dataclasses.replace(
            artifacts,
            metadata=dataclasses.replace(
                artifacts.metadata,
                preset=HOSTILE,
                notes=[HOSTILE, f"{HOSTILE}\n\n# Champion"],
                provenance=source,
            ),
        )
    )


@pytest.fixture
def desk(empty):
    """A champion and a challenger with hostile words, a decision and a failed training that quote them."""
    registry = Registry(empty.models)
    champion = hostile(registry, 1)
    settle(registry, champion)
    hostile(registry, 2, 0.2)
    store = JobStore(empty.jobs)
    store.add("aaaaaaaaaaaa", VARIANT, "full", {"preset": HOSTILE}, HOSTILE)
    store.finish("aaaaaaaaaaaa", "failed", error=f"actor.pt of {HOSTILE} is damaged.")
    return empty


@pytest.mark.parametrize("page", ["overview", "training", "compare", "promotion", "weights", "data"])
def test_a_page_draws_no_markup_of_a_stranger(desk, page):
    at = opened(page, **({"job": "aaaaaaaaaaaa"} if page == "training" else {}))
    words = said(at).replace("### ", "")  # the page's own answer
    assert [(part, live(part)) for part in words.split("\n") if live(part) != NOTHING] == []
    if page not in ("data", "weights"):
        assert f"`{IMAGE}`" in words
    assert "\n\n# Champion" not in words


def test_a_link_to_the_desk_formats_nothing(desk):
    words = said(opened("compare", version=f"`{IMAGE}` :red[x]"))
    assert f"`` `{IMAGE}` :red[x] ``" in words


def test_a_folder_that_is_no_version_is_named_as_it_is(desk):
    (desk.models / VARIANT / IMAGE.replace("/", "")).mkdir()
    assert live(said(opened("overview")).replace("### ", "")) == NOTHING


def test_tables_of_the_report_are_text():
    table = pd.DataFrame({"<i>column": ["<img src=x>"]}, index=["<b>row"])
    for form in (table, table.style.format(str)):
        drawn = cells(form, "alt")
        assert "<img" not in drawn
        assert "<b>row" not in drawn
        assert "<i>column" not in drawn
        assert "&lt;img src=x&gt;" in drawn
    assert table.iloc[0, 0] == "<img src=x>"  # the page's own table stays


def test_charts_read_no_tags_in_names_and_labels():
    figure = go.Figure(go.Bar(x=["<a href='//evil.test'>A</a>", "B"], y=[1.0, 2.0], name="R&D <b>x</b>"))
    (bar,) = untagged(figure).data
    assert (bar.x[0], bar.name) == ("&lt;a href='//evil.test'&gt;A&lt;/a&gt;", "R&amp;D &lt;b&gt;x&lt;/b&gt;")
    assert list(bar.y) == [1.0, 2.0]
    assert figure.data[0].name == "R&D <b>x</b>"


def test_the_card_on_the_hub_holds_no_markup_of_a_stranger(empty):
    version = hostile(Registry(empty.models))
    baselines = {"a|b": {"eval_cagr": 0.1}, "x@y|z": {}}
    metadata = dataclasses.replace(version.metadata, baselines=baselines)
    card = model_card(metadata, version.settings).decode()
    assert live(card) == NOTHING
    assert r" | a\|b | `x@y\|z` |" in card
    assert "\n# Champion" not in card


def test_the_history_is_no_spreadsheet_of_formulas(empty):
    registry = Registry(empty.models)
    champion, challenger = (registry.save(small_artifacts(seed, 0.1 * seed)) for seed in (1, 2))
    settle(registry, champion)
    reason = '=HYPERLINK("http://evil.test")'
    decide(registry, challenger, "reject", actor="@ada", reason=reason, champion=champion.name)
    log = history_csv(DecisionLog(registry.root).sealed())
    assert ",'@ada," in log
    assert "\"'=HYPERLINK(" in log
    assert "\n2," in log
