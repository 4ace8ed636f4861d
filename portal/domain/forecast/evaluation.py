"""What a model said at many origins, beside what happened and what the baseline said.

API: ``Splits``, ``Evaluation``.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D, IntArray1D


@dataclass(frozen=True)
class Splits:
    """The origins of a rolling evaluation, fixed before anything is fitted.

    Attributes
    ----------
    first : int
        Number of values that are history at the first origin.
    step : int
        Values between origins.
    count : int
        Number of origins.
    window : int
        Most steps of history that each origin sees; 0 for all.
    """

    first: int
    step: int
    count: int
    window: int = 0

    @property
    def origins(self) -> tuple[int, ...]:
        """Numbers of values that are history, rising."""
        return tuple(self.first + self.step * at for at in range(self.count))

    def to_json(self) -> dict[str, int]:
        """Return the plain values, for the row of a trial."""
        return asdict(self)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Evaluation:
    """Forecasts of one model at o origins for h steps; scores are made of it, nothing else.

    Attributes
    ----------
    origins : ndarray of shape (o,)
        Values of history at each origin.
    actual : ndarray of shape (o, h)
        What happened; NaN where the value was filled or is not known: such cells are in no score.
    mean : ndarray of shape (o, h)
        Point forecasts.
    quantiles : ndarray of shape (o, h, len(LEVELS))
        Quantile forecasts.
    baseline : ndarray of shape (o, h)
        The seasonal naive at the same origins.
    scale : ndarray of shape (o,)
        Mean absolute seasonal difference of each origin's own history: the denominator of MASE.
    lead : int
        Steps at the front that are not scored.
    per_day : int
        Steps a day.
    failures : mapping
        Origin -> sentence, where the model refused or did not converge; its rows are NaN.
    seconds : float
        What all fits took together.
    facts : mapping
        What the model told at the last origin.
    """

    origins: IntArray1D
    actual: FloatArray2D
    mean: FloatArray2D
    quantiles: FloatArray
    baseline: FloatArray2D
    scale: FloatArray1D
    lead: int = 0
    per_day: int = 1
    failures: Mapping[int, str] = field(default_factory=dict)
    seconds: float = 0.0
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def scored(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Cells that count, shape (o, h): served, known, and forecast."""
        cells: np.ndarray[Any, np.dtype[np.bool_]] = np.isfinite(self.actual) & np.isfinite(self.mean)
        cells[:, : self.lead] = False
        return cells
