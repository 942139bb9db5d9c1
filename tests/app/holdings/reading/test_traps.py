"""What can be read in two ways is refused with its line, its reason and a remedy, or asked."""

from io import BytesIO

import pytest

from app.holdings.reading import Answers, HoldingsError, from_file, from_rows, from_text


def held(text, **said):
    read = from_text(text, Answers(**said))
    return {one.symbol: one.value if one.shares is None else one.shares for one in read.entries}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("symbol,shares\nAAPL,1,500\n", r"Line 2: has more cells than the header.*AAPL, 1, 500"),
        ("symbol,shares,value\nExxon, 100,12,1280\n", "Line 2: has more cells"),
        ("symbol,value\nAAPL,$12,500\n", "Line 2: has more cells"),
        ("symbol;shares\nAAPL;1.234\n", r"Line 2: '1.234' may be 1.2340 or 1234: write it so"),
        ('symbol,shares\nAAPL,"1,500"\n', "Line 2: '1,500' may be 1.5 or 1500"),
        (
            "symbol;shares\nAAPL;1,5\nKO;2.25\n",
            r"Line 2 and Line 3: '1,5' and '2.25' are not written in one way",
        ),
        ("symbol\tshares\nAAPL\t1,234,56\n", "'1,234,56' is not a valid number"),
        ("symbol\tshares\nAAPL\t1e5\n", "'1e5' is not a valid number"),
        ("symbol\tshares\nAAPL\t--5\n", "'--5' is not a valid number"),
        ("symbol\tshares\nAAPL\t007\n", "'007' is not a valid number"),
        ("symbol\tshares\nAAPL\t5 %\n", "'5 %' is not a valid number"),
        ("symbol\tshares\nAAPL\t\u0661\u0662\n", "is not a valid number"),
        ("symbol,shares\nAAPL,many\n", "Line 2: 'many' is not a valid number"),
        ("symbol,shares\nAAPL,nan\n", "'nan' is not a valid number"),
        ("symbol,shares\nAAPL,-7\n", "Line 2: AAPL is negative or short"),
        ("symbol,shares\nAAPL,(7)\n", "AAPL is negative or short"),
        ("symbol,shares\nAAPL,7-\n", "AAPL is negative or short"),
        ("symbol,shares\nAAPL,\u22127\n", "AAPL is negative or short"),
        ("symbol,value\nAAPL,($7.00)\n", "AAPL is negative or short"),
        ("symbol,shares,side\nAAPL,7,Short\n", "AAPL is negative or short"),
        ("symbol,shares,value\nAAPL,0,500\n", "zero shares but a value"),
        ("symbol,shares\nAAPL,1\nCASH,many\n", "Line 3: 'many' is not a valid number"),
        ("symbol,shares\nAAPL,1\nCASH,-5\n", "Line 3: cash is -5"),
        ("symbol,shares\nAAPL,\n", "AAPL has no amount"),
        ("symbol,shares\nAAPL,--\n", "AAPL has no amount"),
        ("symbol,shares,value\nAAPL,5,\nAAPL,,100\n", "Lines 2 and 3: AAPL is given in shares and in dol"),
        ("symbol,shares\nAAPL,10000000000000\n", "AAPL has more than a trillion"),
        ("symbol,shares,quantity\nAAPL,1,2\n", "'shares' and 'quantity' both mean shares"),
        ("symbol,ticker,shares\nAAPL,MSFT,2\n", "'symbol' and 'ticker' both mean symbol"),
        ("symbol,value,market value\nAAPL,1,2\n", "'value' and 'market value' both mean value"),
        ("symbol,shares,shares\nAAPL,1,2\n", "'shares' and 'shares' both mean shares"),
        ("AAPL,100\n", "No line names the columns"),
        ("symbol,price\nAAPL,100\n", "No line names the columns.*Line 1 names 'symbol', 'price'"),
        ("", "No line names the columns"),
        ("Action,Time,Ticker,No. of shares\nMarket buy,2026-07-01,AAPL,1.25\n", "lists trades or trans"),
        ('symbol,shares\n"AAPL,5\nMSFT,6\n', "Line 2 cannot be read"),
        ('symbol,shares\n"AAPL"x,5\n', "Line 2 cannot be read"),
        ("symbol,value\n" + "A" * 200_000 + ",1\n", "Line 2 cannot be read"),
        ("symbol,value\n" + "".join(f"S{i},1\n" for i in range(1001)), "1,001 positions"),
    ],
)
def test_what_may_mean_two_things_is_refused(text, complaint):
    with pytest.raises(HoldingsError, match=complaint):
        from_text(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("symbol,shares\nExxon Mobil,5\n", "is not a valid symbol"),
        ("symbol,value\n=cmd(),1\n", "is not a valid symbol"),
        ("symbol,value\n,1\n", "has no symbol"),
        ("symbol,shares\nUS0378331005,1\n", "is named by its ISIN"),
        ("symbol,shares,currency\nSAP,1,EUR\n", "is in EUR"),
        ("symbol,value\nSAP,€500\n", "is in EUR"),
        ("symbol,shares,asset class\nXYZ,1,Bond\n", "is no stock but 'Bond'"),
        ("symbol,shares\nAAPL  260116C00150000,1\n", "is an option"),
        ("symbol,shares\nCash (EUR),1\n", "is cash in EUR"),
    ],
)
def test_what_the_desk_cannot_hold_is_asked_about(text, reason):
    [row] = from_text(text).aside
    assert reason in row.reason
    with pytest.raises(HoldingsError, match=r"^Line 2: "):
        from_text(text).portfolio()
    assert from_text(text).portfolio(leave_out=True).positions == ()


def test_every_line_that_is_wrong_is_named():
    with pytest.raises(HoldingsError) as refusal:
        from_text("symbol,shares\nAAPL,many\nKO,-1\nGE,5,5\n")
    assert [finding[:6] for finding in refusal.value.findings] == ["Line 2", "Line 3", "Line 4"]
    with pytest.raises(HoldingsError, match="And 15 more lines like these"):
        from_text("symbol,shares\n" + "AAPL,many\n" * 20)


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("symbol;shares\nAAPL;0,500\n", 0.5),
        ("symbol;shares\nAAPL;,5\n", 0.5),
        ("symbol\tshares\nAAPL\t.5\n", 0.5),
        ("symbol\tshares\nAAPL\t12.\n", 12.0),
        ("symbol\tshares\nAAPL\t1,50\n", 1.5),
        ("symbol\tshares\nAAPL\t1.234,5\n", 1234.5),
        ("symbol\tshares\nAAPL\t1,234.5\n", 1234.5),
        ("symbol\tshares\nAAPL\t1'234.5\n", 1234.5),
        ("symbol\tshares\nAAPL\t1’234\n", 1234.0),
        ("symbol\tshares\nAAPL\t1\u202f234,5\n", 1234.5),
        ("symbol\tshares\nAAPL\t1,234,567\n", 1_234_567.0),
        ("symbol\tshares\nAAPL\t+7\n", 7.0),
        ('symbol,value\nAAPL,"$12,500"\n', 12_500.0),
        ('symbol,value\nAAPL,"12,500.00 USD"\n', 12_500.0),
        ('symbol,shares\nAAPL,="7"\n', 7.0),
        ('symbol,shares\n"=""AAPL""",7\n', 7.0),
        ("symbol,shares\n$aapl,7\n", 7.0),
    ],
)
def test_what_can_mean_one_thing_only_is_read(text, shares):
    assert held(text) == {"AAPL": shares}


def test_the_other_numbers_of_a_file_settle_what_one_leaves_open():
    assert held("symbol;shares;price\nAAPL;1.234;1,50\n") == {"AAPL": 1234.0}
    assert held("symbol;shares;price\nAAPL;1.234;1.50\n") == {"AAPL": 1.234}
    assert held("symbol;shares\nAAPL;1.234\nKO;1.234.567\n") == {"AAPL": 1234.0, "KO": 1_234_567.0}


def test_a_number_in_a_name_settles_nothing():
    with pytest.raises(HoldingsError, match="may be"):
        from_text("name;symbol;shares\n1,5;AAPL;1.234\n")


@pytest.mark.parametrize(("decimal", "shares"), [(".", 1.234), (",", 1234.0)])
def test_a_persons_word_settles_the_decimal_mark(decimal, shares):
    with pytest.raises(HoldingsError) as refusal:
        from_text("symbol;shares\nAAPL;1.234\n")
    assert refusal.value.decimal
    assert held("symbol;shares\nAAPL;1.234\n", decimal=decimal) == {"AAPL": shares}


def test_a_persons_word_settles_the_columns():
    text = "Instrument,Holding,Other\nAAPL,5,7\n"
    with pytest.raises(HoldingsError) as refusal:
        from_text(text)
    assert refusal.value.columns == ("Instrument", "Holding", "Other")
    assert held(text, columns={"symbol": "Instrument", "shares": "holding"}) == {"AAPL": 5.0}
    assert held("symbol,shares,quantity\nAAPL,1,2\n", columns={"shares": "Quantity"}) == {"AAPL": 2.0}
    with pytest.raises(HoldingsError, match="No row has one column each that is named 'Ticker'"):
        from_text(text, Answers(columns={"symbol": "Ticker"}))


def test_a_persons_word_gives_a_stock_its_symbol():
    text = "symbol,shares\nExxon Mobil,5\nUS0378331005,7\n"
    assert held(text, symbols={"Exxon Mobil": "xom", "US0378331005": "AAPL"}) == {"XOM": 5.0, "AAPL": 7.0}


@pytest.mark.parametrize("line", ["Total,5", "TOTAL,5", "Grand Total,5", "Account Total:,5", "Totals,,"])
def test_a_total_is_no_stock_and_said_to_be_none(line):
    read = from_text(f"symbol,shares\nAAPL,5\n{line}\n")
    assert [one.symbol for one in read.entries] == ["AAPL"]
    assert [row.line for row in read.skipped] == [3]


def test_a_stock_whose_name_begins_like_a_total_is_one():
    assert held("name,symbol,shares\nTotal SE,TTE,5\n") == {"TTE": 5.0}
    [row] = from_text("name,symbol,shares\nTotal Stock Market Fund,,5\n").aside
    assert row.reason == "has no symbol"


def test_symbols_that_mean_something_in_other_files_are_stocks():
    symbols = ("BOA", "EOF", "DATA", "ALL", "USD", "FX", "OPT", "WAR", "NA", "TRUE")
    text = "symbol,shares\n" + "".join(f"{symbol},1\n" for symbol in symbols)
    assert list(held(text)) == list(symbols)


def test_one_share_in_two_lots_or_spellings_is_added_up_and_said():
    read = from_text("symbol,shares\nBRK.B,1.5\nAAPL,2\nbrk b,2.25\nBRK/B,3\n")
    assert [(one.symbol, one.shares, one.lines) for one in read.entries] == [
        ("BRK.B", 6.75, (2, 4, 5)),
        ("AAPL", 2.0, (3,)),
    ]
    assert read.notes == ("Lines 2, 4 and 5: BRK.B was added up to 6.75 shares.",)


def test_sums_are_exact():
    assert held("symbol,shares\nAAPL,0.1\nAAPL,0.2\n") == {"AAPL": 0.3}


def test_a_table_may_stand_anywhere_and_have_blank_rows_and_notes():
    text = "My book\n\n;;\nSymbol;Note;Shares\n\nAAPL;core;5\n\nReviewed in spring\nKO;;7\n"
    assert held(text) == {"AAPL": 5.0, "KO": 7.0}


def test_an_excel_file_says_how_to_save_it():
    with pytest.raises(HoldingsError, match="spreadsheet or archive: export or save the holdings as CSV"):
        from_file(BytesIO(b"PK\x03\x04abc"))


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"symbol,shares\nAAPL,\x00\x01\n", b"\x00" * 40, b"\x81\x8d"]
)
def test_what_is_no_text_is_refused(content):
    with pytest.raises(HoldingsError, match="not valid text"):
        from_file(BytesIO(content))


def test_typed_rows_are_read_as_files_are():
    read = from_rows([("AAPL", "1,250.5", ""), ("KO", "", ""), ("brk/b", "", "500")], "2,500.00")
    assert [(one.symbol, one.shares, one.value) for one in read.entries] == [
        ("AAPL", 1250.5, None),
        ("BRK/B", None, 500.0),
    ]
    assert read.cash == 2500.0


@pytest.mark.parametrize(
    ("rows", "cash", "complaint"),
    [
        ([("AAPL", "-7", "")], "", "Line 1: AAPL is negative or short"),
        ([("AAPL", "", ""), ("KO", "0,5x", "")], "", "Line 2: '0,5x' is not a valid number"),
        ([("AAPL", "1.5", ""), ("KO", "0,5", "")], "", "not written in one way"),
        ([], "-5", "Cash: cash is -5"),
        ([], "many", "Cash: 'many' is not a valid number"),
    ],
)
def test_wrong_typed_rows_are_refused(rows, cash, complaint):
    with pytest.raises(HoldingsError, match=complaint):
        from_rows(rows, cash)


@pytest.mark.parametrize("words", [["shares"], ["=x"], ["x="], ["price=Last"]])
def test_answers_in_words_say_how_they_are_written(words):
    with pytest.raises(HoldingsError, match="shares=Units"):
        Answers.said(words, [], None, leave_out=False)


def test_a_file_of_exactly_the_limits_is_read():
    rows = "".join(f"S{i},1\n" for i in range(1000))
    assert len(from_text(f"symbol,shares\n{rows}").entries) == 1000
    text = "symbol,shares\nAAPL,12\n"
    full = text + "\n" * (1_000_000 - len(text))
    assert len(from_file(BytesIO(full.encode())).entries) == 1
    with pytest.raises(HoldingsError, match="1 MB"):
        from_file(BytesIO(full.encode() + b"\n"))


def test_lines_are_counted_as_an_editor_shows_them():
    with pytest.raises(HoldingsError, match="Line 5: 'x' is not a valid number"):
        from_text('symbol,shares\n\n"KO",1\n\nAAPL,x\n')
    with pytest.raises(HoldingsError, match="Line 5: 'x' is not a valid number"):
        from_text('symbol,note,shares\nKO,"two\n\nlines",1\nAAPL,,x\n')


def test_cash_in_shares_and_in_dollars_is_counted_once():
    read = from_text("symbol,shares,value\nCASH,3,7\n cash ,5,\nCASH,,\n")
    assert (read.entries, read.cash) == ((), 12.0)
