"""What a sweep asks for: a TOML file, checked, and every trial that it stands for."""

import dataclasses
import hashlib
import itertools
import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sac.config import ENGINE_VERSION, SELECTION_WEEKS, Follow, TrainingSettings, preset_settings
from sac.errors import SettingsError
from sac.market import MarketPanel, build_panel
from sac.registry.codecs import Unreadable, canonical, unpack_json
from sac.text import some_of, value_text

__all__ = [
    "MOST_TRIALS",
    "Sweep",
    "SweepTrial",
    "panel_of",
    "read_sweep",
    "settings_of",
    "settings_tried",
    "sweep_of",
    "toml_of",
    "trials_of",
]

MOST_TRIALS = 500
LARGEST = 64_000  # characters of a file: 500 trials take a tenth of that
COST = "cost_rate"  # the one setting of a trial that is not its agent's


@dataclass(frozen=True)
class Sweep:
    """One variant, and what to try: a grid of settings or a list of them, seeds, universes."""

    variant: str
    preset: str = "plan"
    members: int = 1  # of every trial's committee
    seeds: tuple[int, ...] = (0,)
    years: int = 2  # evaluation years that stay unseen
    follow: Follow | None = None  # of a challenger; trials are judged by their agents' own weights
    universes: tuple[tuple[str, ...], ...] = ()  # none: the whole panel
    grid: dict[str, list[Any]] = field(default_factory=dict)  # setting -> values, every combination
    trial: list[dict[str, Any]] = field(default_factory=list)  # or one table of settings per trial

    @property
    def count(self) -> int:
        """How many trials that is."""
        combinations = len(self.trial) or math.prod(len(values) for values in self.grid.values())
        return combinations * len(self.seeds) * max(len(self.universes), 1)

    @property
    def varied(self) -> list[str]:
        """Settings in which trials differ, as named in the file."""
        return list(self.grid) or list(dict.fromkeys(name for choice in self.trial for name in choice))


@dataclass(frozen=True, eq=False)
class SweepTrial:
    """One training of a sweep."""

    variant: str
    symbols: tuple[str, ...]
    settings: TrainingSettings
    choices: dict[str, Any]  # what distinguishes it in its sweep: settings, seed, universe
    fingerprint: str  # of its universe's data
    key: str  # of everything that determines its result


def read_sweep(text: str) -> Sweep:
    """A sweep from TOML. Raises SettingsError that says what to fix."""
    if len(text) > LARGEST:
        raise SettingsError(f"The sweep is longer than {LARGEST:,} characters: write fewer settings.")
    try:
        raw = tomllib.loads(text)
    except RecursionError:
        raise SettingsError("The sweep is not valid TOML: its values are nested too deeply.") from None
    except ValueError as error:  # also a number of thousands of digits
        raise SettingsError(f"The sweep is not valid TOML: {error}.") from None
    return sweep_of(raw)


def sweep_of(raw: Mapping[str, Any]) -> Sweep:
    """A checked sweep from the values of its file. Raises SettingsError that says what to fix."""
    known = [f.name for f in dataclasses.fields(Sweep)]
    unknown = sorted(raw.keys() - set(known))
    if unknown:
        raise SettingsError(f"A sweep has no key {unknown[0]!r}: it knows {', '.join(known)}.", unknown[0])
    if "variant" not in raw:
        raise SettingsError('A sweep names its variant: variant = "sac_lstm".', "variant")
    try:
        sweep = unpack_json(json.dumps(dict(raw)).encode(), Sweep)
    except TypeError:  # JSON does not know them
        raise SettingsError("The sweep holds a date or a time, which no setting is.") from None
    except RecursionError:
        raise SettingsError("The sweep's values are nested too deeply.") from None
    except Unreadable as error:
        raise SettingsError(f"The sweep {error}.") from None
    for what, empty in (("seeds", not sweep.seeds), *((f"grid.{n}", not v) for n, v in sweep.grid.items())):
        if empty:
            raise SettingsError(f"{what} is an empty list: write at least one value, or leave it out.", what)
    if sweep.grid and sweep.trial:
        raise SettingsError("A sweep has either a [grid] or [[trial]] tables, not both.", "grid")
    if sweep.count > MOST_TRIALS:
        raise SettingsError(
            f"This sweep has {sweep.count:,} trials and the limit is {MOST_TRIALS}: "
            "list fewer values, seeds or universes.",
            "grid",
        )
    settings_tried(sweep)
    return sweep


def toml_of(sweep: Sweep) -> str:
    """A sweep as `read_sweep` reads it; what is as by default is left out. JSON's values are TOML's."""
    plain = {f.name: getattr(sweep, f.name) for f in dataclasses.fields(Sweep)}
    head = {
        name: value
        for name, value in plain.items()
        if name not in ("grid", "trial") and (name == "variant" or value != getattr(Sweep(""), name))
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in head.items()]
    for title, table in [("[grid]", sweep.grid)] * bool(sweep.grid) + [("[[trial]]", t) for t in sweep.trial]:
        lines += ["", title, *(f"{name} = {json.dumps(value)}" for name, value in table.items())]
    return "\n".join(lines) + "\n"


def settings_of(sweep: Sweep, choice: Mapping[str, Any], seed: int) -> TrainingSettings:
    """Settings of one trial. Raises SettingsError naming a setting that does not exist or cannot be."""
    changes = {name: value for name, value in choice.items() if name != COST}
    try:
        settings = preset_settings(
            sweep.variant,
            sweep.preset,
            members=sweep.members,
            evaluation_years=sweep.years,
            seed=seed,
            experiment=changes,
        )
        if COST in choice:
            constraints = dataclasses.replace(settings.constraints, cost_rate=choice[COST])
            settings = dataclasses.replace(settings, constraints=constraints)
        canonical(settings)
    except TypeError:
        raise SettingsError(f"A setting of the sweep has the wrong type: {_listed(choice)}.") from None
    except Unreadable as wrong:
        raise SettingsError(f"A setting of the sweep {wrong}.") from None
    return settings


def _listed(choice: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value_text(value)}" for name, value in choice.items())


def settings_tried(sweep: Sweep) -> list[TrainingSettings]:
    """Settings of every trial on one universe, seeds last. Raises SettingsError."""
    return [
        settings_of(sweep, choice, seed) for choice, seed in itertools.product(_choices(sweep), sweep.seeds)
    ]


def trials_of(sweep: Sweep, panel: MarketPanel) -> list[SweepTrial]:
    """Every trial once, in the file's order. Raises SettingsError for a symbol that the data lack."""
    trials = {}
    for number, universe in enumerate(sweep.universes or (panel.symbols,), start=1):
        market = panel_of(panel, universe)
        named = {"universe": f"{number}: {len(market.symbols)} stocks"} if sweep.universes else {}
        for choice, seed in itertools.product(_choices(sweep), sweep.seeds):
            settings, sha = settings_of(sweep, choice, seed), market.provenance.sha256
            key = _key(sweep.variant, market.symbols, settings, sha)
            choices = {**named, **choice, "seed": seed}
            trials[key] = SweepTrial(sweep.variant, market.symbols, settings, choices, sha, key)
    return list(trials.values())


def panel_of(panel: MarketPanel, universe: Sequence[str]) -> MarketPanel:
    """The panel of some of its symbols, in the panel's order. Raises SettingsError for an unknown one."""
    absent = [symbol for symbol in universe if symbol not in panel.symbols]
    if absent:
        raise SettingsError(
            f"The data have no {some_of(absent)}: choose among {some_of(panel.symbols)}, or add it on "
            "the Data page.",
            "universes",
        )
    rows = [row for row, symbol in enumerate(panel.symbols) if symbol in universe]
    if len(rows) < 2:
        raise SettingsError("A universe has at least 2 stocks.", "universes")
    if len(rows) == len(panel.symbols):
        return panel
    index, symbols = pd.DatetimeIndex(panel.sessions), [panel.symbols[row] for row in rows]
    return build_panel(
        {
            name: pd.DataFrame(values[:, rows], index=index, columns=symbols)
            for name, values in panel.prices.items()
        },
        source=panel.provenance.source,
        note=panel.provenance.note,
        fetched_at=panel.provenance.fetched_at,
        signals=lambda symbols, decisions: panel.signals[:, rows],
        accepted=panel.provenance.accepted,
    )


def _choices(sweep: Sweep) -> Iterator[dict[str, Any]]:
    """Settings of every trial but for its seed and universe."""
    if sweep.trial:
        yield from sweep.trial
        return
    for values in itertools.product(*sweep.grid.values()):
        yield dict(zip(sweep.grid, values, strict=True))


def _key(variant: str, symbols: Sequence[str], settings: TrainingSettings, fingerprint: str) -> str:
    """24 hex digits over everything that determines a trial's result."""
    determinants = {
        "engine": ENGINE_VERSION,
        "variant": variant,
        "kind": "sweep",
        "fingerprint": fingerprint,
        "symbols": list(symbols),
        "settings": canonical(settings),
        "weeks": SELECTION_WEEKS,  # with the data and the evaluation years, the window
    }
    text = json.dumps(determinants, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
