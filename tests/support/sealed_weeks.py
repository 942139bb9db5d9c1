"""A champion whose weeks are sealed one after the other, on prices that grow week by week."""

import datetime as dt
import functools
import shutil
from pathlib import Path

import numpy as np
import pytest

from sac.market import MarketPanel
from sac.promotion import decision_log, settle
from sac.registry import Registry, Version
from tests.support.small_trainings import CLOSES, FIRST
from tests.support.synthetic import panel_of, random_closes

AFTER = random_closes(stocks=CLOSES.shape[1], first=FIRST, last="2020-02-14")
PROMOTED = dt.datetime(2018, 12, 29, 12, tzinfo=dt.UTC)  # the Saturday after the version's last decision


@functools.cache
def panel_after(weeks: int) -> MarketPanel:
    """The panel of so many weeks after the promotion: 0 ends with 2018-12-28."""
    return panel_of(AFTER[AFTER.index <= np.datetime64("2018-12-28") + 7 * weeks])


def saturday(weeks: int) -> dt.datetime:
    """A moment after that panel's decision and before its fill."""
    return PROMOTED + dt.timedelta(weeks=weeks)


def champion(folder: Path, version: Version, patch: pytest.MonkeyPatch) -> Registry:
    """A registry whose champion the version has been since `PROMOTED`."""
    registry = Registry(folder)
    shutil.copytree(version.path, folder / version.variant / version.name)

    class Then(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return PROMOTED.astimezone(tz)

    with patch.context() as context:
        context.setattr(decision_log, "datetime", Then)
        assert settle(registry, registry.version(version.variant, version.name)).promoted
    return registry
