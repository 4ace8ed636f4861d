"""Schwartz's one-factor model of a mean-reverting spot, and Gibson-Schwartz's two factors, spot and convenience yield.

API: ``OneFactor`` and ``TwoFactor`` (parameters), with ``one_factor_futures``, ``one_factor_vol``,
``two_factor_futures``, ``two_factor_vol``. Maturities are in years, rates continuous, volatilities annual decimals.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.market.errors import BadParameter


@dataclass(frozen=True)
class OneFactor:
    """Parameters of dS = kappa (mu - ln S) S dt + sigma S dz.

    Attributes
    ----------
    kappa : float
        Speed of mean reversion, per year, positive.
    mu : float
        Level that ln S returns to, before the convexity term.
    sigma : float
        Volatility of the spot, not negative.
    market_price_of_risk : float, default 0
        Constant, taken off the level under the pricing measure.
    """

    kappa: float
    mu: float
    sigma: float
    market_price_of_risk: float = 0.0

    def __post_init__(self) -> None:
        _check(self.kappa, self.sigma)

    @property
    def alpha(self) -> float:
        """Mean of ln S in the long run."""
        return self.mu - self.sigma**2 / (2.0 * self.kappa)

    @property
    def alpha_star(self) -> float:
        """The same under the pricing measure."""
        return self.alpha - self.market_price_of_risk


@dataclass(frozen=True)
class TwoFactor:
    """Parameters of dS = (mu - delta) S dt + sigma1 S dz1, d delta = kappa (alpha - delta) dt + sigma2 dz2.

    Attributes
    ----------
    r : float
        Rate, continuous.
    kappa, alpha : float
        Speed (positive) and level of the convenience yield.
    market_price_of_risk : float
        Of the convenience yield, per year.
    sigma1, sigma2, rho : float
        Volatility of the spot and of the yield, and the correlation of the two.
    """

    r: float
    kappa: float
    alpha: float
    market_price_of_risk: float
    sigma1: float
    sigma2: float
    rho: float

    def __post_init__(self) -> None:
        _check(self.kappa, self.sigma1, self.sigma2, self.rho)


def one_factor_futures(spot: ArrayLike, maturities: ArrayLike, params: OneFactor) -> FloatArray:
    """Futures prices of the one-factor model.

    Parameters
    ----------
    spot : array_like
        Spot price, positive; broadcasts with ``maturities``.
    maturities : array_like
        Years to delivery.
    params : OneFactor
        Parameters.

    Returns
    -------
    ndarray
        In the unit of the spot.

    References
    ----------
    Schwartz (1997), "The stochastic behavior of commodity prices", J. Finance 52, equation (7).
    """
    years = np.asarray(maturities, np.float64)
    kept = np.exp(-params.kappa * years)
    convexity = -(params.sigma**2) / (4.0 * params.kappa) * np.expm1(-2.0 * params.kappa * years)
    level = -np.expm1(-params.kappa * years) * params.alpha_star
    return np.asarray(np.exp(kept * np.log(np.asarray(spot, np.float64)) + level + convexity))


def one_factor_vol(maturities: ArrayLike, params: OneFactor) -> FloatArray:
    """Instantaneous volatility of futures in the one-factor model.

    Parameters
    ----------
    maturities : array_like
        Years to delivery.
    params : OneFactor
        Parameters.

    Returns
    -------
    ndarray
        ``sigma exp(-kappa T)``: falls to zero far out, which is why the model suits short horizons only.
    """
    return np.asarray(params.sigma * np.exp(-params.kappa * np.asarray(maturities, np.float64)))


def two_factor_futures(
    spot: ArrayLike, convenience_yield: ArrayLike, maturities: ArrayLike, params: TwoFactor
) -> FloatArray:
    """Futures prices of the two-factor model.

    Parameters
    ----------
    spot, convenience_yield : array_like
        State; broadcast with ``maturities``.
    maturities : array_like
        Years to delivery.
    params : TwoFactor
        Parameters.

    Returns
    -------
    ndarray
        In the unit of the spot.

    References
    ----------
    Schwartz (1997), J. Finance 52, equations (18) to (20); Gibson and Schwartz (1990), J. Finance 45.
    """
    p, years = params, np.asarray(maturities, np.float64)
    reach = -np.expm1(-p.kappa * years) / p.kappa
    twice = -np.expm1(-2.0 * p.kappa * years) / p.kappa
    level = p.alpha - p.market_price_of_risk / p.kappa
    cross, square = p.sigma1 * p.sigma2 * p.rho, p.sigma2**2
    drift = (p.r - level + 0.5 * square / p.kappa**2 - cross / p.kappa) * years
    convexity = 0.25 * square * twice / p.kappa**2 + (level + cross / p.kappa - square / p.kappa**2) * reach
    tilt = np.asarray(convenience_yield, np.float64) * reach
    return np.asarray(np.asarray(spot, np.float64) * np.exp(drift + convexity - tilt))


def two_factor_vol(maturities: ArrayLike, params: TwoFactor) -> FloatArray:
    """Instantaneous volatility of futures in the two-factor model.

    Parameters
    ----------
    maturities : array_like
        Years to delivery.
    params : TwoFactor
        Parameters.

    Returns
    -------
    ndarray
        Annual, decimal.

    References
    ----------
    Schwartz (1997), J. Finance 52, equation (39).
    """
    p = params
    reach = -np.expm1(-p.kappa * np.asarray(maturities, np.float64)) / p.kappa
    variance = p.sigma1**2 + (p.sigma2 * reach) ** 2 - 2.0 * p.rho * p.sigma1 * p.sigma2 * reach
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _check(kappa: float, *rest: float) -> None:
    """Refuse what makes no model: the last of four is a correlation, the others are volatilities."""
    if not kappa > 0.0:
        raise BadParameter(
            f"The speed of mean reversion must be positive, not {kappa:g}.", name="kappa", value=kappa
        )
    vols = rest[:2]
    if not all(vol >= 0.0 for vol in vols):
        raise BadParameter(
            f"A volatility must not be negative; {min(vols):g} is.", name="sigma", value=min(vols)
        )
    if len(rest) > 2 and not -1.0 <= rest[2] <= 1.0:
        raise BadParameter(
            f"A correlation lies between -1 and 1, {rest[2]:g} does not.", name="rho", value=rest[2]
        )
