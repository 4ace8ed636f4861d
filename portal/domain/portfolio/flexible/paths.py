"""Simulated spots: any number of mean-reverting factors on top of the forward curve, exact at every date.

``S_k = F_k exp(sum_i X_i - Var / 2)`` with ``dX_i = -kappa_i X_i dt + sigma_i dW_i``: one factor is the model of the
marks; two with one speed at zero is Schwartz and Smith (2000) about its own forward curve; one with speed zero is a
lognormal price.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D, FloatLike1D
from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.portfolio.flexible.terms import Prices, check_amount


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class FactorModel:
    """Factors of the log spot; build it with ``factor_model``.

    Attributes
    ----------
    kappa, sigma : ndarray of shape (d,)
        Speed of mean reversion per year and annual volatility of each factor.
    correlation : ndarray of shape (d, d)
        Of their increments.
    """

    kappa: FloatArray1D
    sigma: FloatArray1D
    correlation: FloatArray2D

    def covariance(self, years: float) -> FloatArray2D:
        """Covariance of the factors after some time from known values.

        Parameters
        ----------
        years : float
            Time; at or below zero nothing has moved.

        Returns
        -------
        ndarray of shape (d, d)
            ``rho sigma_i sigma_j (1 - exp(-(kappa_i + kappa_j) t)) / (kappa_i + kappa_j)``.
        """
        speed, t = self.kappa[:, None] + self.kappa, max(years, 0.0)
        slow = speed * t < 1e-10
        span = np.where(slow, t, -np.expm1(-speed * t) / np.where(slow, 1.0, speed))
        covariance: FloatArray2D = self.correlation * np.outer(self.sigma, self.sigma) * span
        return covariance


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Paths:
    """Scenarios of all periods.

    Attributes
    ----------
    spot : ndarray of shape (n, m)
        Price of each period.
    factors : ndarray of shape (n, m, d)
        Factors behind it, in standard deviations of their period; empty (d = 0) for prices given from elsewhere.
    variance : ndarray of shape (m,), optional
        Of the logarithm of the spot of each period, where it is known.
    """

    spot: FloatArray2D
    factors: FloatArray
    variance: FloatArray1D | None = None


def factor_model(
    kappa: FloatLike1D | float,
    sigma: FloatLike1D | float,
    correlation: Sequence[Sequence[float]] | None = None,
) -> FactorModel:
    """Check the parameters of a factor model.

    Parameters
    ----------
    kappa, sigma : float or array_like of shape (d,)
        Speed of mean reversion per year (at least 0) and annual volatility (decimal) of each factor.
    correlation : array_like of shape (d, d), optional
        Of their increments; by default none.

    Returns
    -------
    FactorModel
        The model.

    Raises
    ------
    LengthMismatch
        The shapes do not fit.
    BadParameter
        A number is out of its range, or the correlation is none.
    """
    speeds, vols = np.atleast_1d(np.asarray(kappa, np.float64)), np.atleast_1d(np.asarray(sigma, np.float64))
    matrix = np.eye(len(speeds)) if correlation is None else np.asarray(correlation, dtype=np.float64)
    if speeds.ndim != 1 or speeds.shape != vols.shape or matrix.shape != (len(speeds), len(speeds)):
        raise LengthMismatch(
            f"A factor model needs a speed, a volatility and a row of correlations for each factor; given are "
            f"{speeds.size}, {vols.size} and {len(matrix)}.",
            kappa=speeds.size,
            sigma=vols.size,
        )
    for speed, vol in zip(speeds, vols, strict=True):
        check_amount(speed, "kappa", "speed of mean reversion")
        check_amount(vol, "sigma", "volatility of a factor")
    proper = np.allclose(matrix, matrix.T) and np.allclose(np.diag(matrix), 1.0)
    if not (proper and np.linalg.eigvalsh(matrix)[0] > -1e-10):
        raise BadParameter(
            "The correlation of the factors must be symmetric, with ones on its diagonal, and positive semidefinite.",
            name="correlation",
            value=matrix.tolist(),
        )
    return FactorModel(speeds, vols, matrix)


class Simulator:
    """Scenarios of one model at the dates of one curve.

    Parameters
    ----------
    model : FactorModel
        The factors.
    prices : Prices
        Forwards and times; known prices (times at or below zero) do not move.
    """

    def __init__(self, model: FactorModel, prices: Prices) -> None:
        self.prices = prices
        times = np.maximum(prices.times_years, 0.0)
        spans = np.diff(times, prepend=0.0)
        self.decay = np.exp(-np.outer(spans, model.kappa))
        self.roots = np.array([_root(model.covariance(span)) for span in spans])
        totals = np.array([model.covariance(t) for t in times])
        self.sd = np.sqrt(np.diagonal(totals, axis1=1, axis2=2))
        self.variance = totals.sum(axis=(1, 2))

    @property
    def dimension(self) -> int:
        """Number of factors."""
        return int(self.decay.shape[1])

    def simulate(self, count: int, rng: np.random.Generator) -> Paths:
        """Draw antithetic paths.

        Parameters
        ----------
        count : int
            Number of paths, even: path ``i + count / 2`` mirrors path ``i``.
        rng : Generator
            Source of chance.

        Returns
        -------
        Paths
            Spots and standardised factors.
        """
        m, d = self.decay.shape
        half = rng.standard_normal((count // 2, m, d))
        shocks = np.concatenate([half, -half])
        raw = np.empty((len(shocks), m, d))
        state = np.zeros((len(shocks), d))
        for k in range(m):
            state = state * self.decay[k] + shocks[:, k] @ self.roots[k].T
            raw[:, k] = state
        spot = self.prices.forward * np.exp(raw.sum(axis=2) - 0.5 * self.variance)
        return Paths(spot, raw / np.where(self.sd > 0.0, self.sd, 1.0), self.variance)

    def branch(self, k: int, factors: FloatArray2D, shocks: FloatArray) -> tuple[FloatArray1D, FloatArray2D]:
        """One step from given states into period ``k``.

        Parameters
        ----------
        k : int
            Period of arrival, at least 1.
        factors : ndarray of shape (n, d)
            Standardised factors in period ``k - 1``.
        shocks : ndarray of shape (n, b, d)
            Standard normal draws.

        Returns
        -------
        tuple
            Spots (n * b,) and standardised factors (n * b, d) in period ``k``.
        """
        raw = (factors * self.sd[k - 1] * self.decay[k])[:, None, :] + shocks @ self.roots[k].T
        raw = raw.reshape(-1, self.dimension)
        spot: FloatArray1D = self.prices.forward[k] * np.exp(raw.sum(axis=1) - 0.5 * self.variance[k])
        return spot, raw / np.where(self.sd[k] > 0.0, self.sd[k], 1.0)


def _root(covariance: FloatArray2D) -> FloatArray2D:
    """A square root that exists for singular matrices too: perfect correlation, or no time."""
    values, vectors = np.linalg.eigh(covariance)
    root: FloatArray2D = vectors * np.sqrt(np.maximum(values, 0.0))
    return root
