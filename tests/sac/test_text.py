"""What strangers write is shown as they wrote it, wherever it is shown."""

import html
import logging
import re
import sys

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pydantic import TypeAdapter, ValidationError

from sac.errors import SettingsError
from sac.limits import within
from sac.text import (
    LogLines,
    code,
    csv_of,
    lost,
    misfit,
    plain,
    printable,
    said,
    some_of,
    value_text,
)

COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# What remark and Streamlit do to plain text after Markdown's escapes are gone: links, icons, emoji, arrows.
LATER = re.compile(r"https?://|www\.|[\w.+-]+@[\w-]+\.\w|:material_\w+:|:streamlit:|--|->|<-|>=|<=|~=")
MARKUP = (
    "![tracker](http://evil.test/x.png)",
    "[log in](//evil.test)",
    "[log in][evil]",
    "[evil]: http://evil.test",
    "see www.evil.test, or WWW.evil.test",
    "mail ada@evil.test",
    "<img src=x onerror=alert(1)> &lt;b&gt;",
    ":red-badge[approved] :material/check: :material_check: :smile:",
    "$\\frac{1}{2}$",
    "# Champion",
    "1. first",
    "- item",
    "> quoted",
    "`code` and ``more`` of it",
    "**bold** _it_ *it* ~~gone~~ a_b_c",
    "a | b\n---|---\n1 | 2",
    "one\n\ntwo",
    "    indented",
    "\\",
    "a--b -> c",
)


def drawn(markdown):
    """Text and tags of Markdown as it is drawn."""
    page = COMMONMARK.render(markdown)
    outside = re.sub(r"<code>.*?</code>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", page)).strip(), set(re.findall(r"<(\w+)", page)), outside


@pytest.mark.parametrize("text", MARKUP)
def test_data_are_drawn_as_they_are(text):
    shown, tags, outside = drawn(plain(text))
    assert shown == re.sub(" +", " ", printable(text)).strip() or shown == printable(text).strip()
    assert tags <= {"p", "code"}
    assert not LATER.search(html.unescape(re.sub(r"<[^>]+>", "", outside)))


@example("__0__")
@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_any_text_is_one_paragraph_without_tags(text):
    shown, tags, _ = drawn(plain(text))
    assert tags <= {"p", "code"}
    assert shown.split() == printable(text).split()


def test_a_sentence_keeps_its_code_and_its_bold_and_nothing_of_what_it_quotes():
    sentence = "Write it as `AAPL,12`, **now**: ![x](http://evil.test) and [y][z]."
    shown, tags, _ = drawn(said(sentence))
    assert tags == {"p", "code", "strong"}
    assert shown == "Write it as AAPL,12, now: ![x](http://evil.test) and [y][z]."


def test_ordinary_sentences_stay_as_they_are():
    for sentence in (
        "sac_lstm has no champion yet: train it first.",
        "/srv/data/jobs/jobs.sqlite3 is locked by another process (database is locked): try again.",
        "CAGR 7.0000% is compared with the champion's (6.9 %), 2022-12-23 10:15:00 UTC.",
    ):
        assert (plain(sentence), said(sentence)) == (sentence, sentence)


@pytest.mark.parametrize("text", ["x", "a`b", "``", "`", "a``b`c"])
def test_code_holds_any_text(text):
    shown, tags, _ = drawn(code(text))
    assert (shown.strip(), tags) == (text, {"p", "code"})


def test_control_characters_are_seen_and_do_nothing():
    assert printable("\x1b[31mred\r\nnext\x07") == "\\x1b[31mred\\r\\nnext\\x07"
    assert printable("right\u202eleft \u2028 \ud800") == "right\\u202eleft \\u2028 \\ud800"
    assert printable("10 % Łódź 日本 👩‍💻") == "10 % Łódź 日本 👩‍💻"


def test_many_names_are_some_and_the_number_of_the_others():
    names = [f"S{number:03}" for number in range(600)]
    assert some_of(names[:3]) == "S000, S001, S002"
    assert some_of(names[:20]).endswith("S018, S019")
    assert some_of(names).endswith("S018, S019 and 580 more")
    assert some_of(names, 2) == "S000, S001 and 598 more"


def test_a_spreadsheet_finds_no_formula():
    table = pd.DataFrame(
        {
            "=a": ["=1+1", "+cmd", "-x", "@sum", "\tx", "\rx", "fine", ""],
            "b": [-1.5, 2.0, -3.0, 0.0, 1.0, 1.0, 1.0, 1.0],
            "c": ["-1.5", "+2", "1e5", "-inf", "a=b", "a", "b", "c"],
        },
        index=["=x", *"abcdefg"],
    )
    lines = csv_of(table, index=True).splitlines()
    assert lines[0] == ",'=a,b,c"
    assert lines[1] == "'=x,'=1+1,-1.5,-1.5"
    assert [line.split(",")[1] for line in lines[2:5]] == ["'+cmd", "'-x", "'@sum"]
    assert csv_of(table).count("'") == 7


def test_a_log_line_is_one_line_and_a_trace_is_below_it():
    formatter = LogLines("%(levelname)s %(message)s")
    try:
        raise ValueError("x\nINFO GET /forged 200\x1b[2J")
    except ValueError:
        record = logging.LogRecord("n", logging.ERROR, "f", 1, "a\nINFO b", None, sys.exc_info())
    first, *trace = formatter.format(record).splitlines()
    assert first == "ERROR a\\nINFO b"
    assert trace
    assert all(line.startswith("    ") for line in trace)
    assert "\x1b" not in "".join(trace)


PYTHON = re.compile(r"Errno|Error|None|True|False|tuple|dict|instance|Input should|<class|object is")


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (int, "five", "it must be a whole number"),
        (int, 1.5, "it must be a whole number"),
        (float, [], "it must be a number"),
        (str, 3, "it must be text"),
        (bool, "maybe", "it must be true or false"),
        (tuple[int, ...], 3, "it must be a list"),
        (list[int], {}, "it must be a list"),
        (dict[str, int], [], "it must be a table"),
        (tuple[int, int], [1], "Field required"),
    ],
)
def test_what_pydantic_refuses_is_said_in_the_words_of_a_file(kind, value, words):
    with pytest.raises(ValidationError) as refusal:
        TypeAdapter(kind).validate_python(value)
    assert misfit(refusal.value.errors()[0]) == words
    assert not PYTHON.search(words)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (TimeoutError(), "no answer in time"),
        (type("ConnectError", (Exception,), {})("[Errno -2] no name"), "no connection"),
        (type("RemoteProtocolError", (Exception,), {})("x"), "the connection broke off"),
    ],
)
def test_a_lost_connection_is_said_without_pythons_words(error, words):
    assert lost(error) == words
    assert not PYTHON.search(words)


def test_values_are_written_as_their_file_writes_them():
    assert [value_text(one) for one in ("a", True, None, [1, "b"], {"c": 2.5})] == [
        *('"a"', "true", "null", '[1, "b"]', '{"c": 2.5}')
    ]
    assert value_text("x" * 100).endswith("...")


@pytest.mark.parametrize("value", ["five", None, [1], {"a": 1}, True])
def test_a_setting_that_is_no_number_is_refused_with_its_range(value):
    with pytest.raises(SettingsError) as refusal:
        within("members", value, 1, 64)
    assert str(refusal.value) == f"members is {value_text(value)}: write a number from 1 to 64."
