"""Standardisation of signals and forecasts with the statistics of one training window."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sac.arrays import Floats
from sac.config import SIGNALS, Seen

__all__ = ["FEATURES", "PortfolioScaler"]


FEATURES = (*SIGNALS, "forecast")


_ALPHA_UNIT = 0.002  # weekly return: a purchase and a sale at the 10 bps of the original plan
_TAIL = 0.01  # of a signal's values on each side that are pulled in to its limits
_LIMIT = float(np.finfo(np.float64).max)


@dataclass(frozen=True, eq=False)
class PortfolioScaler:
    """Limits, mean and scale of each feature over the stocks and weeks of a window; weights are not scaled.

    Signals are winsorised, for a ratio near a zero denominator would set the scale for all others. The
    forecast is not: its size is its meaning. Alpha is in units of a round trip's cost, the same in every
    window: where there is no skill it stays small, and is not blown up into a signal.
    """

    mean: Floats  # (8,)
    scale: Floats  # (8,) positive
    low: Floats  # (8,)
    high: Floats  # (8,) not below low

    @classmethod
    def fit(cls, features: Floats, seen: Seen = "forecast") -> "PortfolioScaler":
        """Statistics of the known values of a training window (T, n, 8); pass no later week (leak!).

        seen: what the last of them is.
        """
        columns = [column[np.isfinite(column)] for column in features.reshape(-1, features.shape[-1]).T]
        low, high = np.full((2, len(columns)), _LIMIT) * [[-1.0], [1.0]]
        mean, scale = np.zeros(len(columns)), np.ones(len(columns))
        for i, known in enumerate(columns):
            if not len(known):
                continue
            if FEATURES[i] in SIGNALS:
                low[i], high[i] = np.quantile(known, [_TAIL, 1.0 - _TAIL])
            within = known.clip(low[i], high[i])
            mean[i], spread = within.mean(), within.std()
            scale[i] = spread if spread > 1e-12 else 1.0
        if seen == "alpha":
            mean[-1], scale[-1] = 0.0, _ALPHA_UNIT
        return cls(mean, scale, low, high)

    def transform(self, features: Floats) -> Floats:
        """Standardised features; what is not known becomes 0, the window's mean."""
        within = features.clip(self.low, self.high)
        return np.nan_to_num((within - self.mean) / self.scale, nan=0.0)

    def payload(self) -> dict[str, Any]:
        """Builtins only, for `scaler.pkl`."""
        figures = {name: getattr(self, name).tolist() for name in ("mean", "scale", "low", "high")}
        return {"features": list(FEATURES), **figures}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> "PortfolioScaler":
        """The scaler of a checked payload."""
        return cls(*(np.array(payload[name]) for name in ("mean", "scale", "low", "high")))
