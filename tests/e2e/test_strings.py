"""A stranger's words in a real browser: nothing is fetched, linked or drawn but the words."""

import re

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from app.jobs.store import JobStore
from tests.support.serving import served

WORDS = (
    "![x](http://evil.test/x.png)",
    "[log in](//evil.test) and [log in][evil]",
    "www.evil.test or http://evil.test/a?b=c",
    "ada@evil.test",
    "<img src=http://evil.test/y.png>",
    ":red-badge[approved] :red[red] :smile: :material/check: :material_check: :streamlit:",
    "$x^2$ and ~~gone~~ and *it* and _it_ and `code`",
    "a -> b <- c -- d >= e ~= f",
    "# head | cell | &lt;b&gt;",
)


def test_a_refusal_that_quotes_a_stranger_is_text(tmp_path, port, page):
    store = JobStore(tmp_path / "data" / "jobs")
    store.add("aaaaaaaaaaaa", "sac_lstm", "full", {"preset": WORDS[0]}, WORDS[1])
    store.finish("aaaaaaaaaaaa", "failed", error=" ; ".join(WORDS))
    with served(tmp_path, port):
        page.goto("/training?job=aaaaaaaaaaaa")
        alert = page.get_by_test_id("stAlert").filter(has_text="evil.test").first
        alert.wait_for()
        main = page.get_by_test_id("stMain")
        assert main.locator("a[href*=evil], img, .katex, em, del, h1:has-text('head')").count() == 0
        shown = re.sub(r"\s+", " ", alert.inner_text())
        for words in WORDS:
            plain = words.replace("`code`", "code").replace(":material/", ":material_")
            assert plain in shown.replace(":material/", ":material_")
        assert alert.get_by_test_id("stIconMaterial").count() <= 1  # the message's own
