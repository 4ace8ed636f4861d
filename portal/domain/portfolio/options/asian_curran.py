"""Average options given the geometric average: the lower bound in closed form, and what lies above it.

API: ``conditional_value(inputs, corrected=...)`` for fixings, ``value_given(average, strike, corrected=...)`` for any
average that is described by its moments given the standardised logarithm z of the geometric average:
``E[A | z] = sum levels exp(slopes z - slopes^2 / 2)`` and ``E[A^2 | z] = sum pair_levels exp(pair_slopes z)``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.portfolio.options.asian_terms import AverageInputs
from portal.domain.portfolio.options.european import black76_price
from portal.domain.portfolio.options.normal import FAR, MIN_DEVIATION, cumulative, density

_NEWTON_STEPS = 40
_FAR_LOG = 700.0
_NODES = 16
_REACH = 8.0  # conditional deviations on each side of the turn that the correction is integrated over
_LEAST_VARIANCE = 1e-12  # of the strike squared
_NO_MASS = 37.0  # standard deviations beyond which the density is below 1e-297
_BLOCK = 2_000_000  # numbers that one block of pair terms may have, to bound memory


@dataclass(frozen=True, eq=False)
class ConditionalAverage:
    """An average A by its moments given z, standard normal; G is the geometric average.

    Attributes
    ----------
    levels, slopes : ndarray of shape (n, m)
        ``E[A | z] = sum levels exp(slopes z - slopes^2 / 2)``.
    log_mean, deviation : ndarray of shape (n,)
        Mean and standard deviation of ``ln G``.
    pair_levels, pair_slopes : ndarray of shape (n, p)
        ``E[A^2 | z] = sum pair_levels exp(pair_slopes z)``; empty when only the bound is wanted.
    """

    levels: FloatArray2D
    slopes: FloatArray2D
    log_mean: FloatArray1D
    deviation: FloatArray1D
    pair_levels: FloatArray2D
    pair_slopes: FloatArray2D

    def mean(self, z: FloatArray2D) -> FloatArray2D:
        """Conditional mean of the average.

        Parameters
        ----------
        z : ndarray of shape (n, k)
            Standardised log geometric average.

        Returns
        -------
        ndarray of shape (n, k)
            In price units.
        """
        starts = np.log(np.maximum(self.levels, np.finfo(np.float64).tiny)) - 0.5 * self.slopes**2
        power = starts[:, np.newaxis, :] + self.slopes[:, np.newaxis, :] * z[:, :, np.newaxis]
        total: FloatArray2D = np.exp(np.minimum(power, _FAR_LOG)).sum(axis=2)
        return total

    def square(self, z: FloatArray2D) -> FloatArray2D:
        """Conditional second moment of the average.

        Parameters
        ----------
        z : ndarray of shape (n, k)
            Standardised log geometric average.

        Returns
        -------
        ndarray of shape (n, k)
            In price units squared.
        """
        found = [
            np.sum(self.pair_levels * np.exp(self.pair_slopes * z[:, [k]]), axis=1) for k in range(z.shape[1])
        ]
        return np.stack(found, axis=1)


def conditional_value(s: AverageInputs, *, corrected: bool) -> FloatArray1D:
    """Undiscounted time value of options on the remaining average.

    Parameters
    ----------
    s : AverageInputs
        Arguments.
    corrected : bool
        Whether what lies above the lower bound is added.

    Returns
    -------
    ndarray of shape (n,)
        Value of the option on the out-of-the-money side; 0 where nothing is uncertain.
    """
    value = np.zeros(len(s.strike))
    spread = np.sqrt(np.max(s.variance, axis=1, initial=0.0))
    live = np.flatnonzero(s.ok & (s.strike > 0.0) & (spread > MIN_DEVIATION))
    width = s.weight.shape[1]
    block = max(1, _BLOCK // max(1, width * (width + 1) // 2))
    for start in range(0, len(live), block):
        part = live[start : start + block]
        average = _of_fixings(s.forward[part], s.weight[part], s.variance[part], pairs=corrected)
        value[part] = value_given(average, s.forward[part], s.strike[part], corrected=corrected)
    return value


def _of_fixings(
    forward: FloatArray1D, weight: FloatArray2D, variance: FloatArray2D, *, pairs: bool
) -> ConditionalAverage:
    """Moments of the average of fixings of one lognormal price."""
    weighted = weight * variance
    before = np.cumsum(weighted, axis=1)
    after = np.cumsum(weight[:, ::-1], axis=1)[:, ::-1] - weight
    covariance = before + variance * after  # with the log geometric average
    deviation = np.sqrt(np.sum(weight * covariance, axis=1))
    slopes = covariance / deviation[:, np.newaxis]
    levels = weight * forward[:, np.newaxis]
    n, m = weight.shape
    pair_levels = pair_slopes = np.zeros((n, 0))
    if pairs:
        early, late = np.triu_indices(m)
        pair_slopes = slopes[:, early] + slopes[:, late]
        both = levels[:, early] * levels[:, late] * np.where(early == late, 1.0, 2.0)
        pair_levels = both * np.exp(variance[:, early] - 0.5 * pair_slopes**2)
    log_mean = np.log(forward) - 0.5 * np.sum(weighted, axis=1)
    return ConditionalAverage(levels, slopes, log_mean, deviation, pair_levels, pair_slopes)


def value_given(
    average: ConditionalAverage, mean: FloatArray1D, strike: FloatArray1D, *, corrected: bool
) -> FloatArray1D:
    """Time value of options on a conditionally described average.

    Parameters
    ----------
    average : ConditionalAverage
        The average.
    mean : ndarray of shape (n,)
        Its unconditional mean.
    strike : ndarray of shape (n,)
        Positive strikes.
    corrected : bool
        Whether what lies above the lower bound is added.

    Returns
    -------
    ndarray of shape (n,)
        Undiscounted value of the out-of-the-money option.
    """
    turn = _turn(average, strike)
    side = np.where(mean <= strike, 1.0, -1.0)
    legs = np.sum(
        average.levels * cumulative(side[:, np.newaxis] * (average.slopes - turn[:, np.newaxis])), axis=1
    )
    bound: FloatArray1D = np.maximum(side * (legs - strike * cumulative(-side * turn)), 0.0)
    if corrected:
        bound = bound + _above_bound(average, strike, turn)
    return bound


def _turn(average: ConditionalAverage, strike: FloatArray1D) -> FloatArray1D:
    """The z at which the conditional mean of the average is the strike: Newton on its convex logarithm."""
    starts = np.log(np.maximum(average.levels, np.finfo(np.float64).tiny)) - 0.5 * average.slopes**2
    target = np.log(strike)
    z = (
        target - average.log_mean
    ) / average.deviation  # from above: the mean is at least the geometric average
    for _ in range(_NEWTON_STEPS):
        power = starts + average.slopes * z[:, np.newaxis]
        top = power.max(axis=1)
        parts = np.exp(power - top[:, np.newaxis])
        total = parts.sum(axis=1)
        step = (np.log(total) + top - target) * total / np.sum(parts * average.slopes, axis=1)
        z = z - step
        if (np.abs(step) <= 1e-13 * (1.0 + np.abs(z))).all():
            break
    return np.clip(z, -FAR, FAR)


def _above_bound(average: ConditionalAverage, strike: FloatArray1D, turn: FloatArray1D) -> FloatArray1D:
    """Integral over z of the conditional option value less the payoff of the conditional mean.

    It is nothing from where the geometric average reaches the strike, and shrinks within some conditional deviations
    on the other side of the turn.
    """
    centre = turn[:, np.newaxis]
    variance = average.square(centre)[:, 0] - strike**2
    step = 1e-4
    slope = (average.mean(centre + step) - average.mean(centre - step))[:, 0] / (2.0 * step)
    width = np.sqrt(np.maximum(variance, 0.0)) / slope
    # below, rounding is larger than the variance and the correction smaller than any money; above, it overflows
    some = (variance > _LEAST_VARIANCE * strike**2) & np.isfinite(width) & (np.abs(turn) < _NO_MASS)
    width = np.where(some, width, 1.0)
    end = np.minimum((np.log(strike) - average.log_mean) / average.deviation, turn + _REACH * width)
    points, weights = np.polynomial.legendre.leggauss(_NODES)
    points, weights = 0.5 * (points + 1.0), 0.5 * weights
    below = _REACH * width
    above = np.maximum(end - turn, 0.0)
    z = np.concatenate(
        [centre - below[:, np.newaxis] * points, centre + above[:, np.newaxis] * points], axis=1
    )
    masses = np.concatenate([below[:, np.newaxis] * weights, above[:, np.newaxis] * weights], axis=1)
    spread = _variance_between(average, turn, width, z)
    geometric = np.exp(average.log_mean[:, np.newaxis] + average.deviation[:, np.newaxis] * z)
    mean = average.mean(z)
    excess = np.maximum(mean - geometric, np.finfo(np.float64).tiny)
    needed = strike[:, np.newaxis] - geometric
    deviation = np.sqrt(np.log1p(spread / excess**2))
    option = black76_price(excess, needed, 1.0, deviation, 0.0, True)
    gain = np.maximum(option - np.maximum(mean - strike[:, np.newaxis], 0.0), 0.0)
    total = np.sum(gain * masses * density(z), axis=1)
    return np.where(some & np.isfinite(total), total, 0.0)


def _variance_between(
    average: ConditionalAverage, turn: FloatArray1D, width: FloatArray1D, z: FloatArray2D
) -> FloatArray2D:
    """Conditional variance at ``z``, its logarithm taken as a parabola through three points around the turn."""
    half = 0.5 * _REACH * width[:, np.newaxis]
    at = turn[:, np.newaxis] + half * np.array([-1.0, 0.0, 1.0])
    floor = np.finfo(np.float64).tiny
    low, middle, high = np.log(np.maximum(average.square(at) - average.mean(at) ** 2, floor)).T[
        :, :, np.newaxis
    ]
    x = (z - turn[:, np.newaxis]) / half
    spread: FloatArray2D = np.exp(middle + 0.5 * (high - low) * x + (0.5 * (high + low) - middle) * x * x)
    return spread
