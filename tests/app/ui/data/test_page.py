"""The Data page: check, preview, apply; findings and what a person accepts; when there is a refresh."""

import shutil

import pandas as pd
import pytest

from app.queries import market
from sac.market import MarketChoice, price_folder, read_choice, write_choice
from sac.market.prices import survey
from sac.market.prices.tables import read_price_file
from tests.support.desk_pages import opened, said
from tests.support.small_trainings import CLOSES
from tests.support.synthetic import write_prices

pytestmark = pytest.mark.slow

SYMBOLS = tuple(CLOSES.columns)
JUMP = pd.concat([CLOSES.loc[:"2015-02-27"], CLOSES.loc["2015-03-02":] * [1, 2.5, 1, 1, 1, 1]])
KEYS = ("ALPHA_VANTAGE_API_KEY", "ALPACA_API_KEY", "ALPACA_SECRET_KEY")


@pytest.fixture
def own(empty, own_desk):
    """The pages' data root on own prices."""
    shutil.copytree(own_desk, empty.data, dirs_exist_ok=True, ignore=shutil.ignore_patterns("models"))
    return empty


def proposed(at, source, symbols=None):
    at.selectbox(key="source").set_value(source).run()
    if symbols is not None:
        at.text_area(key="symbols").set_value(symbols).run()
    return at.button(key="check").click().run()


def labels(at):
    return [button.label for button in at.button]


def table(at, column):
    return next(frame.value for frame in at.dataframe if column in frame.value)


def csv_of(closes, symbol):
    return closes[symbol].rename("close").rename_axis("date").to_csv().encode()


def test_another_universe_is_shown_first_and_applied_only_when_told(own):
    before = read_choice(own.data)
    at = proposed(opened("data"), "files", "s00, s01 s02")
    assert not at.exception
    assert "Preview: nothing is changed yet" in said(at)
    assert read_choice(own.data) == before
    assert table(at, "Verdict")["Symbol"].tolist()[:3] == ["S00", "S01", "S02"]
    at.button(key="apply").click().run()
    assert "Applied: own files, 3 symbols" in said(at)
    assert "Preview" not in said(at)
    assert read_choice(own.data).symbols == ("S00", "S01", "S02")
    assert "3 stocks, " in said(at)


def test_what_is_refused_cannot_be_applied_and_every_finding_is_listed(own):
    at = proposed(opened("data"), "files", "S00 NONE GONE")
    findings = table(at, "Finding")
    assert findings["Symbol"].tolist() == ["NONE", "GONE"]
    assert "NONE has no prices" in findings["Finding"][0]
    assert at.button(key="apply").disabled
    assert "Apply needs a check without findings" in said(at)
    assert set(read_choice(own.data).symbols) == set(SYMBOLS)
    at.button(key="discard").click().run()
    assert "apply" not in [button.key for button in at.button]


def test_a_choice_that_cannot_be_has_no_preview(own):
    at = proposed(opened("data"), "files", "aapl aapl")
    assert any("AAPL stands twice" in error.value for error in at.error)
    assert "Preview" not in said(at)


def test_a_form_that_was_changed_is_checked_again_before_it_is_applied(own):
    at = proposed(opened("data"), "files", "S00 S01")
    at.text_area(key="symbols").set_value("S00 S02").run()
    assert "The form was changed" in said(at)
    assert "apply" not in [button.key for button in at.button]


def test_a_second_tab_does_not_overwrite_a_newer_choice(own):
    late = proposed(opened("data"), "files", "S00 S01")
    write_choice(own.data, MarketChoice("files", ("S03", "S04"), CLOSES.index[0].date()))
    late.button(key="apply").click().run()
    assert "Somebody changed source or universe meanwhile" in said(late)
    assert read_choice(own.data).symbols == ("S03", "S04")


def test_yahoo_symbols_without_prices_are_applied_and_fetched_then(empty):
    at = proposed(opened("data"), "yahoo", "AAPL MSFT")
    assert "2 symbols have no prices yet: apply, then refresh." in said(at)
    at.button(key="apply").click().run()
    assert read_choice(empty.data).source == "yahoo"
    assert "AAPL has no prices" in said(at)


def test_prices_are_uploaded_checked_and_applied(empty):
    at = opened("data")
    at.selectbox(key="source").set_value("files").run()
    files = [(f"{symbol}.csv", csv_of(CLOSES, symbol), "text/csv") for symbol in SYMBOLS[:2]]
    at.file_uploader(key="upload").set_value(files).run()
    assert at.text_area(key="symbols").value == "S00 S01"
    at.button(key="check").click().run()
    assert not at.exception
    assert not price_folder(empty.data).exists()
    assert not at.button(key="apply").disabled
    at.button(key="apply").click().run()
    assert "2 stocks, " in said(at)
    assert sorted(path.name for path in price_folder(empty.data).iterdir()) == ["S00.csv", "S01.csv"]


def test_one_file_with_a_symbol_column_is_the_universe_and_its_faults_are_named(empty):
    wide = JUMP.iloc[:, :3].rename_axis("date").reset_index()
    content = wide.melt("date", var_name="symbol", value_name="close").to_csv(index=False).encode()
    at = opened("data")
    at.selectbox(key="source").set_value("files").run()
    at.file_uploader(key="upload").set_value([("all.csv", content, "text/csv")]).run()
    assert at.text_area(key="symbols").value == "S00 S01 S02"
    at.button(key="check").click().run()
    assert table(at, "Finding")["Symbol"].tolist() == ["S01"]
    assert at.button(key="apply").disabled
    at.text_input(key="why-preview").set_value("spun off").run()
    at.button(key="accept-preview").click().run()
    assert "S01 on 2015-03-02: accepted by" in said(at)
    assert "(spun off)" in said(at)
    at.button(key="apply").click().run()
    assert "3 stocks, " in said(at)
    [entry] = read_choice(empty.data).accepted
    assert (entry.symbol, entry.day, entry.reason) == ("S01", "2015-03-02", "spun off")


def test_an_upload_that_cannot_be_read_is_said_and_changes_nothing(empty):
    at = opened("data")
    at.selectbox(key="source").set_value("files").run()
    at.file_uploader(key="upload").set_value([("S00.csv", b"date,close\n2024-01-02,1,2\n", "text/csv")]).run()
    at.button(key="check").click().run()
    assert any("line 2: 3 cells where the header has 2" in error.value for error in at.error)
    assert "Preview" not in said(at)


def test_a_finding_of_the_present_market_is_accepted_and_shown_with_its_source(own):
    write_prices(price_folder(own.data), JUMP)
    at = opened("data")
    assert "S01 doubled or halved" in at.error[0].value
    assert table(at, "Finding")["Day"].tolist() == ["2015-03-02"]
    at.button(key="accept-present").click().run()
    assert any("needs a reason" in error.value for error in at.error)
    at.text_input(key="why-present").set_value("![spun off](http://x)").run()
    at.button(key="accept-present").click().run()
    assert "Accepted: S01 on 2015-03-02." in said(at)
    assert not any("http" in one.value for kind in (at.markdown, at.caption, at.success) for one in kind)
    assert f"{len(SYMBOLS)} stocks, " in said(at)
    verdicts = table(at, "Verdict").set_index("Symbol")["Verdict"]
    assert (verdicts["S01"], verdicts["S00"]) == ("✓ accepted", "✓ passed")
    shown = [text.value for text in opened("overview").text]
    assert any(text.startswith("S01 on 2015-03-02: accepted by") for text in shown), "as text, not as markup"


def test_a_session_that_nobody_traded_is_accepted_as_closed(own):
    folder = price_folder(own.data)
    write_prices(folder, CLOSES.drop(pd.Timestamp("2016-06-17")))
    at = opened("data")
    assert "No symbol has a close on 2016-06-17" in at.error[0].value
    at.text_input(key="why-present").set_value("a storm").run()
    at.button(key="accept-present").click().run()
    assert f"{len(SYMBOLS)} stocks, " in said(at)
    assert "Nobody traded on 2016-06-17: accepted by" in said(at)


@pytest.mark.parametrize(
    ("source", "key", "there"),
    [("sample", "", False), ("files", "", False), ("files", KEYS[0], True), ("yahoo", "", True)],
)
def test_refresh_is_there_only_where_it_would_fetch(own, monkeypatch, source, key, there):
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    if key:
        monkeypatch.setenv(key, "0123456789")
    write_choice(own.data, MarketChoice() if source == "sample" else MarketChoice(source, SYMBOLS))
    at = opened("data")
    assert ("Refresh now" in labels(at)) == there
    assert ("Refresh" in [header.value for header in at.subheader]) == there


def test_a_market_toml_that_is_broken_can_be_replaced(empty):
    (empty.data / "market.toml").write_text("source = yahoo")
    at = opened("data")
    assert "not valid TOML" in at.error[0].value
    proposed(at, "sample")
    at.button(key="apply").click().run()
    assert "Fresh: embedded sample to 2022-12-23; 15 stocks, nothing missing. Not for trading." in said(at)


def test_the_prices_that_were_checked_are_those_of_the_panel_and_are_read_once(own, monkeypatch):
    read: list[str] = []

    def counted(path, now=None):
        read.append(path.name)
        return read_price_file(path, now)

    monkeypatch.setattr(survey, "read_price_file", counted)
    opened("data")
    assert sorted(read) == sorted(f"{symbol}.csv" for symbol in SYMBOLS)


def test_what_did_not_change_is_not_checked_again(own, monkeypatch):
    opened("data")
    monkeypatch.setattr(market, "survey_market", lambda *asked: pytest.fail("checked again"))
    opened("data")
