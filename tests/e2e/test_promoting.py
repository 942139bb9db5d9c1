"""Fine-tune, decide, look at the weights, and go back: in a real browser, with a real worker."""

import csv
import dataclasses
import re

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import expect

from benchmarks.chromium import rest
from sac import training
from sac.config import preset_settings
from sac.market import sample_panel
from sac.promotion import DecisionLog
from sac.registry import Registry
from tests.support.browsing import LONG, fill, heading, see
from tests.support.serving import served


@pytest.fixture(scope="module")
def champion(tmp_path_factory):
    """A folder whose data root has a champion on the sample, as small as training gets."""
    folder = tmp_path_factory.mktemp("champion")
    root = folder / "data"
    plan = preset_settings("sac_lstm", members=1, updates=20, validation_weeks=0, evaluation_years=1)
    tiny = dataclasses.replace(
        plan,
        agent=dataclasses.replace(plan.agent, hidden_sizes=(8, 8), batch_size=8),
        forecast=dataclasses.replace(plan.forecast, window=5, hidden=2, epochs=1, batch_size=8192),
    )
    registry = Registry(root / "models")
    return folder, training.full("sac_lstm", sample_panel(), tiny, registry, root / "cache").version


def test_from_champion_to_challenger_and_back(champion, port, page):
    folder, first = champion
    registry = Registry(folder / "data" / "models")
    with served(folder, port):
        page.goto("/training")
        page.get_by_text("Fine-tune a champion").click()
        page.get_by_role("button", name="Fine-tune", exact=True).click()
        see(page, re.compile("Version .* is stored"), timeout=LONG)

        page.get_by_role("link", name=re.compile("Review it|See why not")).click()
        expect(heading(page, "Promotion")).to_be_visible()
        second = next(v.name for v in registry.versions("sac_lstm") if v.name != first.name)
        expect(heading(page, re.compile(r"^SAC \+ LSTM .* today; "))).to_be_visible(timeout=60_000)
        expect(page.get_by_role("cell", name="Volatility (%)")).to_be_visible()
        see(page, re.compile("ELIGIBLE"))

        word = "Approve"
        if page.get_by_text("NOT ELIGIBLE").count():
            word = "Override the gate"
            page.get_by_text("Promote it although it is not eligible").click()
        fill(page, "Reason", "More recent weeks")
        page.get_by_role("button", name=word).click()
        see(page, re.compile(rf"{second} (approved|promoted by override)"))
        assert registry.current("sac_lstm") == second

        page.goto("/weights")
        see(page, second)

        page.goto("/promotion")
        page.get_by_text("Roll back", exact=True).click()
        fill(page, "Reason for the rollback", "Too much turnover")
        page.get_by_role("button", name="Roll back").click()
        expect(page.get_by_label("Reason for the rollback", exact=True)).to_have_value("")
        see(page, re.compile(rf"Rolled back to {first.name}"))
        assert registry.current("sac_lstm") == first.name
        rest(page)  # a rerun would replace the button
        with page.expect_download() as download:
            page.get_by_role("button", name="History (CSV)").click()
        with download.value.path().open() as file:
            rows = list(csv.DictReader(file))
        expect(page.get_by_test_id("stException")).to_have_count(0)
    assert [row["reason"] for row in rows][1:] == ["More recent weeks", "Too much turnover"]
    assert DecisionLog(registry.root).decisions()[0].action == "rollback"
