"""True trainings, as small as they get: what they are worth does not matter."""

from dataclasses import replace
from pathlib import Path

from sac import training
from sac.config import ForecastSettings, PPOSettings, SACSettings, TrainingSettings, preset_settings
from sac.market import load_panel, price_folder, sample_panel
from sac.registry import Registry, Version
from tests.support.synthetic import panel_of, random_closes, write_prices

FIRST = "2013-01-02"
TINY = TrainingSettings(
    members=2,
    evaluation_years=2,
    validation_weeks=0,
    agent=SACSettings(hidden_sizes=(8, 8), batch_size=8, warmup_steps=8, updates=12),
    forecast=ForecastSettings(window=10, hidden=3, epochs=1),
)
CLOSES = random_closes(stocks=6, first=FIRST, last="2018-12-28")


def train_alone(folder: Path) -> Version:
    """A version on closes that no data root holds."""
    registry = Registry(folder / "models")
    return training.full("sac_lstm", panel_of(CLOSES), TINY, registry, folder / "cache").version


def train_on_own_prices(root: Path) -> None:
    """A data root with prices of its own that end with 2018, and a champion trained on them."""
    write_prices(price_folder(root), CLOSES)
    symbols = ", ".join(f'"{symbol}"' for symbol in CLOSES.columns)
    (root / "market.toml").write_text(f'source = "files"\nsymbols = [{symbols}]\nstart = {FIRST}\n')
    training.full("sac_lstm", load_panel(root), TINY, Registry(root / "models"), root / "cache")


def train_a_second_variant(root: Path) -> None:
    """On a data root with prices of its own, another variant's champion; a book needs two."""
    ppo = PPOSettings(hidden_sizes=(8, 8), n_envs=2, rollout_weeks=8, batch_size=8, epochs=1, updates=4)
    training.full(
        "ppo_lstm", load_panel(root), replace(TINY, agent=ppo), Registry(root / "models"), root / "cache"
    )


def train_on_the_sample(root: Path) -> None:
    """A data root with a champion and a challenger on the embedded sample."""
    panel, registry = sample_panel(), Registry(root / "models")
    for seed in (0, 1):
        plan = preset_settings("sac_lstm", members=2, updates=2, evaluation_years=1, seed=seed)
        tiny = replace(plan.forecast, window=5, hidden=2, epochs=1, batch_size=8192)
        training.full("sac_lstm", panel, replace(plan, forecast=tiny), registry, root / "cache")
