"""PatchTST (Nie et al. 2023, transformers' implementation): a patch a trading week, and one a month."""

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from sac.config import ForecastSettings
from sac.errors import SettingsError
from sac.forecast.inputs import MONTH

if TYPE_CHECKING:
    from transformers import PatchTSTModel

__all__ = ["PatchTSTForecaster"]

_WEEK = 5  # sessions in a patch
_LAYERS = 2


class PatchTSTForecaster(nn.Module):
    """A small PatchTST encoder a resolution, and a linear head that starts at zero: the mean at first.

    The level and the size of the window's own moves are what little there is to learn from, so the instance
    normalisation (RevIN) that would take them out is off; the random walk scales with its training examples.
    """

    def __init__(self, channels: int, settings: ForecastSettings):
        super().__init__()
        if settings.window < 2 * _WEEK:
            raise SettingsError(f"PatchTST needs a window of at least {2 * _WEEK} sessions.")
        self.encoder = _encoder(channels, settings.window, _WEEK, settings.hidden)
        self.weekly = _encoder(1, settings.weeks, MONTH, settings.hidden) if settings.weeks else None
        patches = channels * (settings.window // _WEEK) + settings.weeks // MONTH
        self.head = nn.Linear(patches * settings.hidden, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, sessions: Tensor, weeks: Tensor | None = None) -> Tensor:
        """Scaled windows (B, window, channels) and weeks (B, weeks, 1) -> scaled targets (B,)."""
        patches = [self.encoder(sessions).last_hidden_state.flatten(1)]  # (B, channels · patches · hidden)
        if self.weekly is not None:
            patches.append(self.weekly(weeks).last_hidden_state.flatten(1))
        return torch.squeeze(self.head(torch.cat(patches, -1)), -1)


def _encoder(channels: int, length: int, patch: int, hidden: int) -> "PatchTSTModel":
    from transformers import PatchTSTConfig, PatchTSTModel  # here: it takes seconds to import

    return PatchTSTModel(
        PatchTSTConfig(
            num_input_channels=channels,
            context_length=length,
            patch_length=patch,
            patch_stride=patch,
            d_model=hidden,
            ffn_dim=2 * hidden,
            num_hidden_layers=_LAYERS,
            num_attention_heads=math.gcd(4, hidden),
            norm_type="layernorm",
            scaling=None,
            # Dropout would draw from the global random generator, and a fit this short needs none.
            attention_dropout=0.0,
            positional_dropout=0.0,
            path_dropout=0.0,
            ff_dropout=0.0,
        )
    )
