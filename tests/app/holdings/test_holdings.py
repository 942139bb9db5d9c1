import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.holdings import saved
from app.holdings.portfolio import Portfolio, Position, meant, outsiders, valued
from sac.errors import DeskError

PRICES = {"AAPL": 100.0, "KO": 50.0}


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
    for read in (saved.load, lambda folder, who: saved.enter(folder, who, Portfolio(1.0), None)):
        with pytest.raises(DeskError, match="clear them and save again"):
            read(tmp_path, "ada")
    saved.clear(tmp_path, "ada")
    assert saved.load(tmp_path, "ada") is None


@pytest.mark.parametrize("symbol", ["CASH", "", "aapl", "A BC", "A  B", "-A", "A" * 21, "AAPL\n"])
def test_cash_and_what_is_no_symbol_are_no_position(symbol):
    with pytest.raises(DeskError, match="is not a valid symbol"):
        Position(symbol, shares=1.0)


@pytest.mark.parametrize(
    "symbol", ["A", "A" * 20, "BRK-B", "BF.B", "BRK B", "BRK/B", "^GSPC", "EURUSD=X", "0700"]
)
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
    with pytest.raises(DeskError, match="minimum trade size"):
        Portfolio(minimum=amount)


@pytest.mark.parametrize("amount", [0.0, 0.5, 1e12])
def test_amounts_end_at_nothing_and_at_a_trillion(amount):
    position = Position("AAPL", amount, amount)
    assert Portfolio(amount, (position,), minimum=amount).positions[0].shares == amount


def test_several_strangers_are_all_kept_or_all_sold_and_the_first_twin_is_named():
    strangers = (Position("IBM", 4.0, 600.0), Position("KO", 1.0), Position("GE", 2.0, 50.0))
    kept = valued(Portfolio(0.0, strangers), PRICES)
    assert ([p.symbol for p in kept.kept], kept.sold, kept.shares) == (["IBM", "GE"], (), {"KO": 1.0})
    sold = valued(Portfolio(0.0, strangers, "sell"), PRICES)
    assert ([p.symbol for p in sold.sold], sold.kept) == (["IBM", "GE"], ())
    assert sold.values == {"IBM": 600.0, "KO": 50.0, "GE": 50.0}
    twins = tuple(Position(symbol, 1.0) for symbol in ("KO", "IBM", "KO", "IBM", "GE"))
    with pytest.raises(DeskError, match="IBM is listed twice"):
        Portfolio(0.0, twins)


def test_an_empty_portfolio_keeps_strangers_and_skips_no_trade():
    assert Portfolio() == Portfolio(0.0, (), "keep", 0.0)


def test_long_words_are_cut_in_a_refusal():
    with pytest.raises(DeskError, match=f"^'{'A' * 20}' is not a valid symbol"):
        Position("A" * 30, shares=1.0)


@pytest.mark.parametrize("held", ["BRK.B", "BRK B", "BRK/B", "BRK-B"])
@pytest.mark.parametrize("universe", ["BRK.B", "BRK-B"])
def test_a_share_class_is_found_in_any_spelling_and_goes_out_as_it_came_in(held, universe):
    portfolio = Portfolio(0.0, (Position(held, shares=3.0), Position("KO", shares=1.0)))
    prices = {universe: 400.0, "KO": 50.0}
    answer = valued(portfolio, prices)
    assert answer.values == {universe: 1200.0, "KO": 50.0}
    assert (answer.spelled(universe), answer.spelled("KO")) == (held, "KO")
    assert outsiders(portfolio.positions, prices) == ()


def test_one_share_held_in_two_spellings_counts_whole():
    portfolio = Portfolio(0.0, (Position("BRK.B", shares=1.0), Position("BRK-B", value=800.0)))
    assert valued(portfolio, {"BRK-B": 400.0}).shares == {"BRK-B": 3.0}


def test_a_symbol_without_its_mark_is_asked_about():
    assert "BRK-B is: write it so if that is meant" in meant("BRKB", ["AAPL", "BRK-B"])
    assert meant("IBM", ["AAPL", "BRK-B"]) == ""


def test_a_second_tab_does_not_save_over_what_it_has_not_seen(tmp_path):
    first, second = Portfolio(1.0), Portfolio(2.0, (Position("AAPL", 5.0),))
    saved.enter(tmp_path, "ada", first, None)
    for seen in (None, Portfolio(7.0)):
        with pytest.raises(saved.NewerHoldings, match="Another tab or browser saved others at"):
            saved.enter(tmp_path, "ada", second, seen)
        assert saved.load(tmp_path, "ada").portfolio == first
    with pytest.raises(saved.NewerHoldings):
        saved.clear(tmp_path, "ada", second)
    saved.enter(tmp_path, "ada", second, first)
    assert saved.load(tmp_path, "ada").portfolio == second
    saved.clear(tmp_path, "ada", second)
    with pytest.raises(saved.NewerHoldings, match="cleared these holdings"):
        saved.enter(tmp_path, "ada", first, second)


def test_choices_of_trading_and_holdings_do_not_undo_each_other(tmp_path):
    saved.enter(tmp_path, "ada", Portfolio(1.0), None)
    saved.choose(tmp_path, "ada", lambda now: dataclasses.replace(now, outside="sell", minimum=50.0))
    saved.enter(tmp_path, "ada", Portfolio(2.0), Portfolio(1.0))
    saved.choose(tmp_path, "ada", lambda now: dataclasses.replace(now, minimum=70.0))
    assert saved.load(tmp_path, "ada").portfolio == Portfolio(2.0, (), "sell", 70.0)
    saved.choose(tmp_path, "eve", lambda now: Portfolio(3.0) if now is None else now)
    assert saved.load(tmp_path, "eve").portfolio == Portfolio(3.0)


def test_of_two_tabs_that_save_at_once_one_is_told(tmp_path):
    saved.enter(tmp_path, "ada", Portfolio(0.0), None)

    def tab(cash):
        try:
            saved.enter(tmp_path, "ada", Portfolio(float(cash)), Portfolio(0.0))
        except saved.NewerHoldings:
            return None
        return cash

    with ThreadPoolExecutor(8) as pool:
        [winner] = [cash for cash in pool.map(tab, range(1, 17)) if cash]
    assert saved.load(tmp_path, "ada").portfolio.cash == winner
