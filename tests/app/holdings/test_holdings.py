from io import BytesIO

import pytest

from app.holdings import saved
from app.holdings.portfolio import Portfolio, Position, valued
from app.holdings.reading import from_file, from_rows, from_text
from sac.errors import DeskError

PRICES = {"AAPL": 100.0, "KO": 50.0}


def test_a_csv_becomes_cash_and_positions():
    file = BytesIO("\ufeffSymbol, Value\naapl, 1500.50\n\nCASH,$200\nMSFT,0\n".encode())
    assert from_file(file) == Portfolio(200.0, (Position("AAPL", value=1500.5),))


@pytest.mark.parametrize(
    "text",
    [
        'symbol,shares,value\nAAPL,12,\nKO,,"$1,500.50"\nCASH,,200\n',
        "Symbol;Shares;Value\nAAPL;12;\nKO;;1500.50\nCASH;200;\n",
        "Ticker\tQuantity\tMarket value\r\naapl\t12\t\r\nko\t\t1,500.50\r\ncash\t\t200\r\n",
        "value,symbol,note,shares\n,AAPL,core,12\n1500.5,KO,,\n200,CASH,,\n",
    ],
)
def test_files_and_spreadsheets_are_read_alike(text):
    expected = (Position("AAPL", shares=12.0), Position("KO", value=1500.5))
    assert from_text(text) == Portfolio(200.0, expected)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "first line must name the columns"),
        (b"AAPL,100\n", "first line must name the columns"),
        (b"symbol,price\nAAPL,100\n", "first line must name the columns"),
        (b"symbol,value\nAAPL\n", "Line 2 has no amount"),
        (b"symbol,value\nAAPL,1\n\nMSFT,many\n", "Line 4: 'many' is not a valid number"),
        (b"symbol;value\nAAPL;1.500,50\n", "Line 2: '1.500,50' is not a valid number"),
        (b"symbol,value\nAAPL,nan\n", "'nan' is not a valid number"),
        (b"symbol,value\nAAPL,-5\n", "zero or more"),
        (b"symbol,value\nCASH,-5\n", "Cash is -5.0"),
        (b"symbol,value\nAAPL,1\naapl,2\n", "AAPL is listed twice"),
        (b"symbol,value\n=cmd(),1\n", "is not a valid symbol"),
        (b"symbol,value\n,1\n", "is not a valid symbol"),
        (b"value,symbol\n1\n", "is not a valid symbol"),
        (b"symbol,value\n" + b"A" * 200_000 + b",1\n", "Line 2 cannot be read"),
        (b"symbol,value\nAAPL,1" + b"0" * 13, "zero or more"),
        (b"symbol,value\n" + b"".join(b"S%d,1\n" % i for i in range(1001)), "1,001 positions"),
        (b"\xff\xfe\x00\x01", "not valid text"),
        (b"x" * 1_000_001, "1 MB"),
    ],
)
def test_a_wrong_csv_is_refused_with_its_reason(content, complaint):
    with pytest.raises(DeskError, match=complaint):
        from_file(BytesIO(content))


def test_rows_left_empty_are_no_positions():
    rows = [("AAPL", None, None), ("KO", float("nan"), 5.0), ("GE", 0.0, None), ("CASH", None, 7.0)]
    assert from_rows(rows, cash=100.0) == Portfolio(107.0, (Position("KO", value=5.0),))


def test_shares_count_at_the_reference_price_and_values_become_shares():
    held = Portfolio(10.0, (Position("AAPL", shares=3.0, value=999.0), Position("KO", value=125.0)))
    answer = valued(held, PRICES)
    assert answer.shares == {"AAPL": 3.0, "KO": 2.5}
    assert answer.values == {"AAPL": 300.0, "KO": 125.0}
    assert (answer.cash, answer.kept, answer.sold) == (10.0, (), ())


def test_what_the_universe_does_not_know_is_kept_aside_or_sold_at_its_own_price():
    ibm = Position("IBM", shares=4.0, value=600.0)
    kept = valued(Portfolio(10.0, (ibm,)), PRICES)
    assert (kept.shares, kept.kept, kept.sold, kept.prices) == ({}, (ibm,), (), PRICES)
    sold = valued(Portfolio(10.0, (ibm,), "sell"), PRICES)
    assert (sold.values, sold.sold, sold.kept) == ({"IBM": 600.0}, (ibm,), ())
    assert sold.prices == {**PRICES, "IBM": 150.0}


@pytest.mark.parametrize("amounts", [{"shares": 4.0}, {"value": 600.0}, {"shares": 0.0, "value": 600.0}])
def test_to_be_sold_it_needs_shares_and_a_value(amounts):
    with pytest.raises(DeskError, match=r"IBM is outside the universe.*both its shares and its value"):
        valued(Portfolio(10.0, (Position("IBM", **amounts),), "sell"), PRICES)


def test_each_person_has_their_own_holdings_until_they_clear_them(tmp_path):
    ada = Portfolio(5.0, (Position("AAPL", shares=1.5), Position("KO", value=20.0)), "sell", 50.0)
    for person, portfolio in (("ada@desk.example", ada), ("../../bob", Portfolio(7.0))):
        saved.save(tmp_path, person, portfolio)
        assert saved.load(tmp_path, person).portfolio == portfolio
    assert len(list((tmp_path / "holdings").iterdir())) == 2
    assert saved.load(tmp_path, "eve") is None
    saved.clear(tmp_path, "ada@desk.example")
    assert saved.load(tmp_path, "ada@desk.example") is None
    assert saved.load(tmp_path, "../../bob").portfolio == Portfolio(7.0)
    saved.clear(tmp_path, "ada@desk.example")


@pytest.mark.parametrize("content", [b"", b"{}", b'{"cash": 5', b"\xff", None])
def test_a_damaged_file_is_said_to_be_and_can_be_cleared(tmp_path, content):
    saved.save(tmp_path, "ada", Portfolio(5.0))
    [file] = (tmp_path / "holdings").iterdir()
    impossible = file.read_bytes().replace(b'"cash": 5.0', b'"cash": -5.0')
    file.write_bytes(impossible if content is None else content)
    with pytest.raises(DeskError, match="clear them and save again"):
        saved.load(tmp_path, "ada")
    saved.clear(tmp_path, "ada")
    assert saved.load(tmp_path, "ada") is None


@pytest.mark.parametrize("symbol", ["CASH", "", "aapl", "A B", "-A", "A" * 21, "AAPL\n"])
def test_cash_and_what_is_no_symbol_are_no_position(symbol):
    with pytest.raises(DeskError, match="is no symbol"):
        Position(symbol, shares=1.0)


@pytest.mark.parametrize("symbol", ["A", "A" * 20, "BRK-B", "BF.B", "^GSPC", "EURUSD=X", "0700"])
def test_symbols_of_every_exchange_are_read(symbol):
    assert Position(symbol, shares=1.0).symbol == symbol


def test_a_position_has_shares_or_a_value():
    with pytest.raises(DeskError, match="AAPL has neither shares nor a value"):
        Position("AAPL")


@pytest.mark.parametrize("amount", [-0.5, -1e-9, float("nan"), 1e12 + 1])
def test_nobody_holds_less_than_nothing_or_more_than_there_is(amount):
    for wrong in ({"shares": amount}, {"value": amount}, {"shares": amount, "value": 1.0}):
        with pytest.raises(DeskError, match=f"AAPL has {amount} (shares|dollars): write a number"):
            Position("AAPL", **wrong)
    with pytest.raises(DeskError, match="Cash is"):
        Portfolio(cash=amount)
    with pytest.raises(DeskError, match="smallest trade"):
        Portfolio(minimum=amount)


@pytest.mark.parametrize("amount", [0.0, 0.5, 1e12])
def test_amounts_end_at_nothing_and_at_a_trillion(amount):
    position = Position("AAPL", amount, amount)
    assert Portfolio(amount, (position,), minimum=amount).positions[0].shares == amount


def test_zero_shares_with_a_value_are_zero_shares():
    held = from_rows([("KO", 0.0, 125.0), ("AAPL", None, 0.0)])
    assert held.positions == (Position("KO", 0.0, 125.0),)
    assert valued(held, PRICES).shares == {"KO": 0.0}


def test_cash_in_shares_and_in_dollars_is_counted_once():
    assert from_rows([("CASH", 3.0, 7.0), (" cash ", 5.0, None), ("CASH", None, None)]) == Portfolio(12.0)


def test_a_file_of_exactly_the_limits_is_read():
    rows = "".join(f"S{i},1\n" for i in range(1000))
    assert len(from_text(f"symbol,shares\n{rows}").positions) == 1000
    text = "symbol,shares\nAAPL,12\n"
    full = text + "\n" * (1_000_000 - len(text))
    assert from_file(BytesIO(full.encode())).positions == (Position("AAPL", 12.0),)
    with pytest.raises(DeskError, match="1 MB"):
        from_file(BytesIO(full.encode() + b"\n"))


def test_lines_are_counted_as_an_editor_shows_them():
    with pytest.raises(DeskError, match="Line 5: 'x' is no number"):
        from_text('symbol,shares\n\n"KO",1\n\nAAPL,x\n')
    with pytest.raises(DeskError, match="Line 2 has no amount"):
        from_text("shares,symbol\n,AAPL\n")


@pytest.mark.parametrize("number", ["1,50", "1,5000", "1e5", "--5", "1 000", ".5"])
def test_numbers_that_can_be_read_in_two_ways_are_refused(number):
    with pytest.raises(DeskError, match="is no number"):
        from_text(f"symbol\tshares\nAAPL\t{number}\n")


@pytest.mark.parametrize(("number", "shares"), [("1,234,567.5", 1_234_567.5), ("12.", 12.0), ("$ 7", 7.0)])
def test_numbers_are_read_as_people_write_them(number, shares):
    assert from_text(f"symbol\tshares\nAAPL\t{number}\n").positions == (Position("AAPL", shares),)


def test_several_strangers_are_all_kept_or_all_sold_and_the_first_twin_is_named():
    strangers = (Position("IBM", 4.0, 600.0), Position("KO", 1.0), Position("GE", 2.0, 50.0))
    kept = valued(Portfolio(0.0, strangers), PRICES)
    assert ([p.symbol for p in kept.kept], kept.sold, kept.shares) == (["IBM", "GE"], (), {"KO": 1.0})
    sold = valued(Portfolio(0.0, strangers, "sell"), PRICES)
    assert ([p.symbol for p in sold.sold], sold.kept) == (["IBM", "GE"], ())
    assert sold.values == {"IBM": 600.0, "KO": 50.0, "GE": 50.0}
    twins = tuple(Position(symbol, 1.0) for symbol in ("KO", "IBM", "KO", "IBM", "GE"))
    with pytest.raises(DeskError, match="IBM stands twice"):
        Portfolio(0.0, twins)


def test_an_empty_portfolio_keeps_strangers_and_skips_no_trade():
    assert Portfolio() == Portfolio(0.0, (), "keep", 0.0)


def test_long_words_are_cut_in_a_refusal():
    with pytest.raises(DeskError, match=f"^'{'A' * 20}' is no symbol"):
        Position("A" * 30, shares=1.0)
    with pytest.raises(DeskError, match=f"Line 2: '{'x' * 20}' is no number"):
        from_text(f"symbol,shares\nAAPL,{'x' * 30}\n")


def test_cells_may_be_quoted_after_a_space():
    assert from_text('symbol, shares\nAAPL, "1,500"\n').positions == (Position("AAPL", shares=1500.0),)
