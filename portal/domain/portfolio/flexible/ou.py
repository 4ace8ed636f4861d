"""The one factor behind storage and swing: a mean-reverting deviation of the log spot from the forward curve.

``S_k = F_k exp(X_k - Var X_k / 2)`` with ``dX = -kappa X dt + sigma dW`` and ``X = 0`` on the valuation date, so the
model meets every quoted forward whatever ``kappa`` and ``sigma`` are. All expectations are taken in the standardised
factor ``z = X / sd(X)``, whose grid and transitions do not depend on ``sigma``: the operators of a contract are built
once and serve its value, its vega and every scenario of prices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D, FloatLike1D
from portal.domain.market.errors import BadParameter

GRID_EDGE = 5.5  # standard deviations; 4e-8 of the mass is outside, where values go on as straight lines
WIDTH_STEP = (
    0.5  # up to which the width of the price is rounded, so that bumped volatilities share their grid
)
GRIDS_KEPT, KEPT_PERIODS = 32, 120  # contracts by the day have too many matrices to keep together
ROUNDED = 14  # decimals of a step's correlation, so that contracts with other first months share it
OPERATORS_KEPT, KEPT_NODES = 1024, 100  # matrices, 33 kB each for 64 nodes; finer ones are not kept


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class FactorGrid:
    """Nodes of the standardised factor and what leads from one period to the next.

    Attributes
    ----------
    nodes : ndarray of shape (n,)
        Values of ``z``, equally spaced.
    start : ndarray of shape (n,)
        Weights of the first period: ``start @ f`` is the expectation of ``f(z_0)`` today.
    steps : sequence of ndarray of shape (n, n)
        One for each of the ``m - 1`` steps: ``steps[k] @ f`` is the expectation of ``f(z_{k+1})`` given ``z_k``, at
        each node of ``z_k``.
    spread : ndarray of shape (m,)
        Standard deviation of ``X_k`` per unit of ``sigma``, in sqrt(years).
    """

    nodes: FloatArray1D
    start: FloatArray1D
    steps: Sequence[FloatArray2D]
    spread: FloatArray1D

    def growth(self, sigma: float) -> FloatArray2D:
        """Spot over forward at every node.

        Parameters
        ----------
        sigma : float
            Annual volatility of the factor, decimal.

        Returns
        -------
        ndarray of shape (m, n)
            ``exp(sd z - sd^2 / 2)``.
        """
        sd = sigma * self.spread[:, None]
        growth: FloatArray2D = np.exp(sd * self.nodes - 0.5 * sd**2)
        return growth

    def growth_slope(self, sigma: float) -> FloatArray2D:
        """Derivative of the logarithm of ``growth`` by ``sigma``, in sqrt(years).

        Parameters
        ----------
        sigma : float
            Annual volatility of the factor, decimal.

        Returns
        -------
        ndarray of shape (m, n)
            ``spread (z - sigma spread)``.
        """
        slope: FloatArray2D = self.spread[:, None] * (self.nodes - sigma * self.spread[:, None])
        return slope


def ou_variance(years: FloatLike1D | float, kappa: float, sigma: float = 1.0) -> FloatArray:
    """Variance of the factor after some time from a known value.

    Parameters
    ----------
    years : array_like
        Time, act/365F; at or below zero the value is known and the variance zero.
    kappa : float
        Speed of mean reversion per year; 0 is Brownian motion.
    sigma : float, default 1.0
        Annual volatility, decimal.

    Returns
    -------
    ndarray
        ``sigma^2 (1 - exp(-2 kappa t)) / (2 kappa)``.
    """
    t = np.maximum(np.asarray(years, dtype=np.float64), 0.0)
    if kappa < 1e-8:  # below it the limit of Brownian motion is right to rounding
        return np.asarray(sigma**2 * t)
    return np.asarray(-(sigma**2) * np.expm1(-2.0 * kappa * t) / (2.0 * kappa))


def ou_forward_curve(
    log_spot: float,
    log_level: float,
    years: FloatLike1D,
    *,
    kappa: float,
    sigma: float,
    season: FloatLike1D = (1.0,),
) -> FloatArray1D:
    """Forward prices of a spot ``season exp(X)`` with ``dX = kappa (level - X) dt + sigma dW``.

    Parameters
    ----------
    log_spot, log_level : float
        Logarithm of the spot today (without season) and the level it reverts to under the pricing measure.
    years : array_like of shape (m,)
        Times to delivery, act/365F.
    kappa, sigma : float
        Speed of mean reversion per year and annual volatility, decimal.
    season : array_like of shape (m,) or (1,)
        Factor on the price of each period.

    Returns
    -------
    ndarray of shape (m,)
        ``season_k exp(level + (spot - level) exp(-kappa t) + Var / 2)``.

    References
    ----------
    Schwartz (1997), The stochastic behavior of commodity prices, Journal of Finance 52(3), model 1.
    """
    t = np.asarray(years, dtype=np.float64)
    mean = log_level + (log_spot - log_level) * np.exp(-kappa * t)
    curve: FloatArray1D = np.asarray(season, dtype=np.float64) * np.exp(
        mean + 0.5 * ou_variance(t, kappa, sigma)
    )
    return curve


def factor_grid(times_years: FloatLike1D, kappa: float, nodes: int, sigma: float = 0.0) -> FactorGrid:
    """Nodes and exact Gaussian transition operators for the exercise times of a contract.

    Between nodes a function is a straight line, whose Gaussian integral is closed; the curvature that straight lines
    add on average (``h^2 f'' / 12``) is taken out again, so that smooth functions are integrated to fourth order.

    Parameters
    ----------
    times_years : array_like of shape (m,)
        Exercise times from the valuation date, rising; times at or below zero are known prices.
    kappa : float
        Speed of mean reversion per year, at least 0.
    nodes : int
        Number of nodes within 5.5 standard deviations, at least 9.
    sigma : float, default 0.0
        Annual volatility. Where the price is wide the grid reaches as much further up as the mass that is weighed with
        the price does, and beyond a standard deviation of 1 its nodes stand as much closer.

    Returns
    -------
    FactorGrid
        Kept for the next contract with the same times and speed.

    Raises
    ------
    BadParameter
        Too few nodes or a negative speed.
    """
    if nodes < 9:
        raise BadParameter(f"The grid needs at least 9 nodes, not {nodes}.", name="nodes", value=nodes)
    if not (np.isfinite(kappa) and kappa >= 0.0):
        raise BadParameter(
            f"The speed of mean reversion must be a number of at least 0 per year, not {kappa:g}.",
            name="kappa",
            value=kappa,
        )
    times = np.maximum(np.asarray(times_years, dtype=np.float64), 0.0)
    widest = sigma * float(np.sqrt(ou_variance(times, kappa).max()))
    build = _kept_grid if len(times) <= KEPT_PERIODS else _kept_grid.__wrapped__
    return build(times.tobytes(), float(kappa), int(nodes), int(np.ceil(widest / WIDTH_STEP)))


@lru_cache(maxsize=GRIDS_KEPT)
def _kept_grid(times_bytes: bytes, kappa: float, nodes: int, width_steps: int) -> FactorGrid:
    times, z = np.frombuffer(times_bytes, dtype=np.float64), _kept_nodes(nodes, width_steps)
    variance = ou_variance(times, kappa)
    with np.errstate(
        invalid="ignore", divide="ignore"
    ):  # a known price (variance 0) forgets and is forgotten
        ratio = np.sqrt(variance[:-1] / variance[1:]) * np.exp(-kappa * np.diff(times))
    correlation = np.clip(np.nan_to_num(ratio, nan=0.0, posinf=0.0), 0.0, 1.0)
    correlation = np.round(
        correlation, ROUNDED
    )  # the last digit of numpy's exp depends on the place in the array
    build = _kept_step if len(z) <= KEPT_NODES else _kept_step.__wrapped__
    steps = tuple(build(nodes, width_steps, rho) for rho in correlation.tolist())
    return FactorGrid(z, _kept_start(nodes, width_steps), steps, np.sqrt(variance))


@lru_cache(maxsize=GRIDS_KEPT)
def _kept_nodes(nodes: int, width_steps: int) -> FloatArray1D:
    width = width_steps * WIDTH_STEP
    h = 2.0 * GRID_EDGE / (nodes - 1) / max(width, 1.0)
    z: FloatArray1D = -GRID_EDGE + h * np.arange(1.0 + np.ceil((2.0 * GRID_EDGE + width) / h - 1e-9))
    z.setflags(write=False)
    return z


@lru_cache(maxsize=GRIDS_KEPT)
def _kept_start(nodes: int, width_steps: int) -> FloatArray1D:
    start: FloatArray1D = transition_operator(_kept_nodes(nodes, width_steps), np.zeros(1), 1.0)[0]
    start.setflags(write=False)
    return start


@lru_cache(maxsize=OPERATORS_KEPT)
def _kept_step(nodes: int, width_steps: int, rho: float) -> FloatArray2D:
    """One step of the factor by its correlation: contracts over the same months share it on a day."""
    z = _kept_nodes(nodes, width_steps)
    step = transition_operator(z, rho * z, float(np.sqrt(max(1.0 - rho**2, 0.0))))
    step.setflags(write=False)
    return step


def transition_operator(nodes: FloatArray1D, means: FloatArray1D, sd: float) -> FloatArray2D:
    """Expectation of a function given at equally spaced nodes, under normal laws of one standard deviation.

    Parameters
    ----------
    nodes : ndarray of shape (n,)
        Where the function is known; beyond the ends it goes on as a straight line.
    means : ndarray of shape (p,)
        Means of the normal laws.
    sd : float
        Their standard deviation; 0 interpolates.

    Returns
    -------
    ndarray of shape (p, n)
        Rows of weights; each sums to 1 and reproduces straight lines exactly.
    """
    from scipy.special import ndtr

    h, n = nodes[1] - nodes[0], len(nodes)
    u = means[:, None] - nodes[None, 1:-1]
    if sd > 0.0:
        d = u / sd
        hinge = u * ndtr(d) + sd * np.exp(-0.5 * d * d) / np.sqrt(2.0 * np.pi)  # E max(mean + sd Z - node, 0)
    else:
        hinge = np.maximum(u, 0.0)
    hinge /= h
    weights = np.zeros((len(means), n))
    offset = (means - nodes[0]) / h
    weights[:, 0] += 1.0 - offset
    weights[:, 1] += offset
    _add_second_differences(weights, hinge)
    if sd > 0.0:
        _add_second_differences(weights, -weights[:, 1:-1] / 12.0)
    return weights


def _add_second_differences(weights: FloatArray2D, factors: FloatArray2D) -> None:
    """Add ``factors`` times the second difference of the function at the inner nodes, in place."""
    weights[:, :-2] += factors
    weights[:, 1:-1] -= 2.0 * factors
    weights[:, 2:] += factors
