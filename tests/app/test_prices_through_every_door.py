"""The same price files through page, command and HTTP: understood by all of them, or refused alike."""

import shutil

import numpy as np
import pandas as pd
import pytest

from app import cli
from app.api import weights
from app.queries import market
from sac.market import price_folder
from tests.support import api_client
from tests.support.desk_pages import opened, said
from tests.support.small_trainings import CLOSES
from tests.support.synthetic import random_closes, write_prices

pytestmark = pytest.mark.slow

MIDST, NEWEST = "2018-06-15", "2018-12-28"  # Fridays: the second is the newest decision
LONGER = pd.concat([CLOSES, random_closes(6, "2018-12-31", "2019-01-02") * 0 + CLOSES.iloc[-1] * 1.01])
LONGER.iloc[-1] *= 1.01


@pytest.fixture
def own(empty, own_desk):
    """The data root on own prices, with a champion."""
    shutil.copytree(own_desk, empty.data, dirs_exist_ok=True)
    market._panel.clear()
    weights._panel.cache_clear()
    return empty


@pytest.fixture
def command(capsys):
    """Runs a command; exit code, stdout, stderr."""

    def run(*arguments):
        capsys.readouterr()  # what pages left
        code = cli.main(arguments)
        return code, *capsys.readouterr()

    return run


def rewritten(alter, symbols=("S02",)):
    """Lets some symbols' files be altered: rows of (date, close) in, text of a file out."""

    def write(folder):
        for symbol in symbols:
            lines = (folder / f"{symbol}.csv").read_text().splitlines()[1:]
            (folder / f"{symbol}.csv").write_text(alter([line.split(",") for line in lines]))

    return write


def table(rows, header="date,close"):
    return "\n".join((header, *(",".join(row) for row in rows))) + "\n"


def in_new_york(rows):
    return table(
        [(str(pd.Timestamp(day, tz="America/New_York")), close) for day, close in rows], "Date,Close"
    )


def one_offset_at_the_end(rows):
    last, close = rows[-1]
    return table([*rows[:-1], (f"{last} 00:00:00-05:00", close)])


def adjusted(rows):
    return table([(day, "1.0", close) for day, close in rows], "Date,Close,Adj Close")


def zulu(rows):
    return table([*rows[:-1], (f"{rows[-1][0]}T00:00:00Z", rows[-1][1])])


def replaced(day, other):
    return lambda rows: table([(other if date == day else date, close) for date, close in rows])


def dropped(day):
    return lambda rows: table([row for row in rows if row[0] != day])


def longer_without(day, symbols):
    """Two more sessions than the desk was trained on, and a day that some symbols lack."""

    def write(folder):
        write_prices(folder, LONGER)
        rewritten(dropped(day), symbols)(folder)

    return write


EVERY = tuple(CLOSES.columns)
REFUSED = {
    "two closes": (
        rewritten(lambda rows: table([(*row, "1") for row in rows], "date,Close,close")),
        "two columns for close",
    ),
    "surplus cells": (
        rewritten(lambda rows: table([*rows[:-1], (*rows[-1], "5")])),
        "3 cells where the header has 2",
    ),
    "naive and Z": (rewritten(zulu), "not midnight in New York"),
    "a Saturday": (rewritten(replaced(MIDST, "2018-06-16")), "S02 has a price on 2018-06-16, which is not"),
    "a holiday": (
        rewritten(replaced("2018-07-05", "2018-07-04")),
        "S02 has a price on 2018-07-04, which is not",
    ),
    "a Friday that one lacks": (rewritten(dropped(MIDST)), f"S02 has no close ({MIDST})"),
    "a Friday that nobody traded": (rewritten(dropped(MIDST), EVERY), f"No symbol has a close on {MIDST}"),
    "the newest Friday that two lack": (
        longer_without(NEWEST, ("S01", "S02")),
        f"S01 has no close ({NEWEST})",
    ),
    "a jump": (
        rewritten(lambda rows: table([(d, c if d < MIDST else str(3 * float(c))) for d, c in rows])),
        "S02 doubled or halved in a day: is a split not adjusted? (2018-06-15)",
    ),
    "a pinned price": (
        rewritten(lambda rows: table([*rows[:-8], *((d, rows[-9][1]) for d, _ in rows[-8:])])),
        "S02 shows the same close for more than 5 sessions",
    ),
    "not one symbol alone": (
        rewritten(lambda rows: table([(d, "0") for d, _ in rows]), ("S01", "S04")),
        "S01 has a close that is not positive",
    ),
}
UNDERSTOOD = {
    "offsets over summer time": rewritten(in_new_york, EVERY),
    "one last offset": rewritten(one_offset_at_the_end),
    "adjusted closes beside closes": rewritten(adjusted),
}


@pytest.mark.parametrize("trap", REFUSED)
def test_what_is_refused_is_refused_by_page_command_and_http(own, command, trap):
    write, message = REFUSED[trap]
    write(price_folder(own.data))
    for page in ("overview", "data", "weights"):
        assert message in opened(page).error[0].value
    for arguments in (("weights", "sac_lstm", "--as-of", "2018-12-21"), ("data", "status")):
        code, _, err = command(*arguments)
        assert (code, err.count("\n")) == (1, 1)
        assert message in err
    code, out, err = command("data", "check")
    assert (code, "cannot be used yet" in err) == (1, True)
    assert f"refused: {message}" in out or message in out
    answer = api_client.client().post("/inference/sac_lstm", json={"portfolio": {"cash": 1000.0}})
    assert message in api_client.problem(answer, 422, "data_error")


@pytest.mark.parametrize("trap", UNDERSTOOD)
def test_what_is_certain_gives_the_same_weights_everywhere(own, command, trap):
    body = {"portfolio": {"cash": 1000.0}, "as_of_date": "2018-12-21"}
    before = api_client.client().post("/inference/sac_lstm", json=body).json()["target_weights"]
    UNDERSTOOD[trap](price_folder(own.data))
    after = api_client.client().post("/inference/sac_lstm", json=body).json()["target_weights"]
    assert after == pytest.approx(before)
    assert command("weights", "sac_lstm", "--as-of", "2018-12-21")[0] == 0
    assert command("data", "check")[0] == 0
    assert "6 stocks, " in said(opened("data", date="2018-12-21"))


def test_a_newest_friday_that_is_missing_everywhere_ends_the_window_a_week_earlier(own, command, monkeypatch):
    monkeypatch.setattr("sac.inference.weeks_behind", lambda last, today=None: 0)  # they end years ago
    longer_without(NEWEST, EVERY)(price_folder(own.data))
    page = said(opened("data"))
    assert f"No symbol has a close on {NEWEST}" in page
    assert "the window ends on 2018-12-21" in page
    assert f"Nobody traded on {NEWEST}" in str(opened("data").selectbox(key="real-present").options)
    code, out, _ = command("data", "status")
    assert (code, "2013-01-02 to 2018-12-21" in out) == (0, True)
    code, out, _ = command("data", "check")
    assert (code, f"Note: no symbol has a close on {NEWEST}." in out) == (0, True)
    body = {"portfolio": {"cash": 1000.0}, "as_of_date": "2018-12-21"}
    answer = api_client.client().post("/inference/sac_lstm", json=body)
    assert answer.status_code == 200
    assert answer.json()["target_week_start"] == "2018-12-24"
    assert np.isfinite(list(answer.json()["target_weights"].values())).all()
    opened("weights", date="2018-12-21")

    assert command("data", "closure", NEWEST, "--reason", "a storm")[0] == 0
    assert command("data", "status")[1].count("2018-12-27") == 1
    answer = api_client.client().post("/inference/sac_lstm", json={**body, "as_of_date": "2018-12-27"})
    assert answer.json()["target_week_start"] == "2018-12-31"
    assert f"Nobody traded on {NEWEST}: accepted by" in said(opened("data"))
