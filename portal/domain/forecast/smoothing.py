"""Exponential smoothing of our own: the simple one for many series at once, and Holt-Winters from given weights.

API: ``smooth_simply(y) -> SimpleSmoothing``, ``holt_winters(y, period, ...) -> HoltWinters``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D, FloatLike1D
from portal.domain.market.decomposition import decompose_classically
from portal.domain.market.series import as_vector, require_length

ALPHA_LEAST, ALPHA_MOST = 1e-4, 0.9999
_GRID = 41  # evenly spaced in the log-odds of the weight: step 0.46, the sum of squares is smooth between


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class SimpleSmoothing:
    """Simple exponential smoothing of s series.

    Attributes
    ----------
    alpha : ndarray of shape (s,)
        Weight of the newest value.
    level : ndarray of shape (s,)
        Level after the last value: the forecast of every step.
    start : ndarray of shape (s,)
        Level before the first value.
    sigma : ndarray of shape (s,)
        Standard deviation of one-step errors; two degrees of freedom went into weight and start.
    """

    alpha: FloatArray1D
    level: FloatArray1D
    start: FloatArray1D
    sigma: FloatArray1D

    def deviation(self, horizon: int) -> FloatArray2D:
        """Standard deviations of the steps ahead.

        Parameters
        ----------
        horizon : int
            Steps.

        Returns
        -------
        ndarray of shape (s, horizon)
            ``sigma sqrt(1 + (h - 1) alpha^2)``.
        """
        steps = np.arange(horizon)
        found: FloatArray2D = self.sigma[:, None] * np.sqrt(1.0 + steps * np.square(self.alpha)[:, None])
        return found


def smooth_simply(y: FloatArray2D) -> SimpleSmoothing:
    """Fit simple exponential smoothing by least squares to every row.

    The best start follows in closed form from the weight, so one number is searched: on a grid common to all rows,
    then at the vertex of the parabola through the best three. The sum of squares is within 1e-3 of its least.

    Parameters
    ----------
    y : ndarray of shape (s, n)
        Complete series, n >= 4.

    Returns
    -------
    SimpleSmoothing
        One fit a row.

    References
    ----------
    Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing, model ETS(A,N,N).
    """
    from scipy.signal import lfilter

    anchor = y[:, :1]  # errors do not depend on it, but sums of squares keep their digits
    centred = y - anchor
    odds = np.linspace(_logit(ALPHA_LEAST), _logit(ALPHA_MOST), _GRID)
    squares = np.empty((_GRID, len(y)))
    for at, weight in enumerate(_expit(odds)):
        errors = lfilter([1.0, -1.0], [1.0, weight - 1.0], centred, axis=1)
        squares[at] = _concentrated(errors, 1.0 - weight)[0]
    alpha = _expit(_vertices(odds, squares))
    found, start = np.empty(len(y)), np.empty(len(y))
    level = np.empty(len(y))
    for row, weight in enumerate(alpha):
        errors = lfilter([1.0, -1.0], [1.0, weight - 1.0], centred[row : row + 1], axis=1)
        least, best = _concentrated(errors, 1.0 - weight)
        found[row], start[row] = least[0], best[0]
        decay = (1.0 - weight) ** (y.shape[1] - 1)
        level[row] = centred[row, -1] - (1.0 - weight) * (errors[0, -1] - decay * best[0])
    sigma = np.sqrt(np.maximum(found, 0.0) / (y.shape[1] - 2))
    return SimpleSmoothing(alpha, level + anchor[:, 0], start + anchor[:, 0], sigma)


def _concentrated(errors: FloatArray2D, decay: float) -> tuple[FloatArray1D, FloatArray1D]:
    """Least sums of squares over the start, from errors with start zero, and that start."""
    powers = decay ** np.arange(errors.shape[1])
    along, norm = errors @ powers, float(powers @ powers)
    squares: FloatArray1D = np.einsum("ij,ij->i", errors, errors) - np.square(along) / norm
    return squares, along / norm


def _vertices(grid: FloatArray1D, values: FloatArray2D) -> FloatArray1D:
    """Place of the least of each column: the vertex of the parabola around its least value, inside of the grid."""
    columns = np.arange(values.shape[1])
    best = values.argmin(axis=0)
    at = np.clip(best, 1, len(grid) - 2)
    left, middle, right = values[at - 1, columns], values[at, columns], values[at + 1, columns]
    bend = left - 2.0 * middle + right
    safe = np.where(bend > 0.0, bend, 1.0)
    shift = np.where((best == at) & (bend > 0.0), 0.5 * (left - right) / safe, best - at)
    found: FloatArray1D = grid[at] + np.clip(shift, -1.0, 1.0) * (grid[1] - grid[0])
    return found


def _logit(p: float) -> float:
    return float(np.log(p / (1.0 - p)))


def _expit(x: FloatArray1D) -> FloatArray1D:
    found: FloatArray1D = 1.0 / (1.0 + np.exp(-x))
    return found


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class HoltWinters:
    """State of additive Holt-Winters smoothing after the last value.

    Attributes
    ----------
    level, trend : float
        Level, and its change a step.
    season : ndarray of shape (period,)
        Effects of the next ``period`` steps.
    errors : ndarray of shape (n - period,)
        One-step errors from the second season on.
    """

    level: float
    trend: float
    season: FloatArray1D
    errors: FloatArray1D

    def forecast(self, horizon: int) -> FloatArray1D:
        """Continue level, trend and season.

        Parameters
        ----------
        horizon : int
            Steps.

        Returns
        -------
        ndarray of shape (horizon,)
            ``level + h trend + season``.
        """
        steps = np.arange(horizon)
        found: FloatArray1D = self.level + (steps + 1.0) * self.trend + self.season[steps % len(self.season)]
        return found


def holt_winters(y: FloatLike1D, period: int, *, alpha: float, beta: float, gamma: float) -> HoltWinters:
    """Smooth level, trend and season with given weights.

    Level and trend start on the line through the trend of the first two seasons, the seasonal figure from their
    classical decomposition, both as R's ``HoltWinters`` has it; the recursion begins with the second season.

    Parameters
    ----------
    y : array_like of shape (n,)
        Complete series of more than two seasons.
    period : int
        Steps in a season.
    alpha, beta, gamma : float
        Weights of level, trend and season in [0, 1].

    Returns
    -------
    HoltWinters
        The state after the last value, and the errors on the way.

    Raises
    ------
    InsufficientHistory
        Fewer than two seasons.

    References
    ----------
    Winters (1960), "Forecasting sales by exponentially weighted moving averages", Management Science 6; R
    ``HoltWinters``.
    """
    series = as_vector(y, "values")
    require_length(series, 2 * period, f"Holt-Winters smoothing with a season of {period}")
    parts = decompose_classically(series[: 2 * period], period)
    line = parts.trend[np.isfinite(parts.trend)]
    trend, start = np.polyfit(np.arange(1, len(line) + 1), line, 1).tolist()
    level, season, errors = start, parts.figure.tolist(), []
    for at, value in enumerate(series[period:].tolist()):
        seat = at % period
        errors.append(value - level - trend - season[seat])
        before = level
        level = alpha * (value - season[seat]) + (1.0 - alpha) * (level + trend)
        trend = beta * (level - before) + (1.0 - beta) * trend
        season[seat] = gamma * (value - level) + (1.0 - gamma) * season[seat]
    turned = np.roll(season, -(len(errors) % period))
    return HoltWinters(level, trend, turned, np.array(errors))
