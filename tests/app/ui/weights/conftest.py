"""A data root with a champion on its own prices, on a day of one's choice."""

import shutil

import numpy as np
import pytest


@pytest.fixture
def own(own_desk, tmp_path, monkeypatch):
    """That root, to be changed."""
    shutil.copytree(own_desk, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def on_day(monkeypatch):
    """Sets today's date for the age of data."""
    from sac.market.calendar import weeks_behind

    def on(day):
        for module in ("sac.inference", "app.ui.shared.notes"):
            monkeypatch.setattr(
                f"{module}.weeks_behind",
                lambda last, today=None: weeks_behind(last, today or np.datetime64(day)),
            )

    return on


@pytest.fixture
def fresh(own, on_day):
    """That root on a day on which its data are fresh."""
    on_day("2019-01-02")
    return own
