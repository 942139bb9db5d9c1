"""The browser's Back: once from every page, and a choice at a time."""

import shutil

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright.sync_api import expect

from app.ui.shared.navigation import PAGES
from tests.support.browsing import heading
from tests.support.serving import served


@pytest.fixture
def folder(two_champions, tmp_path):
    shutil.copytree(two_champions, tmp_path / "data")
    return tmp_path


def visit(page, title):
    page.get_by_role("link", name=title, exact=True).first.click()
    seen(page, title)


def seen(page, title):
    expect(heading(page, title)).to_be_visible()
    page.locator("[data-test-script-state=notRunning]").wait_for()
    expect(page.get_by_text("The link names")).to_have_count(0)


def test_back_goes_back_once_from_every_page_and_takes_one_choice_back(folder, port, page):
    titles = [place.title for place in PAGES.values()]
    with served(folder, port):
        page.goto("/")
        seen(page, titles[0])
        for before, title in zip(titles, [*titles[1:], "Compare"], strict=False):
            visit(page, title)
            page.go_back()
            seen(page, before)
            page.go_forward()
            seen(page, title)
        visit(page, "Weights")
        variant = page.get_by_role("combobox", name="Variant")
        first = variant.input_value()
        variant.click()
        page.get_by_role("option", name="PPO + LSTM").click()
        expect(page).to_have_url(f"http://127.0.0.1:{port}/weights?variant=ppo_lstm")
        visit(page, "Compare")
        assert "ppo_lstm" not in page.url, "a page's choices are its own"
        page.go_back()
        seen(page, "Weights")
        expect(variant).to_have_value("PPO + LSTM")
        page.go_back()
        expect(variant).to_have_value(first)
