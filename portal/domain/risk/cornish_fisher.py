"""Quantiles from four moments: the Cornish-Fisher expansion, with the check that it is a quantile function at all.

API: ``Moments``, ``sample_moments(pnl)``, ``cornish_fisher(moments, level, order=...) -> CornishFisher``,
``normal_quantile(level)``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from portal.domain.market.errors import BadParameter
from portal.domain.market.series import require_length
from portal.domain.risk.inputs import as_pnl, require_level

_ROOT_TAU = float(np.sqrt(2.0 * np.pi))


@dataclass(frozen=True)
class Moments:
    """Moments of P&L, or of a loss.

    Attributes
    ----------
    mean, sd : float
        EUR.
    skewness, excess_kurtosis : float
        Without unit; both 0 for a normal distribution.
    """

    mean: float
    sd: float
    skewness: float
    excess_kurtosis: float

    @property
    def variance(self) -> float:
        """Square of the deviation."""
        return self.sd**2


@dataclass(frozen=True)
class CornishFisher:
    """A VaR and expected shortfall from moments.

    Attributes
    ----------
    var, es : float
        Positive losses, EUR.
    z : float
        Corrected quantile of the standardised P&L at 1 - c.
    monotone : bool
        Whether the expansion rises everywhere; if not, it is no quantile function: use an exact quantile.
    """

    var: float
    es: float
    z: float
    monotone: bool


def normal_quantile(level: float) -> float:
    """Return the standard normal quantile.

    Parameters
    ----------
    level : float
        Confidence c in (0, 1).

    Returns
    -------
    float
        Standard deviations.

    Raises
    ------
    BadParameter
        The level is not in (0, 1).
    """
    require_level(level)
    return float(ndtri(level))


def normal_density(z: float) -> float:
    """Return the standard normal density.

    Parameters
    ----------
    z : float
        Standard deviations.

    Returns
    -------
    float
        Density.
    """
    return float(np.exp(-0.5 * z * z)) / _ROOT_TAU


def sample_moments(pnl: ArrayLike) -> Moments:
    """Return the moments of a sample, all with divisor n.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L scenarios, EUR.

    Returns
    -------
    Moments
        Skewness and kurtosis are 0 where nothing varies.

    Raises
    ------
    InsufficientHistory
        Fewer than four scenarios.
    SeriesHasNaN
        A value is missing.
    """
    values = as_pnl(pnl).ravel()
    require_length(values, 4, "A skewness and kurtosis")
    mean = float(values.mean())
    centred = values - mean
    variance = float(np.mean(centred**2))
    if np.ptp(values) == 0.0 or variance == 0.0:
        return Moments(mean, 0.0, 0.0, 0.0)
    sd = float(np.sqrt(variance))
    standard = centred / sd
    return Moments(mean, sd, float(np.mean(standard**3)), float(np.mean(standard**4)) - 3.0)


def cornish_fisher(moments: Moments, level: float, *, order: int = 4) -> CornishFisher:
    """Return VaR and expected shortfall by the Cornish-Fisher expansion (modified VaR).

    Parameters
    ----------
    moments : Moments
        Of the P&L.
    level : float
        Confidence c in (0, 1).
    order : {3, 4}
        3 uses skewness to first order alone; 4 adds kurtosis and the square of skewness.

    Returns
    -------
    CornishFisher
        Figures, and whether the expansion may be trusted.

    Raises
    ------
    BadParameter
        The level is not in (0, 1), or the order is neither 3 nor 4.

    References
    ----------
    Cornish and Fisher (1938), "Moments and cumulants in the specification of distributions", Rev. ISI 5.
    Maillard (2012), "A user's guide to the Cornish Fisher expansion", for the domain.

    Examples
    --------
    >>> round(cornish_fisher(Moments(0.0, 100.0, -0.5, 1.0), 0.99).var, 2)
    283.37
    """
    if order not in (3, 4):
        raise BadParameter(
            f"A Cornish-Fisher expansion is of order 3 or 4, not {order}.", name="order", value=order
        )
    a, b, c, d = coefficients(moments.skewness, moments.excess_kurtosis if order == 4 else None)
    z = -normal_quantile(level)
    corrected = a + b * z + c * z * z + d * z**3
    thin = normal_density(z) / (1.0 - level)  # partial moments of the normal tail below z
    tail = a - b * thin + c * (1.0 - z * thin) - d * (z * z + 2.0) * thin
    return CornishFisher(
        -(moments.mean + moments.sd * corrected),
        -(moments.mean + moments.sd * tail),
        corrected,
        _rises(b, c, d),
    )


def coefficients(skewness: float, excess_kurtosis: float | None) -> tuple[float, float, float, float]:
    """Return the polynomial in z that corrects a normal quantile.

    Parameters
    ----------
    skewness : float
        Without unit.
    excess_kurtosis : float or None
        Without unit; None for the expansion of order 3.

    Returns
    -------
    tuple of float
        Coefficients of 1, z, z^2, z^3.
    """
    s = skewness / 6.0
    if excess_kurtosis is None:
        return -s, 1.0, s, 0.0
    k = excess_kurtosis / 24.0
    return -s, 1.0 - 3.0 * k + 5.0 * s * s, s, k - 2.0 * s * s


def _rises(b: float, c: float, d: float) -> bool:
    """Whether ``b + 2 c z + 3 d z^2`` is nowhere negative."""
    if d == 0.0:
        return c == 0.0 and b >= 0.0
    return d > 0.0 and 4.0 * c * c <= 12.0 * d * b
