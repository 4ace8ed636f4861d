"""Names for the array types that cross module borders: the name says the number of axes, the docstring the meaning.

Numbers are float64 everywhere: float32 is not enough for sums of P&L. A missing value is NaN (or NaT), never 0.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]  # any number of axes
FloatArray1D = NDArray[np.float64]  # (n,)
FloatArray2D = NDArray[np.float64]  # (n, k)
IntArray1D = NDArray[np.int64]  # (n,)
IntArray2D = NDArray[np.int64]  # (n, k)
BoolArray1D = NDArray[np.bool_]  # (n,)
BoolArray2D = NDArray[np.bool_]  # (n, k)
DateArray1D = NDArray[np.datetime64]  # (n,), unit D for days, M for delivery months, s for instants in UTC
FloatLike1D = Sequence[float] | NDArray[np.floating]  # what a caller may pass for (n,)
