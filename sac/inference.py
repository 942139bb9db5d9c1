"""Target weights and trades of one version for one week."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from sac.agent import Committee, PortfolioScaler
from sac.arrays import Floats
from sac.config import CASH, SERVICE_WEEKS, STALE_WEEKS, FollowChoice
from sac.errors import ArtifactError, DataError, ExpiredAgents, SettingsError, StaleData
from sac.forecast import forecast_at
from sac.market import MarketPanel, weeks_behind
from sac.market.symbols import same_symbols
from sac.portfolio import account, all_cash, equal_weights, tilted
from sac.portfolio.trades import reference_prices
from sac.registry import Version
from sac.text import some_of

__all__ = [
    "Holdings",
    "Outside",
    "Recommendation",
    "WeightChange",
    "committee_of",
    "fitting",
    "target_weights",
    "with_own_forecasts",
]

Outside = Literal["refuse", "sell", "keep"]  # holdings outside the universe; kept ones are no part of wealth


@dataclass(frozen=True)
class Holdings:
    """The portfolio of now, in dollars."""

    cash: float = 1.0
    positions: dict[str, float] = field(default_factory=dict)  # symbol -> market value


@dataclass(frozen=True)
class WeightChange:
    """One asset's share of wealth before and after the trade."""

    symbol: str
    current_weight: float
    target_weight: float
    change: float


@dataclass(frozen=True)
class Recommendation:
    """What a version wants to hold; dates are ISO text, weights are shares of wealth."""

    model_version: str
    variant: str
    as_of: str  # decision session: its close is the last thing that was known
    target_week_start: str  # fill session
    target_week_end: str  # last session of the fill's week
    target_weights: dict[str, float]  # by symbol, then "CASH"
    agents_weights: dict[str, float]  # what its agents want, whatever the conviction
    conviction: float  # how far the target goes from equal weight (0) to the agents' (1)
    follow: FollowChoice  # as trained, or what a person chose instead
    turnover: float  # dollars traded in stocks per dollar of wealth
    cost: float  # fraction of wealth
    weight_changes: list[WeightChange]
    forecasts: dict[str, float | None]  # next week's return; None where the model had none
    alphas: dict[str, float | None]  # what the agents see of it: as much as past forecasts were worth
    prices: dict[str, float]  # closes at `as_of` in dollars, to the cent: what whole shares are counted with
    weeks_behind: int  # complete weeks that the data miss today
    historic: bool  # a later decision is known: no advice for this week
    in_training: bool  # the agents have seen what followed: not out of sample
    notes: list[str]


def target_weights(
    version: Version,
    panel: MarketPanel,
    holdings: Holdings | None = None,
    step: int | None = None,
    *,
    outside: Outside = "refuse",
    today: np.datetime64 | None = None,
    follow: FollowChoice = "as trained",
    cache: Path | None = None,
) -> Recommendation:
    """Target weights of a decision, `step` of the panel (default: the newest; of a date: `panel.step_at`).

    Holdings outside the universe are refused, sold (a row of `weight_changes`, part of turnover and cost), or
    kept aside, where they are no part of the wealth that the weights are shares of.
    Raises DataError for another universe; StaleData where the newest week is asked for and more than two are
    missing since (an earlier one is history, whatever day it is `today` in New York, and the embedded sample
    is known to have ended); ExpiredAgents 53 weeks after its last decision; SettingsError for
    impossible holdings. A new calendar year's forecaster is fitted first, in seconds, and kept in `cache`.
    """
    step = len(panel.decisions) - 1 if step is None else step
    behind = weeks_behind(panel.provenance.covered_until, today)
    _refuse_unusable(version, panel, step, behind)
    current, sold = _weights_of(panel.symbols, holdings, outside)
    known = with_own_forecasts(version, panel, range(step, step + 1), cache)
    wanted = _wanted(version, known, step, current)
    constraints, conviction = version.settings.constraints, version.followed(follow)
    target = tilted(wanted, equal_weights(len(panel.symbols), constraints), conviction)
    turnover = account(current, target, np.ones_like(target), 0.0).turnover + sum(sold.values())
    return Recommendation(
        model_version=version.name,
        variant=version.variant,
        as_of=str(panel.decisions[step]),
        target_week_start=str(panel.fills[step]),
        target_week_end=str(panel.ends[step]),
        target_weights=dict(zip((*panel.symbols, CASH), target.tolist(), strict=True)),
        agents_weights=dict(zip((*panel.symbols, CASH), wanted.tolist(), strict=True)),
        conviction=conviction,
        follow=follow,
        turnover=float(turnover),
        cost=float(constraints.cost_rate * turnover),
        weight_changes=_changes(panel.symbols, current, target, sold),
        forecasts=_known(panel.symbols, known.forecasts[step]),
        alphas=_known(panel.symbols, known.alphas[step]),
        prices=reference_prices(panel, step),
        weeks_behind=behind,
        historic=step < len(panel.decisions) - 1,
        in_training=_in_training(version, panel, step),
        notes=_notes(version, panel, step),
    )


def _wanted(version: Version, panel: MarketPanel, step: int, current: Floats) -> Floats:
    with fitting(version, "actor.pt"):
        return committee_of(version).allocate(panel, step, current)


def with_own_forecasts(
    version: Version, panel: MarketPanel, steps: range, cache: Path | None = None
) -> MarketPanel:
    """The panel with what the version's forecasters predict at these steps, and nothing at others."""
    forecasts, alphas = (np.full_like(panel.forecasts, np.nan) for _ in range(2))
    rows = slice(steps.start, steps.stop)
    with fitting(version, "forecaster.pt"):
        fitted, settings = version.tensors("forecaster"), version.settings.forecast
        forecasts[rows], alphas[rows] = forecast_at(fitted, panel, steps, settings, cache)
    return panel.with_forecasts(forecasts, alphas)


def committee_of(version: Version) -> Committee:
    """The production committee of a version, followed without reserve."""
    scaler, settings = PortfolioScaler.from_payload(version.scaler()), version.settings
    with fitting(version, "actor.pt"):
        return Committee(
            version.tensors("actor"),
            len(version.symbols) + 1,
            scaler,
            settings.agent,
            settings.constraints,
            version.name,
        )


@contextmanager
def fitting(version: Version, file: str) -> Iterator[None]:
    """Let it be an ArtifactError where a file's tensors are not those that the version's settings ask for."""
    try:
        yield
    # What torch and dicts raise; a StopIteration that left here would never reach an awaiting coroutine.
    except (StopIteration, LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise ArtifactError(
            f"{version.variant}/{version.name}: {file} does not fit the version's settings. "
            "Delete the version, and train or pull it again."
        ) from error


def _refuse_unusable(version: Version, panel: MarketPanel, step: int, behind: int) -> None:
    """Refuse another universe, data that end too early and agents that have expired."""
    if not same_symbols(version.symbols, panel.symbols):
        raise DataError(
            f"{version.name} was trained on {some_of(version.symbols)}; the data hold "
            f"{some_of(panel.symbols)}. Train again on this universe, or go back to that one."
        )
    newest, source = len(panel.decisions) - 1, panel.provenance
    if step == newest and behind > STALE_WEEKS and source.source != "sample":
        raise StaleData(
            f"The data end on {source.window_end}: {behind} complete weeks are missing, and "
            f"more than {STALE_WEEKS} are too many to trade on. Refresh the data, then ask again."
        )
    decision, end = panel.decisions[step], version.expiry
    if decision >= end:
        raise ExpiredAgents(
            f"The agents of {version.name} last learned on {version.metadata.last_decision} and expired on "
            f"{end}, {SERVICE_WEEKS} weeks later: they do not decide on {decision}. Train or fine-tune "
            f"{version.variant} again."
        )


def _known(symbols: tuple[str, ...], values: Floats) -> dict[str, float | None]:
    """Values by symbol; None where there is none."""
    return {
        symbol: float(value) if np.isfinite(value) else None
        for symbol, value in zip(symbols, values, strict=True)
    }


def _in_training(version: Version, panel: MarketPanel, step: int) -> bool:
    """Whether a step's return was complete at the version's last decision: only those teach (purge)."""
    ends = panel.fills[step + 1 : step + 2]  # none for the newest step
    return bool((ends <= np.datetime64(version.metadata.last_decision)).any())


def _notes(version: Version, panel: MarketPanel, step: int) -> list[str]:
    """What a reader of the weights must know."""
    notes, source, decision = list(version.metadata.notes), panel.provenance, panel.decisions[step]
    if version.metadata.production:
        notes.append(f"Its agents earned {version.metadata.production.evidence}")
    ageing = version.ageing(decision)
    if ageing:
        notes.append(ageing)
    if source.source == "sample":
        notes.append(f"The embedded sample ends on {source.window_end}, as is known: not for trading.")
    if step < len(panel.decisions) - 1:
        notes.append(
            f"History: {panel.decisions[-1]} is the newest decision, this is {panel.decisions[step]}."
        )
    if _in_training(version, panel, step):
        notes.append(
            f"{panel.decisions[step]} lies inside the training window, which ends on "
            f"{version.metadata.last_decision}: not out of sample."
        )
    if str(decision) < version.metadata.last_decision:
        notes.append(_elsewhere(version, panel, step))
    return notes


def _elsewhere(version: Version, panel: MarketPanel, step: int) -> str:
    """What to know of agents that are asked about a week before they had learned, and where the record is."""
    fill, record = str(panel.fills[step]), version.metadata
    asked = "These are the agents of today, asked about a past week."
    if record.evaluation_start <= fill < record.evaluation_end:
        return f"{asked} What the record's own held from {fill} on stands on the pages Weights and Compare."
    return f"{asked} The record of their own years does not hold it."


def _weights_of(
    symbols: tuple[str, ...], holdings: Holdings | None, outside: Outside
) -> tuple[Floats, dict[str, float]]:
    """Shares of wealth (n+1,), and those of the positions outside the universe that are sold for CASH."""
    if holdings is None:
        return all_cash(len(symbols)), {}
    amounts = np.array([*holdings.positions.values(), holdings.cash])
    if not np.isfinite(amounts).all() or (amounts < 0).any():
        raise SettingsError("Holdings must be amounts in dollars, zero or more.")
    strange = {name: value for name, value in holdings.positions.items() if name not in symbols}
    if strange and outside == "refuse":
        raise SettingsError(
            f"{some_of(sorted(strange))} is not in the universe ({some_of(symbols)}). "
            "Choose whether it is sold or kept aside, or leave it out."
        )
    sold = strange if outside == "sell" else {}
    stocks = [holdings.positions.get(symbol, 0.0) for symbol in symbols]
    values = np.array([*stocks, holdings.cash + sum(sold.values())])
    if values.sum() <= 0:
        raise SettingsError("The portfolio is empty: enter some cash or a position.")
    weights: Floats = values / values.sum()
    return weights, {name: float(value / values.sum()) for name, value in sold.items()}


def _changes(
    symbols: tuple[str, ...], current: Floats, target: Floats, sold: dict[str, float]
) -> list[WeightChange]:
    """Stocks, then what is sold outside the universe, then CASH as it is before that sale."""
    cash = float(current[-1]) - sum(sold.values())
    rows = [
        *zip(symbols, current[:-1].tolist(), target[:-1].tolist(), strict=True),
        *((name, share, 0.0) for name, share in sold.items()),
        (CASH, cash, float(target[-1])),
    ]
    return [WeightChange(name, now, then, then - now) for name, now, then in rows]
