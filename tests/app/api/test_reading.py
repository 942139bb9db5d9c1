"""What routes keep in memory follows the files: versions that came, went bad or became champion, and data."""

import asyncio

import pytest

from app.api import models, weights
from app.api.dependencies import off_loop
from app.settings import settings
from sac.files import replace_file
from sac.market import market_stamp
from tests.support import api_client
from tests.support.small_versions import VARIANT, small_artifacts


@pytest.fixture
def desk(empty):
    return api_client.client()


def shelf(desk):
    answer = desk.get(f"/models/{VARIANT}").json()
    return answer["champion"], [version["version"] for version in answer["versions"]], list(answer["damaged"])


def test_models_are_read_again_whenever_a_file_of_theirs_changed(desk, empty):
    assert shelf(desk) == (None, [], [])
    first = empty.registry.save(small_artifacts()).name
    assert shelf(desk) == (None, [first], [])
    empty.registry.set_current(VARIANT, first)
    assert shelf(desk) == (first, [first], [])
    second = empty.registry.save(small_artifacts(seed=1))
    assert set(shelf(desk)[1]) == {first, second.name}
    (second.path / "actor.pt").write_bytes(b"damaged")
    assert shelf(desk) == (first, [first], [second.name])


def test_models_that_did_not_change_are_not_read_again(desk, empty, monkeypatch):
    empty.registry.save(small_artifacts())
    known = shelf(desk)
    monkeypatch.setattr(models, "shelf_of", lambda *_: pytest.fail("read again"))
    assert shelf(desk) == known


def test_the_market_is_read_again_only_when_a_file_of_its_changed(empty, monkeypatch):
    reads = []

    def load(data):
        reads.append(data)
        return len(reads)

    monkeypatch.setattr(weights, "load_panel", load)
    weights._panel.cache_clear()
    data = settings().data

    def panel():
        return weights._panel(data, market_stamp(data))

    assert (panel(), panel()) == (1, 1)
    replace_file(data / "raw" / "prices" / "S00.csv", b"date,close\n")
    assert (panel(), panel()) == (2, 2)
    replace_file(data / "market.toml", b'source = "files"\n')
    assert (panel(), panel()) == (3, 3)
    replace_file(data / "models" / "note", b"no part of the market")
    assert panel() == 3
    weights._panel.cache_clear()


def test_an_iterator_that_ends_too_early_ends_the_request_too():
    """A future cannot carry StopIteration: whoever awaits it would wait for ever."""
    with pytest.raises(RuntimeError, match="ended too early"):
        asyncio.run(asyncio.wait_for(off_loop(lambda: next(iter(()))), 5))
