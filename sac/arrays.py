"""Types of the arrays that the engine hands around; their shapes stand where they are used."""

import numpy as np
import numpy.typing as npt

__all__ = ["Dates", "Floats", "Rows", "Singles"]

Floats = npt.NDArray[np.float64]
Dates = npt.NDArray[np.datetime64]  # days
Singles = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]  # positions along the first axis
