"""Kelly sizes: the bet, the single asset and the portfolio that grow wealth fastest, whole or a fraction of it.

API: ``kelly_bet(p, odds)``, ``kelly_asset(mu, sigma, rate)``, ``kelly_portfolio(excess_mean, covariance, ...)``.

Means are the weakest input of all: half of Kelly keeps three quarters of the growth at half of the volatility, and
twice Kelly grows no faster than cash.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import as_vector, require_complete
from portal.domain.risk.backtests.base import check_probability
from portal.domain.risk.sizing.caps import Cap, Sized, scale_within, within
from portal.domain.risk.sizing.covariances import as_invertible, portfolio_volatility


@dataclass(frozen=True)
class KellyBet:
    """The bet of a gamble that is repeated.

    Attributes
    ----------
    fraction : float
        Share of wealth to bet; 0 where the odds are against it.
    growth : float
        Expected growth of log wealth a bet.
    """

    fraction: float
    growth: float


@dataclass(frozen=True)
class KellyAsset:
    """The share of wealth in one asset, the rest in cash.

    Attributes
    ----------
    fraction : float
        Full Kelly, signed, in multiples of wealth.
    growth : float
        Growth rate of wealth there, a year.
    volatility : float
        Of wealth there, a year.
    mean, sigma, rate : float
        What it was made of.
    """

    fraction: float
    growth: float
    volatility: float
    mean: float
    sigma: float
    rate: float

    def growth_at(self, multiple: float) -> float:
        """Growth rate at a multiple of full Kelly.

        Parameters
        ----------
        multiple : float
            Such as 0.5 for half Kelly.

        Returns
        -------
        float
            Growth rate of wealth a year.
        """
        share = multiple * self.fraction
        return self.rate + share * (self.mean - self.rate) - 0.5 * share * share * self.sigma**2

    def sized(self, multiple: float, caps: Sequence[Cap] = ()) -> Sized:
        """A fraction of Kelly within limits.

        Parameters
        ----------
        multiple : float
            Such as 0.5 for half Kelly, 0 or more.
        caps : sequence of Cap
            Limits in multiples of wealth.

        Returns
        -------
        Sized
            Multiple of wealth to hold.
        """
        return within(multiple * self.fraction, caps)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class KellyPortfolio:
    """Multiples of wealth in several assets.

    Attributes
    ----------
    weights : ndarray of shape (k,)
        After the fraction and all limits.
    growth : float
        Expected excess growth of wealth at these weights.
    volatility : float
        Of wealth at these weights.
    binding : tuple of str
        Limits that bind: ``asset 2 at its most`` and names of caps.
    """

    weights: FloatArray1D
    growth: float
    volatility: float
    binding: tuple[str, ...]


def kelly_bet(p: float, odds: float) -> KellyBet:
    """The share of wealth to bet at fixed odds.

    Parameters
    ----------
    p : float
        Probability of winning, in (0, 1).
    odds : float
        Won for each unit bet, above 0; 1 is even money.

    Returns
    -------
    KellyBet
        Share and growth; 0 and 0 where the bet is not worth it.

    Raises
    ------
    BadParameter
        ``p`` outside (0, 1), or ``odds`` not above 0.

    References
    ----------
    Kelly (1956), "A new interpretation of information rate", Bell System Technical Journal 35(4).

    Examples
    --------
    >>> round(kelly_bet(0.6, 1.0).fraction, 12)
    0.2
    """
    check_probability(p, "probability of winning")
    if not odds > 0.0:
        raise BadParameter(f"The odds must be above 0, not {odds:g}.", name="odds", value=odds)
    fraction = max(p - (1.0 - p) / odds, 0.0)
    growth = p * np.log1p(fraction * odds) + (1.0 - p) * np.log1p(-fraction)
    return KellyBet(fraction, float(growth))


def kelly_asset(mean: float, sigma: float, rate: float = 0.0) -> KellyAsset:
    """The multiple of wealth in one asset that grows fastest.

    Parameters
    ----------
    mean : float
        Expected return a year, decimal.
    sigma : float
        Volatility a year, decimal, above 0.
    rate : float, default 0
        Return of cash a year.

    Returns
    -------
    KellyAsset
        ``(mean - rate) / sigma^2`` with its growth.

    Raises
    ------
    BadParameter
        ``sigma`` is not above 0.

    References
    ----------
    Thorp (2006), "The Kelly criterion in blackjack, sports betting and the stock market", section 7.

    Examples
    --------
    >>> round(kelly_asset(0.11, 0.15, 0.06).fraction, 4)
    2.2222
    """
    if not sigma > 0.0:
        raise BadParameter(f"The volatility must be above 0, not {sigma:g}.", name="sigma", value=sigma)
    fraction = (mean - rate) / sigma**2
    growth = rate + 0.5 * ((mean - rate) / sigma) ** 2
    return KellyAsset(fraction, growth, abs(fraction) * sigma, mean, sigma, rate)


def kelly_portfolio(
    excess_mean: ArrayLike,
    covariance: ArrayLike,
    *,
    fraction: float = 1.0,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    gross: Cap | None = None,
    volatility: Cap | None = None,
) -> KellyPortfolio:
    """Multiples of wealth in several assets that grow fastest, as a fraction and within limits.

    Parameters
    ----------
    excess_mean : array_like of shape (k,)
        Expected returns less cash, decimal, over one period.
    covariance : array_like of shape (k, k)
        Of the returns over the same period.
    fraction : float, default 1
        Share of full Kelly, above 0. Bounds apply to what is held, after the fraction.
    lower, upper : array_like of shape (k,), optional
        Least and most of each asset, ``lower`` at most 0 and ``upper`` at least 0; the best weights inside them are
        found exactly.
    gross : Cap, optional
        On the sum of sizes; scales all down together.
    volatility : Cap, optional
        On the volatility of wealth; scales all down together.

    Returns
    -------
    KellyPortfolio
        Weights, growth and volatility.

    Raises
    ------
    BadParameter
        The fraction is not above 0, or bounds do not hold 0 between them.
    LengthMismatch
        Means, covariance or bounds differ in size.
    SeriesHasNaN
        A number is missing.
    NotPositiveSemidefinite
        The covariance has no inverse.

    References
    ----------
    Merton (1969), "Lifetime portfolio selection under uncertainty", Review of Economics and Statistics 51(3).
    """
    mean = as_vector(np.asarray(excess_mean, dtype=np.float64), "mean returns")
    require_complete(mean, "mean returns")
    cov = as_invertible(covariance, len(mean))
    if not fraction > 0.0:
        raise BadParameter(
            f"The fraction of Kelly must be above 0, not {fraction:g}.", name="fraction", value=fraction
        )
    low = np.broadcast_to(np.asarray(-np.inf if lower is None else lower, dtype=np.float64), mean.shape)
    high = np.broadcast_to(np.asarray(np.inf if upper is None else upper, dtype=np.float64), mean.shape)
    if not (np.all(low <= 0.0) and np.all(high >= 0.0)):
        raise BadParameter(
            "Bounds of weights must have 0 between them, so that nothing can be held.", name="bounds"
        )
    weights = _best(fraction * mean, cov, low, high)
    binding = [
        f"asset {i + 1} at its {word}"
        for word, bound in (("least", low), ("most", high))
        for i in np.flatnonzero(np.isfinite(bound) & (weights == bound)).tolist()
    ]
    used = [
        (cap, use)
        for cap, use in (
            (gross, float(np.abs(weights).sum())),
            (volatility, portfolio_volatility(weights, cov)),
        )
        if cap is not None
    ]
    weights, whole = scale_within(weights, used)
    risk = portfolio_volatility(weights, cov)
    return KellyPortfolio(
        weights,
        float(mean @ weights - 0.5 * risk * risk),
        risk,
        (*binding, *([] if whole is None else [whole])),
    )


def _best(mean: FloatArray1D, cov: FloatArray2D, low: FloatArray1D, high: FloatArray1D) -> FloatArray1D:
    """Weights with the most growth between bounds: a least-squares problem in the root of the covariance."""
    free = np.linalg.solve(cov, mean)
    if np.all(free >= low) and np.all(free <= high):
        return np.asarray(free, dtype=np.float64)
    held = low == high  # of 0, and the solver wants room between bounds
    root = np.linalg.cholesky(cov)
    target = np.linalg.solve(root, mean)
    weights = np.zeros(len(mean))
    if not held.all():
        from scipy.optimize import lsq_linear  # a second to import: not before the first run

        solved = lsq_linear(
            root.T[:, ~held], target, bounds=(low[~held], high[~held]), method="bvls", tol=1e-14
        ).x
        weights[~held] = np.clip(solved, low[~held], high[~held])
    return weights
