"""Objectives of a service: the share that went well, the error budget, how fast it burns, what is left of it.

An objective of 99.5 % over 30 days leaves a budget of 0.5 % of all events of these days for failure. The burn rate
says how many times as fast as that the budget is being spent: at 1 it lasts exactly the window, at 14.4 it is gone
after 50 hours.

References ---------- Beyer, Murphy, Rensin, Kawahara and Thorne (eds., 2018), "The Site Reliability Workbook",
O'Reilly, chapter 5 "Alerting on SLOs", section 6 "Multiwindow, Multi-Burn-Rate Alerts" and table 5-8.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D

DAY = 86_400.0
HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class BurnWindow:
    """A pair of windows that are judged together.

    Attributes
    ----------
    long_seconds, short_seconds : float, seconds
        The long window shows that a real part of the budget is gone, the short one that it is still being spent.
    factor : float
        Both must burn faster than this, in multiples of the rate that the objective allows.
    """

    long_seconds: float
    short_seconds: float
    factor: float


WORKBOOK = (
    BurnWindow(HOUR, HOUR / 12, 14.4),
    BurnWindow(6 * HOUR, HOUR / 2, 6.0),
    BurnWindow(3 * DAY, 6 * HOUR, 1.0),
)
"""Table 5-8 of the Workbook: 2 % of a 30-day budget in one hour, 5 % in six hours, 10 % in three days."""


def factor_of(budget_share: float, long_seconds: float, window_seconds: float) -> float:
    """Return the burn rate that spends a share of the budget within a time.

    Parameters
    ----------
    budget_share : float
        Share of the budget of the whole window, such as 0.02.
    long_seconds, window_seconds : float, seconds
        The time within which it is spent, and the window of the objective.

    Returns
    -------
    float
        The burn rate.

    Examples
    --------
    >>> round(factor_of(0.02, HOUR, 30 * DAY), 1)
    14.4
    """
    return budget_share * window_seconds / long_seconds


def attained(good: FloatArray, total: FloatArray) -> FloatArray:
    """Return the share of events that went well.

    Parameters
    ----------
    good, total : ndarray of the same shape, events
        What went well, and all.

    Returns
    -------
    ndarray of the same shape
        Shares between 0 and 1; NaN where nothing happened: no events are neither good nor bad. Where samples of the two
        were taken a moment apart and more is good than there is, the share is 1.
    """
    total = np.asarray(total, dtype=np.float64)
    some = total > 0
    return np.where(some, np.clip(np.asarray(good) / np.where(some, total, 1.0), 0.0, 1.0), np.nan)


def burn_rate(good: FloatArray, total: FloatArray, objective: float) -> FloatArray:
    """Return how many times as fast as allowed the budget is spent.

    Parameters
    ----------
    good, total : ndarray of the same shape, events
        What went well, and all.
    objective : float
        The share that should go well, above 0 and below 1.

    Returns
    -------
    ndarray of the same shape
        Burn rates, 0 where nothing failed; NaN where nothing happened.

    Examples
    --------
    >>> burn_rate(np.array([98.0, 100.0, 0.0]), np.array([100.0, 100.0, 0.0]), 0.99).round(9)
    array([ 2.,  0., nan])
    """
    rate: FloatArray = (1.0 - attained(good, total)) / (1.0 - objective)
    return rate


def budget_events(total: FloatArray, objective: float) -> FloatArray:
    """Return how many events may fail.

    Parameters
    ----------
    total : ndarray, events
        All events of the window.
    objective : float
        The share that should go well.

    Returns
    -------
    ndarray of the same shape, events
        The error budget; not a whole number in general.
    """
    budget: FloatArray = np.asarray(total, dtype=np.float64) * (1.0 - objective)
    return budget


def budget_left(good: FloatArray, total: FloatArray, objective: float) -> FloatArray:
    """Return which share of the error budget is left.

    Parameters
    ----------
    good, total : ndarray of the same shape, events
        What went well, and all, within the window so far.
    objective : float
        The share that should go well.

    Returns
    -------
    ndarray of the same shape
        1 while nothing failed, 0 when the budget is spent, below 0 when the objective is missed; NaN without events.

    Examples
    --------
    >>> budget_left(np.array([999.0]), np.array([1000.0]), 0.995).round(9)
    array([0.8])
    """
    left: FloatArray = 1.0 - burn_rate(good, total, objective)
    return left


def lasts_seconds(left: float, burn: float, window_seconds: float) -> float | None:
    """Return how long the rest of the budget lasts when it goes on burning like this.

    Parameters
    ----------
    left : float
        Share of the budget that is left.
    burn : float
        The burn rate of late.
    window_seconds : float, seconds
        The window of the objective.

    Returns
    -------
    float or None
        Seconds, 0 when it is spent already; None when nothing burns or nothing is known.

    Examples
    --------
    >>> lasts_seconds(0.5, 15.0, 30 * DAY) == DAY
    True
    """
    if not np.isfinite(left) or not np.isfinite(burn) or burn <= 0:
        return None
    return max(left, 0.0) * window_seconds / burn


def burn_pressure(
    pairs: list[tuple[FloatArray1D, FloatArray1D]], windows: tuple[BurnWindow, ...]
) -> FloatArray1D:
    """Return how near a multi-window burn-rate alert is: above 1 at least one pair of windows burns too fast.

    Parameters
    ----------
    pairs : list of (long, short), each ndarray of shape (m,)
        Burn rates over the long and the short window of each pair; NaN where nothing happened.
    windows : tuple of BurnWindow
        The pairs of windows, in the same order; at least one.

    Returns
    -------
    ndarray of shape (m,)
        The largest, over the pairs, of the smaller of both burn rates in multiples of the pair's factor; NaN where no
        pair is known in both windows.
    """
    each = np.vstack(
        [np.minimum(long, short) / one.factor for (long, short), one in zip(pairs, windows, strict=True)]
    )
    known = ~np.isnan(each).all(axis=0)
    return np.where(known, np.max(np.where(np.isnan(each), -np.inf, each), axis=0), np.nan)
