"""Brokers' files over HTTP: understood as by the page and the command, and taken by a request for weights."""

import pytest

from app.api import weights
from app.api.schemas import Holding, InferenceRequest, Portfolio
from app.api.weights import _held
from sac.book import ChampionDecider
from sac.portfolio.trades import reference_prices
from tests.support import api_client
from tests.support.api_client import problem
from tests.support.broker_files import FILES
from tests.support.small_trainings import CLOSES
from tests.support.synthetic import panel_of


@pytest.fixture
def desk(empty):
    return api_client.client()


def read(desk, content, **answers):
    return desk.post("/holdings", content=content, params=answers, headers={"Content-Type": "text/csv"})


@pytest.mark.parametrize("name", FILES)
def test_a_brokers_file_is_read_and_saves_nothing(desk, empty, name):
    file = FILES[name]
    said = {"symbol": [f"{written}={symbol}" for written, symbol in file.symbols.items()]}
    if file.aside:
        message = problem(read(desk, file.path.read_bytes(), **said), 422, "holdings_error")
        assert f"Line {file.aside[0]}: " in message
    answer = read(desk, file.path.read_bytes(), leave_out=True, **said)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    held = found["portfolio"]["positions"]
    assert {one["symbol"]: one["shares"] or 0 for one in held} == file.shares
    assert found["portfolio"]["cash"] == file.cash
    assert tuple(row["line"] for row in found["left_out"]) == file.aside
    assert not (empty.data / "holdings").exists()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"symbol,shares\nAAPL,1,500\n", "Line 2: has more cells"),
        (b"symbol;shares\nAAPL;1.234\n", "may be 1.2340 or 1234"),
        (b"symbol,shares,quantity\nAAPL,1,2\n", "both mean shares"),
        (b"symbol,shares\nAAPL,-7\n", "negative or short"),
        (b"AAPL,7\n", "No line names the columns"),
        (b"\x89PNG\r\n\x1a\n\x00", "not valid text"),
        (b"", "No line names the columns"),
        (b"symbol,shares\n" + b"AAPL,many\n" * 20, "And 15 more lines like these"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_line(desk, content, complaint):
    assert complaint in problem(read(desk, content), 422, "holdings_error")


def test_answers_are_parameters(desk):
    found = read(desk, b"symbol;shares\nAAPL;1.234\n", decimal=",").json()
    assert found["portfolio"]["positions"] == [{"symbol": "AAPL", "shares": 1234.0, "market_value": None}]
    named = {"column": ["symbol=Instrument", "shares=Holding"]}
    assert (
        read(desk, b"Instrument,Holding\nKO,5\n", **named).json()["portfolio"]["positions"][0]["shares"] == 5
    )
    assert "shares=Units" in problem(read(desk, b"x", column="Units"), 422, "holdings_error")
    assert read(desk, b"x", decimal=";").status_code == 422


def test_a_portfolio_that_was_read_is_one_to_ask_weights_for(empty, small_version, monkeypatch):
    """In shares, and in the client's spelling of a share class."""
    panel = panel_of(CLOSES)
    monkeypatch.setattr(weights, "decider_of", lambda *asked: ChampionDecider(small_version))
    monkeypatch.setattr(weights, "_panel", lambda data, state: panel)
    desk = api_client.client()
    portfolio = read(desk, b"symbol,shares\nS01,10\nCASH,1000\n").json()["portfolio"]
    body = {"portfolio": portfolio, "as_of_date": "2018-06-20"}
    answer = desk.post("/inference/sac_lstm", json=body)
    assert answer.status_code == 200, answer.text
    price = reference_prices(panel, panel.step_at("2018-06-20"))["S01"]
    now = {row["symbol"]: row["current_weight"] for row in answer.json()["weight_changes"]}
    assert now["S01"] == pytest.approx(10 * price / (10 * price + 1000))
    portfolio = {"cash": 1.0, "positions": [{"symbol": "IBM", "shares": 1.0}]}
    stranger = {"portfolio": portfolio, "as_of_date": "2018-06-20"}
    assert desk.post("/inference/sac_lstm", json={**stranger, "outside": "keep"}).status_code == 200
    for outside, field in (("sell", "portfolio.positions.0"), ("refuse", None)):
        refused = desk.post("/inference/sac_lstm", json={**stranger, "outside": outside})
        assert "IBM" in problem(refused, 422, "settings_error", field)


def test_a_share_class_comes_back_as_it_was_sent():
    held = Portfolio(positions=[Holding(symbol="BRK/B", shares=2.0)])
    dollars, spelling = _held(InferenceRequest(portfolio=held), {"BRK-B": 400.0, "KO": 50.0})
    assert (dollars, spelling) == ({"BRK-B": 800.0}, {"BRK-B": "BRK/B"})
