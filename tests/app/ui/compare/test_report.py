"""The report says what the page says, and fetches nothing."""

import html as markup
import io
import re
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from app.ui.compare import report
from app.ui.compare.blocks import Behind, Table, Text
from app.ui.compare.evidence import basis_line, evidence, evidence_note, external_note, state
from app.ui.compare.returns import equity
from app.ui.compare.sections import SECTIONS
from app.ui.shared.charts.figure import Chart
from app.ui.shared.report import text
from sac.registry import Registry
from tests.support.compared_versions import small_comparison


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAC_DESK_DATA", str(folder))
        yield small_comparison(Registry(folder / "models"))


@pytest.fixture(scope="module")
def document(comparison):
    return report.html(comparison)


class Fetched(HTMLParser):
    """What a browser would ask for on its own."""

    def __init__(self):
        super().__init__()
        self.addresses, self.styles, self.inside = [], [], None

    def handle_starttag(self, tag, attrs):
        self.inside = tag
        wanted = {"src", "srcset", "data", "poster", "background", "action"} | ({"href"} - {"a"})
        self.addresses += [
            value for name, value in attrs if name in wanted and not (tag == "a" and name == "href")
        ]
        self.styles += [value for name, value in attrs if name == "style"]

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside == "style":
            self.styles.append(data)


def without_scripts(document):
    return re.sub(r"<script\b.*?</script>", "", document, flags=re.DOTALL)


def test_a_browser_fetches_nothing(document):
    parser = Fetched()
    parser.feed(without_scripts(document))
    assert parser.addresses == []
    assert not re.search(r"url\(|@import", "".join(filter(None, parser.styles)))
    assert not re.search(r"<script[^>]+src", document)
    assert "cdn.plot.ly" not in without_scripts(document)


def test_the_script_that_draws_is_there_once(document):
    assert document.count("plotly.js v") == 1
    assert len(document) < 8_000_000


def test_every_table_of_the_page_is_in_it_with_the_same_cells(comparison, document):
    tables = [
        pd.read_html(io.StringIO(part), flavor="lxml", keep_default_na=False)[0]
        for part in re.findall(r"<table.*?</table>", without_scripts(document), flags=re.DOTALL)
    ]
    blocks = [block for section in SECTIONS for block in section.blocks(comparison)]
    shown: list[Any] = [
        getattr(block, "table", block) for block in blocks if isinstance(block, Table | Behind)
    ]
    assert len(tables) == len(shown) + 2  # the evidence first, and last where the versions come from
    for block, table in zip([evidence(comparison), *shown], tables, strict=False):
        cells = block.cells.style if isinstance(block.cells, pd.DataFrame) else block.cells
        [expected] = pd.read_html(
            io.StringIO(cells.hide(names=True).to_html()), flavor="lxml", keep_default_na=False
        )
        pd.testing.assert_frame_equal(table, expected)


def test_every_chart_and_sentence_of_the_page_is_in_it(comparison, document):
    blocks = [block for section in SECTIONS for block in section.blocks(comparison)]
    charts = [equity(comparison), *(block for block in blocks if isinstance(block, Chart))]
    assert document.count("Plotly.newPlot(") == len(charts)
    plain = markup.unescape(re.sub(r"<[^>]+>", "", without_scripts(document)))
    sentences = [
        state(comparison),
        basis_line(comparison),
        external_note(comparison),
        *(block.text for block in [*blocks, evidence_note()] if isinstance(block, Text)),
        *(block.help for block in [*blocks, evidence_note()] if isinstance(block, Text)),
    ]
    for sentence in sentences:
        assert sentence.replace("**", "") in plain
    for version in comparison.versions.values():
        assert version.name in plain


def test_it_opens_with_the_answer_the_figures_and_the_chart(document):
    opening = without_scripts(document).partition("<h2>")[0]
    places = [opening.index(part) for part in ("<h1>", 'class="answer"', "<table", 'class="chart"')]
    assert places == sorted(places)
    assert "Versions" not in opening, "where they come from stands at the end"


def test_no_block_is_there_twice(comparison):
    blocks: list[Any] = [evidence(comparison), equity(comparison), evidence_note()]
    blocks += [block for section in SECTIONS for block in section.blocks(comparison)]
    told = [block.text if isinstance(block, Text) else block.alt for block in blocks]
    assert len(set(told)) == len(told)


def test_what_a_name_holds_is_written_not_obeyed():
    assert text("<b>&</b> **bold**") == "&lt;b&gt;&amp;&lt;/b&gt; <strong>bold</strong>"
