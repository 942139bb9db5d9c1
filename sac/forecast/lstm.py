"""Small LSTMs over the windows; their last states together predict the scaled target."""

import torch
from torch import Tensor, nn

from sac.config import ForecastSettings
from sac.forecast.inputs import MONTH

__all__ = ["LSTMForecaster"]


class LSTMForecaster(nn.Module):
    """One `nn.LSTM` layer over the sessions and, where settings ask for weeks, one over months of them.

    The linear head starts at zero: the untrained forecast is the mean.
    """

    def __init__(self, channels: int, settings: ForecastSettings):
        super().__init__()
        self.lstm = nn.LSTM(channels, settings.hidden, batch_first=True)
        self.weekly = nn.LSTM(MONTH, settings.hidden, batch_first=True) if settings.weeks else None
        self.head = nn.Linear(settings.hidden * (1 + bool(settings.weeks)), 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, sessions: Tensor, weeks: Tensor | None = None) -> Tensor:
        """Scaled windows (B, window, channels) and weeks (B, weeks, 1) -> scaled targets (B,)."""
        states = [self.lstm(sessions)[0][:, -1]]  # (B, hidden)
        if self.weekly is not None and weeks is not None:
            states.append(self.weekly(weeks.view(len(weeks), -1, MONTH))[0][:, -1])
        return torch.squeeze(self.head(torch.cat(states, -1)), -1)
