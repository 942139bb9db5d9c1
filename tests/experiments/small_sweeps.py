"""A sweep of 24 trials that takes a second."""

from sac.experiments import sweep_of
from tests.synthetic import panel_of, random_closes

CLOSES = random_closes(stocks=6, first="2012-01-03", last="2018-12-28")
SMALL = {"hidden_sizes": [[8, 8]], "batch_size": [8], "warmup_steps": [8], "updates": [12]}
GRID = {"gamma": [0.9, 0.99], "init_alpha": [0.02, 0.2], "action_scale": [2, 5], **SMALL}


def sweep(**changes):
    """24 trials of 12 updates: a grid of eight, three seeds."""
    return sweep_of({"variant": "sac_lstm", "years": 1, "seeds": [0, 1, 2], "grid": GRID, **changes})


def panel():
    return panel_of(CLOSES)
