"""What the engine accepts, so that no field offers what it refuses."""

from collections.abc import Mapping

__all__ = ["LIMITS"]

LIMITS: Mapping[str, tuple[float, float]] = {  # least and most of a setting
    "members": (1, 64),
    "updates": (1, 500_000),
    "evaluation_years": (1, 15),
    "seed": (0, 2**31 - 1),
}
