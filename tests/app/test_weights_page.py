"""The Weights page over own data: what is too old to trade on gives neither weights nor a file."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from sac import training
from sac.market import load_panel, price_folder
from sac.registry import Registry
from tests.synthetic import random_closes, write_prices
from tests.test_training import TINY

ROOT = Path(__file__).resolve().parents[2]
STOCKS, FIRST = 6, "2013-01-02"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A data root with own prices that end with 2018 and a version trained on them."""
    root = tmp_path_factory.mktemp("own")
    closes = random_closes(STOCKS, FIRST, "2018-12-28")
    write_prices(price_folder(root), closes)
    symbols = ", ".join(f'"{symbol}"' for symbol in closes.columns)
    (root / "market.toml").write_text(f'source = "files"\nsymbols = [{symbols}]\nstart = {FIRST}\n')
    training.full("sac_lstm", load_panel(root), TINY, Registry(root / "models"), root / "cache")
    return root


@pytest.fixture
def own(trained, tmp_path, monkeypatch):
    """That root, to be changed."""
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def on_day(monkeypatch):
    """Sets today's date for the age of data."""
    from sac.market.calendar import weeks_behind

    def on(day):
        for module in ("sac.inference", "app.components"):
            monkeypatch.setattr(
                f"{module}.weeks_behind",
                lambda last, today=None: weeks_behind(last, today or np.datetime64(day)),
            )

    return on


def opened(**query):
    at = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=30).run()
    for name, value in query.items():
        at.query_params[name] = value
    at.switch_page("../pages/weights.py").run()
    assert not at.exception, at.exception[0].message
    return at


def test_fresh_data_give_trades_and_a_file(own, on_day):
    on_day("2019-01-02")
    at = opened()
    assert not at.error
    assert len(at.dataframe) == 1
    assert len(at.get("download_button")) == 1


def test_data_that_are_a_little_old_are_said_to_be(own, on_day):
    on_day("2019-01-12")
    at = opened()
    assert not at.error
    assert "2 complete weeks are missing" in at.warning[0].value
    assert len(at.get("download_button")) == 1


def test_stale_data_block_weights_trades_and_the_file(own):
    at = opened()
    [banner] = at.error
    assert "The data end on 2018-12-28" in banner.value
    assert "Refresh the data" in banner.value
    assert not at.dataframe
    assert not at.get("download_button")
    assert not at.get("plotly_chart")


def test_an_expired_forecaster_blocks_weights_trades_and_the_file(own, on_day):
    write_prices(price_folder(own), random_closes(STOCKS, FIRST, "2019-02-15"))
    on_day("2019-02-18")
    at = opened()
    [banner] = at.error
    assert "older than 53 weeks" in banner.value
    assert not at.dataframe
    assert not at.get("download_button")
    assert not at.get("plotly_chart")


def test_what_was_fresh_when_it_was_shown_is_asked_again_after_a_refresh(own, on_day):
    on_day("2019-01-08")
    at = opened()
    assert "decided at the close of 2018-12-28" in at.caption[0].value.lower()
    write_prices(price_folder(own), random_closes(STOCKS, FIRST, "2019-01-04"))
    at.run()
    assert not at.error
    assert "decided at the close of 2019-01-04" in at.caption[0].value.lower()
