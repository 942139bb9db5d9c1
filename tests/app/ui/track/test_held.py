"""What was really held, on the Track record page: the answer, the parts, and how to begin."""

import re
import shutil
from datetime import UTC, datetime

import pytest

from app.holdings import saved
from app.holdings.portfolio import Portfolio, Position
from app.holdings.saved import history
from app.holdings.tracking import tracked
from app.queries import market
from tests.support.desk_pages import opened, said
from tests.support.sealed_weeks import sealed_desk
from tests.support.small_versions import VARIANT

pytestmark = pytest.mark.slow
PERSON = "local user"


@pytest.fixture(scope="module")
def made(small_version, tmp_path_factory):
    root = tmp_path_factory.mktemp("sealed")
    sealed_desk(root, small_version)
    return root


@pytest.fixture
def desk(made, empty):
    shutil.copytree(made, empty.data, dirs_exist_ok=True)
    return empty


def save(desk, monkeypatch, day, portfolio):
    """As a person did at a day's noon in New York."""

    class Then(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.fromisoformat(f"{day}T17:00+00:00").astimezone(tz)

    with monkeypatch.context() as then:
        then.setattr(saved, "datetime", Then)
        saved.save(desk.data, PERSON, portfolio)


def stretches(at):
    return next(frame.value for frame in at.dataframe if "Timing" in frame.value)


def test_without_savings_one_line_says_how_to_begin(desk):
    at = opened("track")
    assert not at.exception
    assert "Save what you hold after you have traded" in said(at)


def test_between_savings_the_difference_is_told_and_its_parts_add_up(desk, monkeypatch):
    first = Portfolio(20_000.0, (Position("S00", shares=100.0), Position("S03", value=30_000.0)))
    save(desk, monkeypatch, "2019-02-04", first)
    save(desk, monkeypatch, "2019-03-12", Portfolio(5_000.0, (Position("S01", shares=70.0),)))
    at = opened("track")
    assert not at.exception
    total = tracked(history(desk.data, PERSON), desk.track_log.rows(VARIANT), market.panel()).total
    assert "Since 2019-02-04 your holdings grew by" in said(at)
    table = stretches(at)
    assert table["Stretch"].iloc[0].startswith("2019-03-12 to ")
    assert list(table["Stretch"])[1:] == ["2019-02-04 to 2019-03-12", "All"]
    for _, line in table.iterrows():
        parts = [float(line[name]) for name in ("Timing", "Rounding", "Trades not made")]
        assert sum(parts) == pytest.approx(float(line["Difference (pp)"]), abs=0.021)  # shown to 0.01
    assert float(table["Difference (pp)"].iloc[-1]) == pytest.approx(100 * total.difference, abs=0.006)
    assert re.fullmatch(r"-?\$[\d,]+", table["In or out ($)"].iloc[0])


def test_another_persons_savings_are_nobodys_business(desk):
    saved.save(desk.data, "ann@example.com", Portfolio(1.0))
    assert "Save what you hold after you have traded" in said(opened("track"))


def test_a_saving_after_the_data_waits_for_them(desk):
    saved.save(desk.data, PERSON, Portfolio(1.0))
    assert datetime.now(UTC).year > 2019
    assert "Nothing to compare yet" in said(opened("track"))
