"""Every broker's layout, in and out."""

from io import BytesIO

import pytest

from app.holdings.portfolio import Portfolio
from app.holdings.reading import Answers, HoldingsError, from_file, from_text
from tests.support.broker_files import FILES


@pytest.mark.parametrize("name", FILES)
def test_a_file_in_a_brokers_layout_is_read(name):
    file = FILES[name]
    read = from_text(file.text, Answers(symbols=file.symbols))
    assert {one.symbol: one.shares or 0 for one in read.entries} == file.shares
    assert read.cash == file.cash
    assert tuple(row.line for row in read.aside) == file.aside


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_encodings_and_line_ends_change_nothing(name, encoding, line_end):
    file = FILES[name]
    content = file.text.replace("\n", line_end).encode(encoding)
    assert from_file(BytesIO(content), Answers(symbols=file.symbols)) == from_text(
        file.text, Answers(symbols=file.symbols)
    )


@pytest.mark.parametrize("name", [name for name in FILES if FILES[name].aside])
def test_what_is_no_stock_in_dollars_is_left_out_by_a_persons_word_only(name):
    file = FILES[name]
    read = from_text(file.text, Answers(symbols=file.symbols))
    with pytest.raises(HoldingsError, match=f"^Line {file.aside[0]}: .*Leave these rows out"):
        read.portfolio()
    held = read.portfolio(leave_out=True)
    assert {position.symbol for position in held.positions} == set(file.shares)


def test_an_isin_is_asked_for_its_symbol():
    read = from_text(FILES["degiro"].text)
    assert read.entries == ()
    assert [row.name for row in read.aside] == ["US0378331005", "US0846707026", "IE00B4L5Y983"]
    assert "ISIN" in read.aside[0].reason


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("schwab", 1, "before the table"),
        ("schwab", 9, "sums up"),
        ("fidelity", 9, "a note"),
        ("ibkr_activity", 13, "part of a position counted already"),
        ("ibkr_activity", 16, "sums up"),
        ("ibkr_activity", 21, "'trades' (2 lines)"),
        ("ibkr_activity", 25, "all currencies"),
        ("ibkr_flex", 6, "part of a position counted already"),
        ("vanguard", 8, "another table, not of holdings (3 lines)"),
        ("etrade", 12, "a lot of the position above"),
        ("etrade", 19, "sums up"),
        ("etrade", 20, "a note"),
        ("trading_212", 4, "sums up"),
        ("plain", 4, "is zero"),
    ],
)
def test_what_is_skipped_says_why(name, line, reason):
    file = FILES[name]
    [row] = [one for one in from_text(file.text, Answers(symbols=file.symbols)).skipped if one.line == line]
    assert reason in row.reason


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("schwab", "Line 8: Cash & Cash Investments counts as cash, $85,000.25."),
        ("fidelity", "Line 2: SPAXX** counts as cash, $12,500.00."),
        ("fidelity", "Line 7: Pending activity counts as cash, -$250.50."),
        ("fidelity", "Lines 3 and 5: AAPL was added up to 10 shares."),
        ("vanguard", "Line 4: VMFXX counts as cash, $500.25."),
        ("trading_212", "Values in the account's currency, which the file does not name, are not read"),
        ("degiro", "Values in EUR are not read: shares count."),
    ],
)
def test_what_was_made_of_the_rows_is_said(name, note):
    file = FILES[name]
    assert any(one.startswith(note) for one in from_text(file.text, Answers(symbols=file.symbols)).notes)


def test_lots_that_do_not_add_up_to_their_position_are_refused():
    text = FILES["etrade"].text.replace(",900.0000,", ",901.0000,")
    with pytest.raises(
        HoldingsError, match=r"Line 11: AAPL has 965\.0000 shares, but its lots add up to 966"
    ):
        from_text(text)


def test_a_statement_with_lots_alone_is_added_up():
    lines = FILES["ibkr_activity"].text.splitlines()
    text = "\n".join(line for line in lines if "Data,Summary,Stocks,USD,AAPL" not in line)
    assert next(one.shares for one in from_text(text).entries if one.symbol == "AAPL") == 10.5


def test_a_margin_loan_is_refused():
    text = FILES["ibkr_activity"].text.replace("Ending Cash,USD,3021.2", "Ending Cash,USD,-3021.2")
    with pytest.raises(HoldingsError, match=r"cash is -3021\.2: the desk holds no debts"):
        from_text(text)


def test_cash_in_another_currency_is_no_dollars():
    text = FILES["ibkr_flex"].text.replace('"CRTT","U00042","USD"', '"CRTT","U00042","CHF"')
    [row] = from_text(text).aside
    assert "cash in CHF" in row.reason
    assert from_text(text).cash == 0


def test_an_empty_portfolio_is_one_too():
    assert from_text("symbol,shares\nCASH,5\n").portfolio() == Portfolio(5.0)
