"""A champion whose weeks are sealed one after the other, on prices that grow week by week."""

import datetime as dt
import functools
import shutil
from pathlib import Path

import numpy as np
import pytest

from app.settings import Settings
from sac.market import MarketPanel, price_folder
from sac.promotion import decision_log, settle
from sac.registry import Registry, Version
from sac.track import seal_missing
from tests.support.small_trainings import CLOSES, FIRST
from tests.support.synthetic import panel_of, random_closes, write_prices

AFTER = random_closes(stocks=CLOSES.shape[1], first=FIRST, last="2020-02-14")
PROMOTED = dt.datetime(2018, 12, 29, 12, tzinfo=dt.UTC)  # the Saturday after the version's last decision


@functools.cache
def panel_after(weeks: int) -> MarketPanel:
    """The panel of so many weeks after the promotion: 0 ends with 2018-12-28."""
    return panel_of(AFTER[AFTER.index <= np.datetime64("2018-12-28") + 7 * weeks])


def saturday(weeks: int) -> dt.datetime:
    """A moment after that panel's decision and before its fill."""
    return PROMOTED + dt.timedelta(weeks=weeks)


def champion(
    folder: Path, version: Version, patch: pytest.MonkeyPatch, at: dt.datetime = PROMOTED
) -> Registry:
    """A registry whose champion the version has been since that moment."""
    registry = Registry(folder)
    shutil.copytree(version.path, folder / version.variant / version.name)

    class Then(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return at.astimezone(tz)

    with patch.context() as context:
        context.setattr(decision_log, "datetime", Then)
        assert settle(registry, registry.version(version.variant, version.name)).promoted
    return registry


def sealed_desk(root: Path, version: Version) -> None:
    """A data root with 24 weeks after the promotion: two sealed late, the last one restated."""
    settings = Settings(root)
    with pytest.MonkeyPatch.context() as patch:
        registry = champion(settings.models, version, patch)
    log, cache = settings.track_log, settings.cache
    for week in range(25):
        if week in (7, 8):  # nobody asked
            continue
        seal_missing(log, registry, panel_after(week), version.variant, cache=cache, now=saturday(week))
    closes = AFTER[AFTER.index <= panel_after(24).sessions[-1]].copy()
    closes.iloc[-1, 2] *= 1.03
    closes.iloc[-3, 1] *= 1.01
    doctored = panel_of(closes)
    seal_missing(log, registry, doctored, version.variant, cache=cache, now=saturday(24))
    write_prices(price_folder(root), closes)
    symbols = ", ".join(f'"{symbol}"' for symbol in closes.columns)
    (root / "market.toml").write_text(f'source = "files"\nsymbols = [{symbols}]\nstart = {FIRST}\n')
