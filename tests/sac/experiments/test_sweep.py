"""What a sweep stands for, and what it refuses."""

import pytest

from sac.errors import SettingsError
from sac.experiments import read_sweep, sweep_of, toml_of, trials_of
from tests.support.small_sweeps import panel, sweep

TOML = """
variant = "sac_lstm"
preset = "desk"
members = 2
seeds = [1, 2]
years = 3
universes = [["S05", "S00", "S03"], ["S01", "S02"]]
[grid]
gamma = [0.9, 0.99]
cost_rate = [0.001, 0.0025]
"""


def test_a_file_is_every_combination_once():
    asked = read_sweep(TOML)
    trials = trials_of(asked, panel())
    assert len(trials) == asked.count == len({trial.key for trial in trials}) == 16
    first = trials[0]
    assert first.symbols == ("S00", "S03", "S05")  # in the panel's order: a network knows them by position
    assert first.choices == {"universe": "1: 3 stocks", "gamma": 0.9, "cost_rate": 0.001, "seed": 1}
    assert (first.settings.agent.gamma, first.settings.constraints.cost_rate) == (0.9, 0.001)
    assert (first.settings.members, first.settings.evaluation_years, first.settings.seed) == (2, 3, 1)
    assert first.settings.preset == "desk, changed"
    assert first.settings.agent.network == "per_stock"


def test_a_list_of_trials_is_taken_as_it_stands():
    asked = read_sweep('variant = "ppo_lstm"\n[[trial]]\nclip = 0.1\n[[trial]]\nclip = 0.3\nwalks = 8\n')
    assert [trial.choices for trial in trials_of(asked, panel())] == [
        {"clip": 0.1, "seed": 0},
        {"clip": 0.3, "walks": 8, "seed": 0},
    ]
    assert asked.varied == ["clip", "walks"]


def test_the_same_trial_has_the_same_key_however_it_was_asked_for():
    one = trials_of(sweep_of({"variant": "sac_lstm", "grid": {"reward_scale": [5, 5.0, 7]}}), panel())
    assert len(one) == 2
    (other,) = trials_of(sweep_of({"variant": "sac_lstm", "trial": [{"reward_scale": 5.0}]}), panel())
    assert other.key == one[0].key


def test_whatever_changes_the_result_changes_the_key():
    plain = {"variant": "sac_lstm", "grid": {"gamma": [0.9]}}
    changes: list[dict] = [{}, {"preset": "desk"}, {"members": 2}, {"years": 1}, {"seeds": [1]}]
    changes += [{"variant": "sac_patchtst"}, {"universes": [["S00", "S01"]]}, {"grid": {"gamma": [0.91]}}]
    keys = [trials_of(sweep_of({**plain, **change}), panel())[0].key for change in changes]
    assert len(set(keys)) == len(changes)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"grid": {"seeds_of_wisdom": [1]}}, "SAC has no setting seeds_of_wisdom"),
        ({"grid": {"clip": [0.2]}}, "SAC has no setting clip"),
        ({"grid": {"algorithm": ["ppo"]}}, "SAC has no setting algorithm"),
        ({"grid": {"gamma": [1.5]}}, "gamma is 1.5, outside its range"),
        ({"grid": {"gamma": ["high"]}}, "wrong type"),
        ({"grid": {"network": ["transformer"]}}, "network"),
        ({"grid": {"gamma": 0.9}}, "grid.gamma"),
        ({"grid": {"gamma": []}}, "grid.gamma is an empty list"),
        ({"grid": {"gamma": [0.9]}, "trial": [{"gamma": 0.9}]}, "not both"),
        ({"grid": {"gamma": [0.9] * 1000, "tau": [0.01] * 1000}}, "1,000,000 trials and the limit is 500"),
        ({"seeds": [0, -1]}, "seed is -1"),
        ({"seeds": []}, "seeds is an empty list"),
        ({"variant": "sac_gru"}, "no variant 'sac_gru'"),
        ({"preset": "best"}, "no preset 'best'"),
        ({"epochs": 3}, "no key 'epochs'"),
    ],
)
def test_what_cannot_be_is_refused_by_name(wrong, message):
    with pytest.raises(SettingsError, match=message):
        sweep_of({"variant": "sac_lstm", **wrong})


def test_a_file_that_is_no_sweep_is_refused():
    with pytest.raises(SettingsError, match="is not valid TOML"):
        read_sweep("variant = ")
    with pytest.raises(SettingsError, match="names its variant"):
        read_sweep("")


def test_symbols_that_the_data_lack_are_refused_by_name():
    with pytest.raises(SettingsError, match="no XYZ"):
        trials_of(sweep(universes=[["S00", "XYZ"]]), panel())
    with pytest.raises(SettingsError, match="at least 2"):
        trials_of(sweep(universes=[["S00"]]), panel())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"grid = {'[' * 900}{']' * 900}", "not valid TOML: its values are nested too deeply"),
        (f"seeds = [{'9' * 5000}]", "not valid TOML: .*limit"),
        (f'variant = "sac_lstm"\nseeds = [{"9" * 4000}]', "seed"),
        (f'variant = "sac_lstm"\n[grid]\ngamma = {"[" * 150}{"]" * 150}', "sweep"),
        (f'variant = "sac_lstm"\n# {"x" * 64_000}', "longer than 64,000 characters"),
        ("seeds = [1e999, nan]", "variant"),
        ('variant = "sac_lstm"\nyears = nan', "years"),
    ],
)
def test_bombs_are_refused_in_a_line(text, reason):
    with pytest.raises(SettingsError, match=reason) as refusal:
        read_sweep(text)
    assert len(str(refusal.value)) < 6000


@pytest.mark.parametrize(
    "asked",
    [
        read_sweep(TOML),
        sweep(),
        sweep_of({"variant": "ppo_lstm", "follow": "agents"}),
        sweep_of({"variant": "sac_lstm", "trial": [{"gamma": 0.9}, {"hidden_sizes": [8, 8], "gamma": 0.95}]}),
        sweep_of(
            {"variant": "sac_lstm", "grid": {"network": ["mlp", "per_stock"], "relative_reward": [True]}}
        ),
    ],
)
def test_a_sweep_as_toml_is_read_as_the_same_sweep(asked):
    assert read_sweep(toml_of(asked)) == asked
