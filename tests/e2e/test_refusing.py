"""What the desk does not do, and how it says so in a browser."""

import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect

from sac.market import price_folder
from sac.registry import Registry
from tests.support.browsing import heading, see
from tests.support.serving import served
from tests.support.small_trainings import CLOSES, FIRST
from tests.support.synthetic import random_closes, write_prices


def blocked(page, reason, remedy):
    """The red banner stands, and there is nothing to trade on."""
    banner = page.get_by_role("alert").filter(has_text="Weights, trades and downloads are blocked")
    expect(banner).to_be_visible(timeout=60_000)
    expect(banner).to_contain_text(reason)
    expect(page.get_by_role("button", name="Orders (CSV)")).to_have_count(0)
    expect(page.get_by_test_id("stMetric")).to_have_count(0)
    page.get_by_role("link", name=f"Go to {remedy}").click()
    expect(heading(page, remedy)).to_be_visible()


def test_old_data_and_an_old_forecaster_block_orders_and_show_the_way_out(own_folder, port, page):
    with served(own_folder, port):
        page.goto("/weights")
        blocked(page, "The data end on 2018-12-28", "Data")
        see(page, "Too old to trade on: own files to 2018-12-28")

        yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
        closes = random_closes(len(CLOSES.columns), FIRST, yesterday)  # a refresh brought the years since
        write_prices(price_folder(own_folder / "data"), closes)
        page.goto("/weights")
        blocked(page, "expired on 2020-01-03, 53 weeks later", "Training")
        expect(page.get_by_test_id("stException")).to_have_count(0)


def test_damaged_and_missing_versions_are_named_and_the_rest_is_shown(sample_folder, port, page):
    registry = Registry(sample_folder / "data" / "models")
    champion = registry.current("sac_lstm")
    [challenger] = [v for v in registry.versions("sac_lstm") if v.name != champion]
    actor = challenger.path / "actor.pt"
    actor.write_bytes(actor.read_bytes()[:-10])
    with served(sample_folder, port):
        nowhere = "v2022-12-23-000000000000"
        page.goto(f"/compare?version={challenger.name}&version={nowhere}")
        see(page, "left out because they are damaged")
        link = page.get_by_role("alert").filter(has_text="The link names")
        expect(link).to_contain_text(f"{challenger.name}, {nowhere}, which are not here")
        see(page, "Select at least one version")
        page.goto(f"/compare?version={champion}")
        growth = page.get_by_label(re.compile("Growth of one dollar over 52 weeks"))
        expect(growth).to_be_visible(timeout=60_000)

        page.goto(f"/weights?variant=sac_lstm&version={challenger.name}")
        see(page, "left out because they are damaged")
        see(page, "traded at the close of 2022-12-27", timeout=60_000)
        expect(link).to_contain_text(f"{challenger.name}, which is not here")

        shutil.rmtree(registry.version("sac_lstm", champion).path)
        page.goto("/weights")
        see(page, "The champion of SAC + LSTM cannot be used")
        see(page, "There is no model yet: train one first.")
        expect(page.get_by_test_id("stException")).to_have_count(0)
