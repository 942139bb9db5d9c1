"""The switch between the record as traded and the agents' own, and the address that keeps it."""

import re

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright.sync_api import expect

from sac.registry import Registry
from tests.support.compared_versions import saved
from tests.support.serving import served

OWN = re.compile(r"[?&]record=Agents(%27|')\+own")


def test_the_address_keeps_the_record_that_is_looked_at(tmp_path, port, page):
    registry = Registry(tmp_path / "data" / "models")
    version = saved(registry, 0, convictions=(0.61, 0.4, 0.05))
    with served(tmp_path, port):
        page.goto(f"/compare?version={version.name}")
        expect(page.get_by_text("As traded, out of sample")).to_be_visible()
        assert "record=" not in page.url, "the default is in no address"
        page.get_by_role("radio", name="Agents' own").click()
        expect(page.get_by_text("Agents' own, out of sample")).to_be_visible()
        expect(page).to_have_url(OWN)
        page.reload()
        expect(page.get_by_text("Agents' own, out of sample")).to_be_visible()
        page.get_by_role("radio", name="As traded").click()
        expect(page.get_by_text("As traded, out of sample")).to_be_visible()
        expect(page).not_to_have_url(OWN)
