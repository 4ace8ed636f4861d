"""How much the portal is used: people by their last day, sessions, energy traded, and what people think of it."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import fsum, isfinite

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D, IntArray1D

WINDOW_DAYS = 30
"""Days of sessions and trades that a figure looks at."""
SURVEY_DAYS = 90
"""Days of answers that satisfaction looks at."""
LEAST_ANSWERS = 5
"""Fewer people than these are shown no mean: it would say what somebody answered."""


def active_people(last: Sequence[date], day: date, *, days: int) -> int:
    """Count the people who used the portal in the days up to and with a day.

    Parameters
    ----------
    last : sequence of date, UTC
        The last day, up to ``day``, on which each person used the portal.
    day : date, UTC
        The last day of the window.
    days : int
        Length of the window: 1, 7 or 30.

    Returns
    -------
    int
        People.

    Examples
    --------
    >>> active_people([date(2024, 3, 4), date(2024, 3, 1)], date(2024, 3, 4), days=7)
    2
    """
    first = day - timedelta(days=days - 1)
    return sum(1 for one in last if first <= one <= day)


def energy_of_trades(
    trade: IntArray1D, volume: FloatArray1D, mwh: FloatArray1D, first: BoolArray1D, count: int
) -> FloatArray1D:
    """Return the energy that each trade agrees to deliver or to settle.

    Parameters
    ----------
    trade : ndarray of shape (k,)
        The trade of each leg, by position.
    volume : ndarray of shape (k,)
        Signed volume of each leg, in the unit of its curve.
    mwh : ndarray of shape (k,)
        MWh for one unit of volume; NaN where it is no energy.
    first : ndarray of shape (k,)
        Whether the leg lies on the trade's first curve. The second leg of a spread is not counted again.
    count : int
        Number of trades.

    Returns
    -------
    ndarray of shape (count,)
        MWh, absolute; 0 where nothing is energy.
    """
    energy = np.abs(volume * mwh)
    counted = np.where(first & np.isfinite(energy), energy, 0.0)
    return np.asarray(np.bincount(trade, counted, count), np.float64)


def total_of(values: Sequence[float | None]) -> float:
    """Sum values without rounding on the way; what has no value is left out.

    Parameters
    ----------
    values : sequence of float or None
        Values of one unit.

    Returns
    -------
    float
        Their sum.
    """
    return fsum(value for value in values if value is not None and isfinite(value))


def satisfaction(scores: Sequence[int]) -> float | None:
    """Return the mean of what people answered, None for fewer than :data:`LEAST_ANSWERS` people.

    Parameters
    ----------
    scores : sequence of int
        The newest answer of each person, 1 (bad) to 5 (good).

    Returns
    -------
    float or None
        Mean score.
    """
    return fsum(scores) / len(scores) if len(scores) >= LEAST_ANSWERS else None
