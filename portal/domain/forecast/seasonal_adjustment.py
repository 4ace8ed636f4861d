"""Is there a season, and the series without it: classical decomposition of many series at once.

API: ``is_seasonal(y, period)``, ``adjust(y, period, where=None) -> Adjusted``.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from portal.core.arrays import BoolArray1D, FloatArray2D
from portal.domain.market.errors import InsufficientHistory

CONFIDENCE = 0.95  # one-sided: the 90 % test of the theta method
_NEGLIGIBLE = 1e-4  # a multiplicative effect below it would blow noise up


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Adjusted:
    """Series without their season.

    Attributes
    ----------
    y : ndarray of shape (s, n)
        Adjusted series.
    season : ndarray of shape (s, period)
        Effects of the steps right after the history: factors where multiplicative, else terms.
    multiplicative, seasonal : ndarray of shape (s,), bool
        Whether effects multiply, and whether there is an effect at all.
    """

    y: FloatArray2D
    season: FloatArray2D
    multiplicative: BoolArray1D
    seasonal: BoolArray1D

    def put_back(self, mean: FloatArray2D, sd: FloatArray2D) -> tuple[FloatArray2D, FloatArray2D]:
        """Give forecasts of the adjusted series their season again.

        Parameters
        ----------
        mean, sd : ndarray of shape (s, h)
            Means and standard deviations of the adjusted series.

        Returns
        -------
        tuple of ndarray of shape (s, h)
            Means and standard deviations in the unit of the series.
        """
        steps = np.arange(mean.shape[1]) % self.season.shape[1]
        effect, times = self.season[:, steps], self.multiplicative[:, None]
        return np.where(times, mean * effect, mean + effect), np.where(times, sd * effect, sd)


def is_seasonal(y: FloatArray2D, period: int) -> BoolArray1D:
    """Test the autocorrelation one season back against what shorter lags explain.

    Parameters
    ----------
    y : ndarray of shape (s, n)
        Complete series.
    period : int
        Steps in a season; 1 for none.

    Returns
    -------
    ndarray of shape (s,), bool
        Whether ``|r_m| > 1.645 sqrt((1 + 2 (r_1^2 + ... + r_{m-1}^2)) / n)``; False up to two seasons of history.

    References
    ----------
    Assimakopoulos and Nikolopoulos (2000), "The theta model: a decomposition approach to forecasting", International
    Journal of Forecasting 16; R ``forecast::thetaf``.
    """
    n = y.shape[1]
    if period < 2 or n <= 2 * period:
        return np.zeros(len(y), dtype=np.bool_)
    centred = y - y.mean(axis=1, keepdims=True)
    power = np.einsum("ij,ij->i", centred, centred)
    lagged = np.stack(
        [np.einsum("ij,ij->i", centred[:, lag:], centred[:, : n - lag]) for lag in range(1, period + 1)]
    )
    r = lagged / np.where(power > 0.0, power, 1.0)
    limit = ndtri(CONFIDENCE) * np.sqrt((1.0 + 2.0 * np.square(r[:-1]).sum(axis=0)) / n)
    found: BoolArray1D = np.abs(r[-1]) > limit
    return found


def adjust(
    y: FloatArray2D, period: int, where: BoolArray1D | None = None, *, additive: bool = False
) -> Adjusted:
    """Take the season out by the centred moving average, multiplicatively where all values are above zero.

    Parameters
    ----------
    y : ndarray of shape (s, n)
        Complete series of at least two seasons.
    period : int
        Steps in a season.
    where : ndarray of shape (s,), bool, optional
        Series with a season; by default those that pass `is_seasonal`. The others stay as they are.
    additive : bool, default False
        Let effects add up also where all values are above zero.

    Returns
    -------
    Adjusted
        Adjusted series and the effects to put back.

    Raises
    ------
    InsufficientHistory
        Fewer than two seasons.

    References
    ----------
    As ``market.decomposition.decompose_classically``, of many series at once.
    """
    seasonal = is_seasonal(y, period) if where is None else where
    multiplicative = (y.min(axis=1) > 0.0) & (not additive)
    if not seasonal.any():
        neutral = np.where(multiplicative, 1.0, 0.0)[:, None]
        return Adjusted(y, np.repeat(neutral, max(period, 1), axis=1), multiplicative, seasonal)
    n = y.shape[1]
    if n < 2 * period:
        raise InsufficientHistory(
            f"A seasonal adjustment over {period} steps needs {2 * period} values, but there are {n}.",
            have=n,
            need=2 * period,
        )
    figure = _figures(y, period, multiplicative)
    blown_up = multiplicative & (figure < _NEGLIGIBLE).any(axis=1)
    seasonal = seasonal & ~blown_up
    neutral = np.where(multiplicative, 1.0, 0.0)[:, None]
    figure = np.where(seasonal[:, None], figure, neutral)
    effect = figure[:, np.arange(n) % period]
    adjusted = np.where(multiplicative[:, None], y / np.where(effect == 0.0, 1.0, effect), y - effect)
    return Adjusted(adjusted, np.roll(figure, -(n % period), axis=1), multiplicative, seasonal)


def _figures(y: FloatArray2D, period: int, multiplicative: BoolArray1D) -> FloatArray2D:
    """Effects of each position in the cycle, the first belonging to the first value; shape (s, period)."""
    n, half = y.shape[1], period // 2
    anchor = y.mean(axis=1, keepdims=True)  # running sums of what is left lose no digits
    sums = np.concatenate([np.zeros((len(y), 1)), np.cumsum(y - anchor, axis=1)], axis=1)
    whole = (sums[:, period:] - sums[:, :-period]) / period
    trend = (whole if period % 2 else 0.5 * (whole[:, 1:] + whole[:, :-1])) + anchor
    inner = y[:, half : half + trend.shape[1]]
    times = multiplicative[:, None]
    ratio = np.where(times, inner / np.where(times, trend, 1.0), inner - trend)
    padded = np.full((len(y), -(-n // period) * period), np.nan)
    padded[:, half : half + trend.shape[1]] = ratio
    raw = np.nanmean(padded.reshape(len(y), -1, period), axis=1)
    middle = raw.mean(axis=1, keepdims=True)
    found: FloatArray2D = np.where(times, raw / np.where(times, middle, 1.0), raw - middle)
    return found
