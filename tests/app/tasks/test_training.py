"""What a full training and a fine-tuning may be asked, and what speaks against one."""

import pytest

from app.tasks.training import FULL, FullRequest, check_full, doubt
from sac.errors import SettingsError
from tests.support.judged_versions import judge
from tests.support.small_versions import VARIANT, small_artifacts


@pytest.mark.parametrize(("preset", "follow"), [("plan", "agents"), ("desk", "conviction")])
def test_what_is_followed_is_the_presets_unless_it_is_chosen(preset, follow):
    assert FullRequest(preset=preset).settings(VARIANT).follow == follow
    for choice in ("agents", "conviction"):
        settings = FullRequest(preset=preset, follow=choice, trials=24).settings(VARIANT)
        assert (settings.follow, settings.trials) == (choice, 24)


def test_settings_that_cannot_be_start_nothing(home):
    with pytest.raises(SettingsError, match="trials is 0"):
        check_full(VARIANT, FullRequest(trials=0), home)
    with pytest.raises(ValueError, match="'agents' or 'conviction'"):
        FullRequest.model_validate({"follow": "sometimes"})
    assert FULL.request.model_validate({"preset": "plan", "seed": 3}).settings(VARIANT).trials == 1


def test_a_champion_without_conviction_is_not_fine_tuned_unwarned(registry):
    saved = registry.save(small_artifacts())

    def warned(conviction, follow):
        judge(saved, conviction, follow)
        return doubt(registry.version(VARIANT, saved.name))

    assert "has conviction 0 %: its validation found no lead over equal weight" in warned(0.0, "conviction")
    assert warned(0.01, "conviction") is None
    assert warned(0.0, "agents") is None, "it is followed all the way"
