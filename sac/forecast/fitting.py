"""Fit a forecaster to examples, and predict with what was fitted. Torch lives here."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from sac.arrays import Floats
from sac.config import ForecastSettings
from sac.forecast.lstm import LSTMForecaster
from sac.forecast.patchtst import PatchTSTForecaster

__all__ = ["BUILDERS", "fit", "predict"]

Singles = npt.NDArray[np.float32]

# settings.kind -> (channels, settings) -> module: windows (B, window, channels) -> returns (B,), both scaled
BUILDERS: dict[str, Callable[[int, ForecastSettings], nn.Module]] = {
    "lstm": LSTMForecaster,
    "patchtst": PatchTSTForecaster,
}

_WEIGHT_DECAY = 0.01
_LARGEST_GRADIENT = 1.0  # a crash week must not undo an epoch


def fit(
    inputs: Singles, targets: Singles, settings: ForecastSettings, seed: int, report: Callable[[int], None]
) -> dict[str, Any]:
    """Least squares on windows (N, window, channels) and returns (N,): parameters and scaling.

    Scales with statistics of these examples alone. `report` gets each epoch's number, from 1, and may raise.
    """
    x, y = torch.from_numpy(inputs), torch.from_numpy(targets)
    input_scaling, target_scaling = _scaling(x.flatten(0, 1)), _scaling(y)
    x, y = _scaled(x, input_scaling), _scaled(y, target_scaling)
    generator = torch.Generator().manual_seed(seed)
    model = _build(x.shape[-1], settings, seed)
    optimizer = torch.optim.AdamW(
        model.parameters(), settings.learning_rate, weight_decay=_WEIGHT_DECAY, fused=True
    )
    for epoch in range(1, settings.epochs + 1):
        report(epoch)
        for batch in torch.split(torch.randperm(len(y), generator=generator), settings.batch_size):
            loss = nn.functional.mse_loss(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), _LARGEST_GRADIENT)
            optimizer.step()
    return {
        "input_scaling": input_scaling,
        "target_scaling": target_scaling,
        "parameters": {name: value.detach().clone() for name, value in model.state_dict().items()},
    }


def predict(state: dict[str, Any], inputs: Singles) -> Floats:
    """Returns predicted from windows (steps, n, window, channels): (steps, n), NaN where a window has NaN."""
    known = np.isfinite(inputs).all(axis=(2, 3))  # (steps, n)
    model = _build(inputs.shape[-1], ForecastSettings(**state["settings"]), seed=0)
    model.load_state_dict(state["parameters"])
    model.eval()
    with torch.inference_mode():
        x = _scaled(torch.from_numpy(np.nan_to_num(inputs)), state["input_scaling"])
        # One batch per decision: the last bits depend on a batch's size, which later weeks would change.
        scaled = torch.stack([model(week) for week in x]) if len(x) else torch.zeros(known.shape)
    mean, scale = state["target_scaling"].double()
    return np.where(known, (scaled.double() * scale + mean).numpy(), np.nan)


def _build(channels: int, settings: ForecastSettings, seed: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):  # modules draw from the global generator: leave it as it was
        torch.manual_seed(seed)
        return BUILDERS[settings.kind](channels, settings)


def _scaling(values: torch.Tensor) -> torch.Tensor:
    """Mean and deviation over the first dimension: (2, ...)."""
    spread, mean = torch.std_mean(values.double(), dim=0)
    return torch.stack([mean, spread.clamp_min(1e-8)]).float()


def _scaled(values: torch.Tensor, scaling: torch.Tensor) -> torch.Tensor:
    return (values - scaling[0]) / scaling[1]
