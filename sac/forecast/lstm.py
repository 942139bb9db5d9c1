"""A small LSTM over the window; its last state predicts the scaled return."""

import torch
from torch import Tensor, nn

from sac.config import ForecastSettings

__all__ = ["LSTMForecaster"]


class LSTMForecaster(nn.Module):
    """One `nn.LSTM` layer and a linear head that starts at zero: the untrained forecast is the mean."""

    def __init__(self, channels: int, settings: ForecastSettings):
        super().__init__()
        self.lstm = nn.LSTM(channels, settings.hidden, batch_first=True)
        self.head = nn.Linear(settings.hidden, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Scaled windows (B, window, channels) -> scaled returns (B,)."""
        states, _ = self.lstm(x)  # (B, window, hidden)
        return torch.squeeze(self.head(states[:, -1]), -1)
