"""The deals that take the delta out of a position, in whole lots, and what the rounding leaves.

API: ``neutralise(delta, lot) -> Hedge``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Hedge:
    """Whole lots against deltas, in arrays of shape (k,).

    Attributes
    ----------
    lots : ndarray of float64
        Lots to buy (positive) or sell, whole numbers.
    volume : ndarray of float64
        The same in the unit of the deltas.
    residual : ndarray of float64
        What is left of the delta with the hedge: at most half a lot either way.
    """

    lots: FloatArray1D
    volume: FloatArray1D
    residual: FloatArray1D


def neutralise(delta: FloatArray1D, lot: FloatArray1D) -> Hedge:
    """Whole lots of a linear contract that bring deltas closest to zero.

    Parameters
    ----------
    delta : ndarray of shape (k,)
        Delta-equivalent volumes, signed, one for each curve and month.
    lot : ndarray of shape (k,)
        Volume of one lot in that month, above zero; NaN where nothing can be traded, which is left unhedged.

    Returns
    -------
    Hedge
        Lots, volumes and residuals.

    Examples
    --------
    >>> found = neutralise(np.array([2600.0, -400.0]), np.array([1000.0, 1000.0]))
    >>> found.lots.tolist(), found.residual.tolist()
    ([-3.0, 0.0], [-400.0, -400.0])
    """
    tradable = np.isfinite(lot) & (lot > 0.0)
    size = np.where(tradable, lot, 1.0)
    lots = np.where(tradable, -np.rint(delta / size), 0.0) + 0.0  # no negative zero on a page
    volume = lots * size
    return Hedge(lots, volume, delta + volume)
