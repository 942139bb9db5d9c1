"""What a run of the Promotion page asks of the decision log."""

import pytest

from app.queries import promotion
from app.settings import Settings
from sac.config import VARIANTS
from sac.database import Database
from sac.promotion import deciding, settle
from sac.promotion.deciding import decide
from sac.promotion.record import RECORD
from sac.registry import Registry
from tests.support.desk_pages import opened
from tests.support.small_versions import VARIANT, small_artifacts


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A champion and two challengers."""
    monkeypatch.setenv("SAC_DESK_DATA", str(tmp_path))
    registry = Registry(Settings(tmp_path).models)
    saved = [registry.save(small_artifacts(seed, cagr)) for seed, cagr in ((1, 0.10), (2, 0.05), (3, 0.12))]
    settle(registry, saved[0])
    return registry


@pytest.fixture
def statements(registry, monkeypatch):
    """Statements on the decision log, as SQLite runs them."""
    seen, connected = [], Database._opened

    def traced(self):
        db = connected(self)
        if self.path.name == RECORD:
            db.set_trace_callback(lambda text: seen.append(text) if " decisions " in text else None)
        return db

    monkeypatch.setattr(Database, "_opened", traced)
    return seen


def test_a_rerun_reads_the_evidence_for_history_and_check_alone(statements):
    at = opened("promotion")
    statements.clear()
    at.run()
    whole = [text for text in statements if "SELECT *" in text]
    listings = [text for text in statements if text not in whole and "LIMIT 1" not in text]
    assert len(whole) == 2  # the history, and the check of the chain
    assert len(listings) == len(VARIANTS)  # each variant's own rows
    single = len(statements) - len(whole) - len(listings)
    assert single <= 3 * len(VARIANTS)  # the last move, for shelf and check
    assert not any("evidence" in text for text in listings)
    assert all("variant" in text.split("WHERE")[1] for text in listings)


def test_reading_a_decision_that_was_cut_off_shows_it_and_writes_nothing(registry, monkeypatch):
    first, _, better = sorted(registry.versions(VARIANT), key=lambda version: version.settings.seed)
    with monkeypatch.context() as patch:
        patch.setattr(Registry, "point_to", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            decide(registry, better, "approve", actor="ada", reason="r", champion=first.name)
    monkeypatch.setattr(deciding, "FileLock", None)  # nobody may write from here on
    docket = promotion.docket(VARIANT)
    assert (docket.pointer, docket.earlier) == (better.name, [first.name])
    assert promotion.problems() == []
    at = opened("promotion")
    assert f"Champion: `{better.name}`" in [text.value for text in at.markdown]
    assert registry.current(VARIANT) == first.name  # the pointer itself has not moved
