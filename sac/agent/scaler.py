"""Standardisation of signals and forecasts with the statistics of one training window."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sac.config import SIGNALS

__all__ = ["FEATURES", "PortfolioScaler"]

Floats = npt.NDArray[np.float64]

FEATURES = (*SIGNALS, "forecast")


@dataclass(frozen=True, eq=False)
class PortfolioScaler:
    """Mean and scale of each feature over the stocks and weeks of a window; weights are not scaled."""

    mean: Floats  # (8,)
    scale: Floats  # (8,) positive

    @classmethod
    def fit(cls, features: Floats) -> "PortfolioScaler":
        """Statistics of the known values of a training window (T, n, 8); pass no later week (leak!)."""
        values = np.where(np.isfinite(features), features, np.nan).reshape(-1, features.shape[-1])
        seen = np.isfinite(values)
        count = seen.sum(axis=0).clip(1)
        mean = np.where(seen, values, 0.0).sum(axis=0) / count
        spread = np.sqrt(np.where(seen, (values - mean) ** 2, 0.0).sum(axis=0) / count)
        return cls(mean, np.where(spread > 1e-12, spread, 1.0))

    def transform(self, features: Floats) -> Floats:
        """Standardised features; what is not known becomes 0, the window's mean."""
        return np.nan_to_num((features - self.mean) / self.scale, nan=0.0)

    def payload(self) -> dict[str, Any]:
        """Builtins only, for `scaler.pkl`."""
        return {"features": list(FEATURES), "mean": self.mean.tolist(), "scale": self.scale.tolist()}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> "PortfolioScaler":
        """The scaler of a checked payload."""
        return cls(np.array(payload["mean"]), np.array(payload["scale"]))
