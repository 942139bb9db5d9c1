"""What was saved when: nothing that is replaced or cleared is lost, and data roots of before still open."""

import stat
from datetime import UTC, datetime, timedelta

import pytest

from app.holdings import saved
from app.holdings.portfolio import Portfolio
from app.holdings.saved import Saving, history
from sac.errors import DiskFull
from sac.files import replace_file

ADA = "ada@desk.example"


@pytest.fixture
def days(monkeypatch):
    """A clock that moves on a day at every look."""
    now = [datetime(2026, 11, 2, 15, tzinfo=UTC)]

    class Days(datetime):
        @classmethod
        def now(cls, tz=None):
            now[0] += timedelta(days=1)
            return now[0].astimezone(tz)

    monkeypatch.setattr(saved, "datetime", Days)
    return lambda number: datetime(2026, 11, 2 + number, 15, tzinfo=UTC)


def test_every_saving_is_kept_with_its_moment(tmp_path, days):
    for cash in (1.0, 2.0):
        saved.save(tmp_path, ADA, Portfolio(cash))
    saved.enter(tmp_path, ADA, Portfolio(3.0), Portfolio(2.0))
    saved.choose(tmp_path, ADA, lambda now: Portfolio(now.cash, minimum=9.0))
    saved.save(tmp_path, "eve", Portfolio(7.0))
    assert history(tmp_path, ADA) == [
        Saving(days(1), Portfolio(1.0)),
        Saving(days(2), Portfolio(2.0)),
        Saving(days(3), Portfolio(3.0)),
        Saving(days(4), Portfolio(3.0, minimum=9.0)),
    ]
    assert history(tmp_path, "nobody") == []


def test_after_a_clearing_nothing_is_known(tmp_path, days):
    saved.save(tmp_path, ADA, Portfolio(1.0))
    saved.clear(tmp_path, ADA)
    saved.clear(tmp_path, ADA)
    assert history(tmp_path, ADA) == [Saving(days(1), Portfolio(1.0)), Saving(days(2), None)]
    saved.save(tmp_path, ADA, Portfolio(2.0))
    assert [saving.portfolio for saving in history(tmp_path, ADA)] == [Portfolio(1.0), None, Portfolio(2.0)]


def test_holdings_of_a_release_that_kept_no_history_are_its_beginning(tmp_path, days):
    saved.save(tmp_path, ADA, Portfolio(1.0))
    assert not (tmp_path / "held").exists()  # as it left them
    assert history(tmp_path, ADA) == [Saving(days(1), Portfolio(1.0))]


def test_a_kill_between_two_writes_loses_and_doubles_nothing(tmp_path, days, monkeypatch):
    saved.save(tmp_path, ADA, Portfolio(1.0))
    writes, write = [], replace_file

    def dying(path, content):
        writes.append(path)
        if len(writes) == 2:
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(saved, "replace_file", dying)
    with pytest.raises(KeyboardInterrupt):
        saved.save(tmp_path, ADA, Portfolio(2.0))
    assert history(tmp_path, ADA) == [Saving(days(1), Portfolio(1.0))]
    saved.save(tmp_path, ADA, Portfolio(3.0))
    assert [saving.portfolio for saving in history(tmp_path, ADA)] == [Portfolio(1.0), Portfolio(3.0)]


def test_a_disk_without_room_keeps_what_was_saved(tmp_path, days, monkeypatch):
    saved.save(tmp_path, ADA, Portfolio(1.0))

    def full(path, content):
        raise DiskFull(path)

    monkeypatch.setattr(saved, "replace_file", full)
    with pytest.raises(DiskFull):
        saved.save(tmp_path, ADA, Portfolio(2.0))
    assert saved.load(tmp_path, ADA).portfolio == Portfolio(1.0)


def test_files_are_their_owners_and_what_cannot_be_read_hides_nothing(tmp_path, days):
    for cash in (1.0, 2.0, 3.0):
        saved.save(tmp_path, ADA, Portfolio(cash))
    kept = sorted((tmp_path / "held").glob("*/*"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    kept[0].write_text("{")
    kept[0].with_name("strange.cleared").touch()
    assert [saving.portfolio.cash for saving in history(tmp_path, ADA)] == [2.0, 3.0]
