"""`sac-desk data`: check, preview and apply, and what a person accepts."""

import json

import pandas as pd
import pytest

from app import cli
from sac.market import MarketChoice, load_panel, price_folder, read_choice, write_choice
from tests.support.synthetic import random_closes, write_prices

CLOSES = random_closes(stocks=3)
SYMBOLS = tuple(CLOSES.columns)
JUMP = pd.concat([CLOSES.loc[:"2017-02-28"], CLOSES.loc["2017-03-01":] * [1, 2.5, 1]])


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("app.commands.data.actor", lambda: "Ada")
    return tmp_path / "data"


@pytest.fixture
def desk(data, capsys):
    """Runs a command; exit code, stdout, stderr."""

    def run(*arguments):
        return cli.main(list(map(str, arguments))), *capsys.readouterr()

    return run


def written(folder, closes):
    """One file of all, as somebody would bring it."""
    folder.mkdir(exist_ok=True)
    wide = closes.rename_axis("date").reset_index()
    wide.melt("date", var_name="symbol", value_name="close").to_csv(folder / "all.csv", index=False)
    return folder / "all.csv"


def test_prices_are_brought_shown_and_applied(desk, data, tmp_path):
    brought = written(tmp_path, CLOSES)
    code, out, err = desk("data", "use", "files", "--prices", brought, "--start", "2015-01-02")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split()[:5] == ["symbol", "verdict", "first", "last", "gaps"]
    assert out.splitlines()[1].split()[:5] == ["S00", "passed", "2015-01-02", "2019-12-31", "0"]
    assert "Nothing was changed" in out
    assert not data.exists()
    code, out, _ = desk(
        "data", "use", "files", "--prices", brought, "--start", "2015-01-02", "--apply", "--json"
    )
    answer = json.loads(out)
    assert (code, answer["applied"], answer["symbols"]) == (0, True, list(SYMBOLS))
    assert [report["verdict"] for report in answer["reports"]] == ["passed"] * 3
    assert load_panel(data).symbols == SYMBOLS
    assert desk("data", "check")[0] == 0


def test_a_refused_universe_is_not_applied_until_the_finding_is_accepted(desk, data, tmp_path):
    brought = written(tmp_path, JUMP)
    use = ("data", "use", "files", "--prices", brought, "--apply")
    code, out, err = desk(*use)
    assert (code, err) == (1, "error: 1 finding: these prices cannot be used yet.\n")
    assert "refused: S01 doubled or halved in a day: is a split not adjusted? (2017-03-01)" in out
    assert not data.exists()
    code, out, _ = desk(*use, "--json")
    assert (code, json.loads(out)["applied"], json.loads(out)["findings"][0]["symbol"]) == (1, False, "S01")

    accept = ("data", "accept", "S01", "2017-03-01", "--reason", "spun off")
    assert "no finding of S01 on 2017-03-01" in desk(*accept)[2], "that file is not here yet"
    code, out, _ = desk(*accept, "--prices", brought)
    assert (code, out) == (0, "S01 on 2017-03-01: accepted by Ada (spun off).\n")
    assert desk(*use)[0] == 0
    [entry] = load_panel(data).provenance.accepted
    assert (entry.symbol, entry.day, entry.reason, entry.who) == ("S01", "2017-03-01", "spun off", "Ada")
    assert "S01 on 2017-03-01: accepted by Ada (spun off)." in desk("data", "status")[1]
    assert json.loads(desk("data", "status", "--json")[1])["accepted"][0]["reason"] == "spun off"
    code, out, _ = desk("data", "check")
    assert (code, out.splitlines()[2].split()[1]) == (0, "accepted")
    assert desk("data", "use", "sample", "--apply")[0] == 0
    assert read_choice(data).accepted == (entry,), "another universe forgets nothing"


def test_a_closure_is_accepted_where_no_symbol_has_a_price(desk, data):
    write_choice(data, MarketChoice("files", SYMBOLS, CLOSES.index[0].date()))
    write_prices(price_folder(data), CLOSES.drop(pd.Timestamp("2018-06-15")))
    assert "No symbol has a close on 2018-06-15" in desk("data", "check")[1]
    assert (
        "no finding that nobody traded on 2018-06-14"
        in desk("data", "closure", "2018-06-14", "--reason", "a storm")[2]
    )
    assert "needs a reason" in desk("data", "closure", "2018-06-15", "--reason", " ")[2]
    code, out, _ = desk("data", "closure", "2018-06-15", "--reason", "a storm", "--json")
    assert (code, json.loads(out)["day"]) == (0, "2018-06-15")
    assert desk("data", "check")[0] == 0
    assert load_panel(data).provenance.closures == ("2018-06-15",)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("data", "use", "yahoo", "--prices", "{}"), "Prices are brought for the source files"),
        (("data", "use", "files", "--prices", "{}", "--prices", "{}"), "all.csv is named twice"),
        (("data", "use", "files", "--prices", "{}x"), "No such file"),
        (("data", "accept", "../x", "2017-03-01", "--reason", "why"), "'../X' is not a valid symbol"),
        (("data", "accept", "S01", "1.3.2017", "--reason", "why"), "'1.3.2017' is not a valid date"),
    ],
)
def test_what_cannot_be_is_one_line(desk, data, tmp_path, arguments, message):
    brought = written(tmp_path, CLOSES)
    code, _, err = desk(*(argument.replace("{}", str(brought)) for argument in arguments))
    assert (code, err.count("\n")) == (1, 1)
    assert message in err
    assert not data.exists()
