"""The digest's two forms: everything is in both, nothing forges a line or a tag, nothing is fetched."""

import re
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from app.digest import html, text
from app.digest.cells import target_table
from app.digest.content import Digest, Target, Waiting
from app.digest.message import message_of, trial_of
from tests.support.digests import CHAMPION, DIGEST, NOON, STOPPED, TICKET

HOSTILE = "<script>alert(1)</script>\n\x1b[31m=cmd\u202e & \"'"
ANY = st.text(max_size=300)


class Reader(HTMLParser):
    """What a page shows, its tags, and their attributes."""

    def __init__(self, page):
        super().__init__()
        self.words, self.tags, self.attributes = [], set(), []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words.append(data)


def disguised(value):
    """The same digest with something hostile in every text of it."""
    if isinstance(value, str):
        return value + HOSTILE
    if isinstance(value, tuple):
        return tuple(map(disguised, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{field.name: disguised(getattr(value, field.name)) for field in fields(value)}
        )
    return value


def test_a_wide_universe_is_its_largest_targets_and_the_sum_of_the_rest():
    weights = [0.98 * number / sum(range(601)) for number in range(1, 601)]
    stocks = [Target(f"S{number:03}", weight, weight, weight) for number, weight in enumerate(weights)]
    cash = Target("CASH", 0.02, 0.02, 0.02)
    _, rows = target_table(replace(CHAMPION, targets=(*stocks, cash)), "own")
    assert len(rows) == 32
    assert rows[0] == ("S599", "0.33 %", "0.33 %")
    assert rows[-2:] == [("570 others", "88.45 %", "88.45 %"), ("CASH", "2.00 %", "2.00 %")]
    orders = tuple(replace(TICKET.orders[0], symbol=each.symbol) for each in stocks)
    wide = replace(DIGEST, champions=(replace(CHAMPION, ticket=replace(TICKET, orders=orders)),))
    told = next(point for point in message_of(wide).points if "S019" in point)
    assert told.endswith("S019 and 580 more.")


def test_both_forms_say_everything():
    page, plain = " ".join(Reader(html(DIGEST)).words).replace("\xa0", " "), " ".join(text(DIGEST).split())
    for said in (
        "Trade 2 stocks at the close of 2026-11-23.",
        "SAC + LSTM, 20261113-120000-full-0123456789",
        "AAPL +5.0 pp: its forecast rose from 0.1 % to 0.4 %.",
        "12 sealed weeks, +1.2 pp against equal weight.",
        "SELL",
        "1,200",
        "$600,000.00",
        "cash after trades $4,000.11",
        "Left out as too small: MSFT.",
        "Its agents expire in six weeks.",
        "ELIGIBLE. CAGR 12 % against 10 %.",
        "12 news rows of 2 symbols outside the universe.",
        "At the close of 2026-11-27, traded at the close of 2026-11-30.",
    ):
        assert said in page, said
        assert said in plain, said


def test_a_run_that_stopped_says_so_in_its_subject_and_first():
    message = message_of(STOPPED)
    assert message.subject == "SAC Desk: week of 2026-11-23, the run stopped"
    assert message.points[0] == "Stopped: 2 weeks are missing."


def test_nothing_is_fetched_and_nothing_runs():
    page = html(disguised(DIGEST))
    reader = Reader(page)
    assert reader.tags <= {
        *("html", "head", "meta", "title", "style", "body", "table", "tr", "td", "th"),
        *("h1", "h2", "h3", "p", "ul", "li"),
    }
    assert {name for name, _ in reader.attributes} <= {
        *("lang", "charset", "name", "content", "http-equiv", "role", "class", "style"),
        *("width", "cellpadding", "cellspacing", "align"),
    }
    assert "url(" not in page
    assert "default-src 'none'" in page
    assert "<script>alert(1)</script>" in "".join(reader.words)


def test_everything_hostile_stays_on_its_line():
    plain = text(disguised(DIGEST))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", plain)
    assert "\n=cmd" not in plain


@given(state=ANY, reason=ANY, symbol=ANY, label=ANY)
def test_no_line_of_the_text_is_longer_than_78_characters(state, reason, symbol, label):
    champion = replace(CHAMPION, label=label, targets=(Target(symbol, 0.5, None, 0.25),), notes=(reason,))
    order = replace(TICKET.orders[0], symbol=symbol, amount=1e13, price=1e12, shares=10**12)
    champion = replace(champion, ticket=replace(TICKET, orders=(order,)))
    digest = replace(
        DIGEST,
        state=state,
        stopped=(reason,),
        champions=(champion,),
        waiting=(Waiting(label, symbol, "ELIGIBLE", reason),),
    )
    assert max(map(len, text(digest).splitlines())) <= 78
    Reader(html(digest))


def test_agents_own_weights_stand_there_where_they_differ():
    same = replace(CHAMPION, targets=tuple(replace(one, own=one.weight) for one in CHAMPION.targets))
    for digest, there in ((DIGEST, True), (replace(DIGEST, champions=(same,)), False)):
        assert ("Agents' own" in text(digest)) is there
        assert ("Agents’ own" in html(digest)) is there


def test_an_empty_week_is_a_page_too():
    empty = Digest("2026-11-20", "2026-11-23", "2026-11-27", NOON, "Nothing.", (), (), "", (), (), "a", "b")
    assert "Nothing." in text(empty)
    assert "Nothing." in html(empty)


def test_whoever_asks_for_a_test_message_forges_no_line():
    message = trial_of("test-1", HOSTILE)
    assert message.text.count("\n") == 2
    assert "<script>" not in message.html
