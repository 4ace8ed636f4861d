"""Weights with equal (or given) contributions to risk, correlations included.

API: ``equal_risk_contribution(covariance, budgets=None, cap=None)``.

The weights minimise a strictly convex function (half the variance less the budgeted logarithms), so that there is one
answer, and a damped Newton iteration that never leaves the positive side finds it to rounding, whatever it starts from.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.market.errors import BadParameter, FitFailed
from portal.domain.market.series import as_vector, require_complete, require_same_length
from portal.domain.risk.sizing.caps import cap_weights
from portal.domain.risk.sizing.covariances import as_invertible, portfolio_volatility
from portal.domain.risk.sizing.risk_parity import risk_shares

_STEPS = 200
_GOAL = 1e-14  # of the Newton decrement squared
_EXACT = 1e-10


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class RiskContributions:
    """Weights and what they bring.

    Attributes
    ----------
    weights : ndarray of shape (k,)
        Above 0, summing to 1.
    shares : ndarray of shape (k,)
        Shares of variance reached; the budgets, unless a cap binds.
    volatility : float
        Of the weights.
    capped : tuple of int
        Positions of the assets that a cap holds.
    """

    weights: FloatArray1D
    shares: FloatArray1D
    volatility: float
    capped: tuple[int, ...]


def equal_risk_contribution(
    covariance: ArrayLike, *, budgets: ArrayLike | None = None, cap: float | ArrayLike | None = None
) -> RiskContributions:
    """Weights of which every asset brings the same share of variance.

    Parameters
    ----------
    covariance : array_like of shape (k, k)
        Of returns.
    budgets : array_like of shape (k,), optional
        Shares wanted, above 0; equal by default. They are scaled to sum to 1.
    cap : float or array_like of shape (k,), optional
        Largest weight. What it cuts off is shared by the others in proportion, and shares of risk are then what
        ``shares`` says, no longer equal.

    Returns
    -------
    RiskContributions
        Weights, with shares that meet the budgets to 1e-10 where no cap binds.

    Raises
    ------
    BadParameter
        A budget is not above 0, or the caps leave less than 1.
    LengthMismatch
        Budgets and covariance differ in size.
    NotPositiveSemidefinite
        The covariance has no inverse.
    FitFailed
        The shares cannot be reached to 1e-10, as with volatilities many orders apart.

    References
    ----------
    Spinu (2013), "An algorithm for computing risk parity weights", SSRN 2297383; Maillard, Roncalli and Teiletche
    (2010), "The properties of equally weighted risk contribution portfolios", J. Portfolio Management 36(4).

    Examples
    --------
    >>> equal_risk_contribution([[0.04, 0.0], [0.0, 0.01]]).weights.round(6).tolist()
    [0.333333, 0.666667]
    """
    cov = as_invertible(covariance)
    wanted = _budgets(budgets, len(cov))
    scale = np.sqrt(np.diag(cov))
    correlation = cov / np.outer(scale, scale)
    weights = _minimum(correlation, wanted) / scale
    weights = weights / weights.sum()
    worst = float(np.max(np.abs(risk_shares(weights, cov) - wanted)))
    if not worst <= _EXACT:
        raise FitFailed(
            f"Equal contributions to risk are met only to {worst:.1g}; "
            "leave out assets that hardly move or copy others.",
            model="equal risk contribution",
        )
    capped: tuple[int, ...] = ()
    if cap is not None:
        held = cap_weights(weights, cap)
        capped = tuple(np.flatnonzero(held < weights - 1e-15).tolist())
        weights = held
    return RiskContributions(weights, risk_shares(weights, cov), portfolio_volatility(weights, cov), capped)


def _budgets(budgets: ArrayLike | None, k: int) -> FloatArray1D:
    if budgets is None:
        return np.full(k, 1.0 / k)
    wanted = as_vector(np.asarray(budgets, dtype=np.float64), "risk budgets")
    require_same_length(wanted, np.empty(k), "risk budgets and assets")
    require_complete(wanted, "risk budgets")
    bad = np.flatnonzero(wanted <= 0.0)
    if bad.size:
        raise BadParameter(
            f"The risk budget of asset {bad[0] + 1} is {wanted[bad[0]]:g}; it must be above 0. Leave out an asset that "
            "shall bring no risk.",
            name="budgets",
            value=float(wanted[bad[0]]),
        )
    return np.asarray(wanted / wanted.sum(), dtype=np.float64)


def _minimum(correlation: FloatArray2D, budgets: FloatArray1D) -> FloatArray1D:
    """Minimise half of x'Cx less the sum of b ln x over x > 0 (the function is self-concordant for scaled b)."""
    x = np.sqrt(budgets)
    x = x / np.sqrt(x @ correlation @ x)  # on the minimum along its own ray
    for _ in range(_STEPS):
        gradient = correlation @ x - budgets / x
        hessian = correlation + np.diag(budgets / x**2)
        step = np.linalg.solve(hessian, gradient)
        decrement = float(gradient @ step)
        # far out, never more than half of the way to where a weight would be lost
        reach = float(np.max(step / x))
        x = x - step * min(1.0, 0.5 / reach if reach > 0.5 else 1.0)
        if decrement < _GOAL**2 / len(x):
            break
    return np.asarray(x, dtype=np.float64)
