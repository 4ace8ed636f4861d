"""Closed-form VaR and expected shortfall of linear books, and the door to the other parametric methods.

API: ``linear_risk(exposures, covariance, level, dof=..., mean=...) -> LinearRisk`` (delta-normal and Student t),
``tail_factors``, ``normal_risk(pnl, level)`` and ``modified_risk(pnl, level)`` from a sample's moments. From other
modules: ``cornish_fisher``, ``delta_gamma`` (exact), ``fit_tail`` and ``pot_tail`` (extreme values),
``liquidity_horizon_es`` (the cascade of FRTB).

The mean is 0 unless it is given. The covariance is that of the returns also for t tails: their scale is
``Sigma (nu - 2) / nu``. The root of time holds for independent moves of a linear book only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtrit

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.risk.cornish_fisher import (
    CornishFisher,
    Moments,
    cornish_fisher,
    normal_density,
    normal_quantile,
    sample_moments,
)
from portal.domain.risk.extremes import GpdTail, fit_tail, pot_tail
from portal.domain.risk.inputs import as_covariance, as_pnl, require_level
from portal.domain.risk.liquidity import liquidity_horizon_es
from portal.domain.risk.quadratic import DeltaGamma, delta_gamma

__all__ = [
    "CornishFisher",
    "DeltaGamma",
    "GpdTail",
    "LinearRisk",
    "Moments",
    "TailFactors",
    "cornish_fisher",
    "delta_gamma",
    "fit_tail",
    "linear_risk",
    "liquidity_horizon_es",
    "modified_risk",
    "normal_risk",
    "pot_tail",
    "sample_moments",
    "tail_factors",
]


@dataclass(frozen=True)
class TailFactors:
    """How many standard deviations VaR and expected shortfall lie from the mean."""

    var: float
    es: float


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class LinearRisk:
    """Risk of a linear book over the horizon; EUR, losses positive.

    Attributes
    ----------
    sd, mean : float
        Of the P&L.
    var, es : float
        Value at risk and expected shortfall.
    component_var, component_es : ndarray of shape (k,)
        Euler parts; they sum to VaR and expected shortfall.
    marginal_var : ndarray of shape (k,)
        Change of the VaR for one more unit of exposure.
    stand_alone_var : ndarray of shape (k,)
        VaR of each exposure alone.
    incremental_var : ndarray of shape (k,)
        VaR of the book less that of the book without the exposure.
    """

    sd: float
    mean: float
    var: float
    es: float
    component_var: FloatArray1D
    component_es: FloatArray1D
    marginal_var: FloatArray1D
    stand_alone_var: FloatArray1D
    incremental_var: FloatArray1D


def tail_factors(
    level: float | None = None, *, dof: float | None = None, z: float | None = None
) -> TailFactors:
    """Return the factors of standard deviation of VaR and expected shortfall.

    Parameters
    ----------
    level : float, optional
        Confidence c in (0, 1); needed unless ``z`` is given.
    dof : float, optional
        Degrees of freedom of Student's t with the same variance, above 2; normal by default.
    z : float, optional
        A normal factor that was rounded for print, such as 2.33; the level follows from it.

    Returns
    -------
    TailFactors
        Standard deviations, without unit.

    Raises
    ------
    BadParameter
        The level is not in (0, 1), ``dof`` is 2 or less, or neither level nor ``z`` is given.

    References
    ----------
    McNeil, Frey and Embrechts (2015), Quantitative Risk Management, 2nd ed., examples 2.11, 2.14 and 2.15.

    Examples
    --------
    >>> found = tail_factors(0.99)
    >>> round(found.var, 6), round(found.es, 6)
    (2.326348, 2.665214)
    """
    if z is not None:
        return TailFactors(z, normal_density(z) / (1.0 - float(ndtr(z))))
    if level is None:
        raise BadParameter("A tail needs a confidence level, such as 0.99.", name="level", value=None)
    require_level(level)
    if dof is None or np.isinf(dof):
        quantile = normal_quantile(level)
        return TailFactors(quantile, normal_density(quantile) / (1.0 - level))
    if not dof > 2.0:
        raise BadParameter(
            f"Student's t has a variance only above 2 degrees of freedom, not at {dof:g}.",
            name="dof",
            value=dof,
        )
    quantile, scale = float(stdtrit(dof, level)), float(np.sqrt((dof - 2.0) / dof))
    from scipy.stats import t as student  # a second to import: not before the first run

    beyond = float(student.pdf(quantile, dof)) / (1.0 - level) * (dof + quantile**2) / (dof - 1.0)
    return TailFactors(quantile * scale, beyond * scale)


def linear_risk(
    exposures: ArrayLike,
    covariance: ArrayLike,
    level: float | None = None,
    *,
    mean: ArrayLike | None = None,
    dof: float | None = None,
    z: float | None = None,
    horizon_days: float = 1.0,
) -> LinearRisk:
    """Return VaR and expected shortfall of a linear book with their parts (delta-normal, or with t tails).

    Parameters
    ----------
    exposures : array_like of shape (k,)
        EUR for a move of 1 in each factor.
    covariance : array_like of shape (k, k)
        Covariance of the moves of one day.
    level : float, optional
        Confidence c in (0, 1); needed unless ``z`` is given.
    mean : array_like of shape (k,), optional
        Mean moves of one day; 0 by default.
    dof : float, optional
        Degrees of freedom of Student's t, above 2; normal by default. Over several days the tail keeps its shape.
    z : float, optional
        A normal factor that was rounded for print.
    horizon_days : float, default 1
        Days; the deviation grows by the root, the mean in line.

    Returns
    -------
    LinearRisk
        Figures and parts.

    Raises
    ------
    EmptyPortfolio, InsufficientHistory
        There is no factor.
    SeriesHasNaN
        An exposure, mean or covariance is missing.
    LengthMismatch
        The shapes do not belong together.
    NotPositiveSemidefinite
        The matrix is no covariance.
    BadParameter
        Level, ``dof`` or horizon cannot be used.

    References
    ----------
    Jorion (2007), Value at Risk, 3rd ed., chapter 7.
    McNeil, Frey and Embrechts (2015), Quantitative Risk Management, 2nd ed., section 8.5.

    Examples
    --------
    >>> found = linear_risk([2e6, 1e6], [[0.0025, 0.0], [0.0, 0.0144]], z=1.65)
    >>> round(found.var), found.component_var.round().tolist()
    (257738, [105630.0, 152108.0])
    """
    x, drift = _vectors(exposures, mean)
    sigma = as_covariance(covariance, len(x))
    if not horizon_days > 0.0:
        raise BadParameter(
            f"A horizon is a positive number of days, not {horizon_days:g}.",
            name="horizon_days",
            value=horizon_days,
        )
    factors, root = tail_factors(level, dof=dof, z=z), float(np.sqrt(horizon_days))
    drift = drift * horizon_days
    pull, own = sigma @ x, np.diag(sigma)
    variance = max(float(x @ pull), 0.0)
    sd, expected = root * float(np.sqrt(variance)), float(x @ drift)
    slope = np.zeros(len(x)) if sd == 0.0 else root * pull / np.sqrt(variance)
    left_variance = np.maximum(variance - 2.0 * x * pull + x**2 * own, 0.0)
    var = factors.var * sd - expected
    return LinearRisk(
        sd=sd,
        mean=expected,
        var=var,
        es=factors.es * sd - expected,
        component_var=x * (factors.var * slope - drift),
        component_es=x * (factors.es * slope - drift),
        marginal_var=factors.var * slope - drift,
        stand_alone_var=factors.var * root * np.abs(x) * np.sqrt(np.maximum(own, 0.0)) - x * drift,
        incremental_var=var - (factors.var * root * np.sqrt(left_variance) - (expected - x * drift)),
    )


def normal_risk(pnl: ArrayLike, level: float, *, dof: float | None = None) -> TailFactors:
    """Return VaR and expected shortfall of a normal (or t) distribution with the sample's mean and deviation.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L scenarios, EUR.
    level : float
        Confidence c in (0, 1).
    dof : float, optional
        Degrees of freedom of Student's t, above 2; normal by default.

    Returns
    -------
    TailFactors
        Losses in EUR, with moments of divisor n.

    Raises
    ------
    InsufficientHistory
        Fewer than four scenarios.
    SeriesHasNaN, BadParameter
        A value is missing, or the level is not in (0, 1).

    References
    ----------
    McNeil, Frey and Embrechts (2015), Quantitative Risk Management, 2nd ed., section 2.3.
    """
    found, factors = sample_moments(pnl), tail_factors(level, dof=dof)
    return TailFactors(factors.var * found.sd - found.mean, factors.es * found.sd - found.mean)


def modified_risk(pnl: ArrayLike, level: float) -> CornishFisher:
    """Return VaR and expected shortfall by the Cornish-Fisher expansion of the sample's moments.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L scenarios, EUR.
    level : float
        Confidence c in (0, 1).

    Returns
    -------
    CornishFisher
        Losses in EUR, and whether the expansion is monotone: if not, show the sample's own quantile.

    Raises
    ------
    InsufficientHistory
        Fewer than four scenarios.
    SeriesHasNaN, BadParameter
        A value is missing, or the level is not in (0, 1).

    References
    ----------
    Favre and Galeano (2002), "Mean-modified value-at-risk optimization with hedge funds", J. Alternative Investments 5.
    """
    return cornish_fisher(sample_moments(pnl), level)


def _vectors(exposures: ArrayLike, mean: ArrayLike | None) -> tuple[FloatArray1D, FloatArray1D]:
    x = as_pnl(exposures)
    if x.ndim != 1:
        raise LengthMismatch(f"Exposures are one number a factor, not shape {x.shape}.", shape=x.shape)
    drift = np.zeros(len(x)) if mean is None else as_pnl(mean)
    if drift.shape != x.shape:
        raise LengthMismatch(
            f"There are {len(x)} exposures but means of shape {drift.shape}.",
            first=len(x),
            second=drift.shape,
        )
    return x, drift
