"""Brokers' files on the command line, and weeks that are over."""

import json
import shutil

import pytest

from app import cli
from tests.support.broker_files import FILES

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(capsys, monkeypatch, tmp_path):
    """Runs a command on a data root; exit code, stdout, stderr."""

    def run(*arguments, data=tmp_path / "data"):
        monkeypatch.setenv("SAC_DESK_DATA", str(data))
        code = cli.main(arguments)
        return code, *capsys.readouterr()

    return run


@pytest.mark.parametrize("name", FILES)
def test_a_brokers_file_is_shown_as_it_is_read(desk, name):
    file = FILES[name]
    said = [f"--symbol={written}={symbol}" for written, symbol in file.symbols.items()]
    if file.aside:
        code, _, err = desk("holdings", str(file.path), *said)
        assert (code, f"Line {file.aside[0]}: " in err, err.count("\n")) == (1, True, 1)
    code, out, err = desk("holdings", str(file.path), "--leave-out", *said, "--json")
    assert (code, err) == (0, "")
    read = json.loads(out)
    assert {one["symbol"]: one["shares"] or 0 for one in read["entries"]} == file.shares
    assert (read["cash"], tuple(row["line"] for row in read["aside"])) == (file.cash, file.aside)
    _, out, _ = desk("holdings", str(file.path), "--leave-out", *said)
    assert all(any(line.startswith(f"{symbol} ") for line in out.splitlines()) for symbol in file.shares)
    assert out.count("Left out: ") == len(file.aside)


def test_what_a_file_leaves_open_is_said_by_options(desk, tmp_path):
    file = tmp_path / "book.csv"
    file.write_text("Instrument;Holding\nAAPL;1.234\n")
    code, _, err = desk("holdings", str(file))
    assert (code, "Line 1 names 'Instrument', 'Holding'" in err) == (1, True)
    columns = ("--column", "symbol=Instrument", "--column", "shares=Holding")
    code, _, err = desk("holdings", str(file), *columns)
    assert (code, "may be 1.2340 or 1234" in err) == (1, True)
    _, out, _ = desk("holdings", str(file), *columns, "--decimal", ",", "--json")
    assert json.loads(out)["entries"] == [{"lines": [2], "symbol": "AAPL", "shares": 1234.0, "value": None}]


def test_weights_say_how_a_brokers_file_was_read_and_spell_as_it_does(desk, sample_desk, tmp_path):
    data = shutil.copytree(sample_desk, tmp_path / "desk")  # whoever asks for weights seals them
    file = tmp_path / "schwab.csv"
    file.write_text(FILES["schwab"].text)
    ask = ("weights", "sac_lstm", "--holdings", str(file), "--outside", "keep", "--leave-out")
    code, out, _ = desk(*ask, data=data)
    assert code == 0
    assert "Note: Line 8: Cash & Cash Investments counts as cash" in out
    assert "Note: Line 7 is no stock but 'Option'" in out
    code, out, _ = desk(*ask, "--json", data=data)
    assert json.loads(out)["holdings"]["cash"] == FILES["schwab"].cash
    file.write_text("symbol,shares\n$aapl,10\n")
    assert desk("weights", "sac_lstm", "--holdings", str(file), data=data)[0] == 0


def test_a_week_that_is_over_has_no_trades(desk, own_desk, tmp_path, monkeypatch):
    data = shutil.copytree(own_desk, tmp_path / "desk")
    """Of own data: the sample is known to have ended, and shows what orders look like."""
    monkeypatch.setattr("sac.inference.weeks_behind", lambda last, today=None: 2)
    ask = ("weights", "sac_lstm", "--cash", "1000")
    code, out, err = desk(*ask, "--trades", data=data)
    assert (code, out) == (1, "")
    assert "The week of 2018-12-31 to 2019-01-04 is over: there are no orders for it" in err
    assert desk(*ask, data=data)[0] == 0, "its weights are no orders"
    code, out, _ = desk(*ask, "--trades", "--as-of", "2018-06-20", data=data)
    assert (code, "Note: History: 2018-12-28 is the newest decision" in out) == (0, True)


def test_after_the_session_that_trades_them_orders_are_late(desk, own_desk, tmp_path, monkeypatch):
    data = shutil.copytree(own_desk, tmp_path / "desk")
    monkeypatch.setattr("sac.inference.weeks_behind", lambda last, today=None: 0)
    code, out, _ = desk("weights", "sac_lstm", "--cash", "1000", "--trades", data=data)
    assert (code, "Note: The session of 2018-12-31 is over: orders placed now fill at later" in out) == (
        0,
        True,
    )
