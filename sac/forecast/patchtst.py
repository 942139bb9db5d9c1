"""PatchTST (Nie et al. 2023, transformers' implementation) over the window, one patch a trading week."""

import math

import torch
from torch import Tensor, nn

from sac.config import ForecastSettings
from sac.errors import SettingsError

__all__ = ["PatchTSTForecaster"]

_WEEK = 5  # sessions in a patch
_LAYERS = 2


class PatchTSTForecaster(nn.Module):
    """A small PatchTST encoder and a linear head that starts at zero: the untrained forecast is the mean.

    The level and the size of the window's own moves are what little there is to learn from, so the instance
    normalisation (RevIN) that would take them out is off; the random walk scales with its training examples.
    """

    def __init__(self, channels: int, settings: ForecastSettings):
        from transformers import PatchTSTConfig, PatchTSTModel  # here: it takes seconds to import

        super().__init__()
        if settings.window < 2 * _WEEK:
            raise SettingsError(f"PatchTST needs a window of at least {2 * _WEEK} sessions.")
        config = PatchTSTConfig(
            num_input_channels=channels,
            context_length=settings.window,
            patch_length=_WEEK,
            patch_stride=_WEEK,
            d_model=settings.hidden,
            ffn_dim=2 * settings.hidden,
            num_hidden_layers=_LAYERS,
            num_attention_heads=math.gcd(4, settings.hidden),
            norm_type="layernorm",
            scaling=None,
            # Dropout would draw from the global random generator, and a fit this short needs none.
            attention_dropout=0.0,
            positional_dropout=0.0,
            path_dropout=0.0,
            ff_dropout=0.0,
        )
        self.encoder = PatchTSTModel(config)
        self.head = nn.Linear(channels * (settings.window // _WEEK) * settings.hidden, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Scaled windows (B, window, channels) -> scaled returns (B,)."""
        patches = self.encoder(x).last_hidden_state  # (B, channels, patches, hidden)
        return torch.squeeze(self.head(patches.flatten(1)), -1)
