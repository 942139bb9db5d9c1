"""Fit a forecaster to examples, and predict with what was fitted. Torch lives here."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sac.adamw import AdamW
from sac.arrays import Floats, Singles
from sac.config import ForecastSettings
from sac.forecast.examples import Examples, epochs_of
from sac.forecast.inputs import complete
from sac.forecast.lstm import LSTMForecaster
from sac.forecast.patchtst import PatchTSTForecaster

__all__ = ["BUILDERS", "fit", "predict"]

# settings.kind -> (channels, settings) -> module: scaled windows (B, window, channels), and where settings
# ask for them weeks (B, weeks, 1) -> scaled targets (B,)
BUILDERS: dict[str, Callable[[int, ForecastSettings], nn.Module]] = {
    "lstm": LSTMForecaster,
    "patchtst": PatchTSTForecaster,
}

_WEIGHT_DECAY = 0.01
_LARGEST_GRADIENT = 1.0  # a crash week must not undo an epoch
_NEXT_MEMBER = 100_000_000  # apart from every year's seed


class _Members(nn.ModuleList):
    """Forecasters that were fitted from different seeds: what they predict is their mean."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return torch.stack([member(*inputs) for member in self]).mean(0)


def fit(examples: Examples, seed: int, report: Callable[[int], None]) -> dict[str, Any]:
    """Least squares on examples, by their settings.

    Scales with statistics of what the first epoch draws alone: without a bound of all examples. `report` gets
    each epoch's number, from 1 and over all members, and may raise.
    """
    settings = examples.settings
    draws = [epochs_of(examples, seed + number * _NEXT_MEMBER) for number in range(settings.members)]
    windows, targets = examples.drawn(draws[0][0])
    scalings = [_scaling(torch.from_numpy(window).flatten(0, 1)) for window in windows]
    target_scaling = _scaling(torch.from_numpy(targets))

    @functools.lru_cache(maxsize=1)  # where an epoch has room for all weeks, all epochs draw the same
    def scaled(weeks: tuple[int, ...]) -> tuple[list[Tensor], Tensor]:
        windows, targets = examples.drawn(weeks)
        x = [_scaled(torch.from_numpy(w), scaling) for w, scaling in zip(windows, scalings, strict=True)]
        return x, _scaled(torch.from_numpy(targets), target_scaling)

    model = _build(windows[0].shape[-1], settings, seed)
    for number, member in enumerate(model if isinstance(model, _Members) else [model]):
        parameters = list(member.parameters())
        optimizer = AdamW(parameters, settings.learning_rate, _WEIGHT_DECAY)
        generator = torch.Generator().manual_seed(seed + number * _NEXT_MEMBER)
        for epoch, weeks in enumerate(draws[number], 1):
            report(number * settings.epochs + epoch)
            x, y = scaled(weeks)
            for batch in torch.split(torch.randperm(len(y), generator=generator), settings.batch_size):
                loss = nn.functional.mse_loss(member(*(window[batch] for window in x)), y[batch])
                member.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(parameters, _LARGEST_GRADIENT)
                optimizer.step([parameter.grad for parameter in parameters])
    names = ("input_scaling", "weekly_scaling")
    return {
        **dict(zip(names, scalings, strict=False)),
        "target_scaling": target_scaling if examples.unit is None else target_scaling * examples.unit,
        "parameters": {name: value.detach().clone() for name, value in model.state_dict().items()},
    }


def predict(state: dict[str, Any], inputs: Sequence[Singles]) -> Floats:
    """Returns predicted from windows (steps, n, length, channels): (steps, n), NaN where a window has NaN."""
    model = _build(inputs[0].shape[-1], ForecastSettings(**state["settings"]), seed=0)
    model.load_state_dict(state["parameters"])
    model.eval()
    scalings = [state[name] for name in ("input_scaling", "weekly_scaling") if name in state]
    known = complete(tuple(inputs))  # (steps, n)
    with torch.inference_mode():
        x = [_scaled(torch.from_numpy(np.nan_to_num(w)), s) for w, s in zip(inputs, scalings, strict=True)]
        # One batch per decision: the last bits depend on a batch's size, which later weeks would change.
        weeks = [model(*week) for week in zip(*x, strict=True)]
        scaled = torch.stack(weeks) if weeks else torch.zeros(known.shape)
    mean, scale = state["target_scaling"].double()
    return np.where(known, (scaled.double() * scale + mean).numpy(), np.nan)


def _build(channels: int, settings: ForecastSettings, seed: int) -> nn.Module:
    def member(number: int) -> nn.Module:
        torch.manual_seed(seed + number * _NEXT_MEMBER)
        return BUILDERS[settings.kind](channels, settings)

    with torch.random.fork_rng(devices=[]):  # modules draw from the global generator: leave it as it was
        return member(0) if settings.members == 1 else _Members(map(member, range(settings.members)))


def _scaling(values: Tensor) -> Tensor:
    """Mean and deviation over the first dimension: (2, ...)."""
    spread, mean = torch.std_mean(values.double(), dim=0)
    return torch.stack([mean, spread.clamp_min(1e-8)]).float()


def _scaled(values: Tensor, scaling: Tensor) -> Tensor:
    return (values - scaling[0]) / scaling[1]
