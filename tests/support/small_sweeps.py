"""A sweep of 24 trials that takes a second."""

from sac.experiments import run_sweep, sweep_of
from sac.market import MarketChoice, write_choice
from sac.promotion import Ledger
from tests.support.synthetic import panel_of, random_closes, write_prices

CLOSES = random_closes(stocks=6, first="2012-01-03", last="2018-12-28")
SMALL = {"hidden_sizes": [[8, 8]], "batch_size": [8], "warmup_steps": [8], "updates": [12]}
GRID = {"gamma": [0.9, 0.99], "init_alpha": [0.02, 0.2], "action_scale": [2, 5], **SMALL}


def sweep(**changes):
    """24 trials of 12 updates: a grid of eight, three seeds."""
    return sweep_of({"variant": "sac_lstm", "years": 1, "seeds": [0, 1, 2], "grid": GRID, **changes})


def panel():
    return panel_of(CLOSES)


def keep_market(data):
    """Make the panel's prices those of a data root."""
    write_prices(data / "raw" / "prices", CLOSES)
    write_choice(data, MarketChoice("files", tuple(CLOSES.columns), CLOSES.index[0].date()))


def run(folder, asked=None, market=None, **arguments):
    return run_sweep(
        asked or sweep(),
        market or panel(),
        folder / "sweeps",
        Ledger(folder / "models"),
        folder.parent / "forecasts",  # of all tests: fitting takes four of five seconds
        **arguments,
    )


def files(folder):
    """The bytes of every finished trial, by file name."""
    return {path.name: path.read_bytes() for path in (folder / "sweeps" / "trials").iterdir()}
