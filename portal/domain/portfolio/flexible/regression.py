"""Policies by regression: fitted on one set of paths, priced on fresh ones, which gives a lower bound of the value.

Realised cash flows, not fitted values, are regressed on polynomials of the spot scaled by the forward (and of the
factors, where there are several), on the paths on which there is something to decide.

References: Longstaff and Schwartz (2001), Valuing American options by simulation, Review of Financial Studies 14;
Boogert and de Jong (2008), Gas storage valuation using a Monte Carlo method, Journal of Derivatives 15(3).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, FloatLike1D
from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.portfolio.flexible.contract import Contract, DecisionT
from portal.domain.portfolio.flexible.paths import Paths

Basis = Callable[[FloatArray1D, FloatArray2D], FloatArray2D]
"""From spot over forward (n,) and standardised factors (n, d) to regressors (n, p)."""

DEGREE = 4


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Policy:
    """What was learnt: the expected value of every state as a function of the basis.

    Attributes
    ----------
    coefficients : tuple of ndarray of shape (p, states after)
        For each period but the last: value after it, in money of the period, for decisions.
    everywhere : tuple of ndarray of shape (p, states after)
        The same from all paths, for the value where there is nothing to decide; polynomials of the paths in the money
        mean nothing there.
    basis : Basis
        The regressors.
    scale : ndarray of shape (m,)
        What the spot is divided by.
    discount : ndarray of shape (m,)
        Discount factors.
    value : float
        Value on the paths it was fitted on; biased upwards.
    """

    coefficients: tuple[FloatArray2D, ...]
    everywhere: tuple[FloatArray2D, ...]
    basis: Basis
    scale: FloatArray1D
    discount: FloatArray1D
    value: float

    def ahead(
        self, k: int, spot: FloatArray1D, factors: FloatArray2D, states: int, *, everywhere: bool = False
    ) -> FloatArray2D:
        """Expected value after period ``k``.

        Parameters
        ----------
        k : int
            The period.
        spot : ndarray of shape (n,)
            Its spot.
        factors : ndarray of shape (n, d)
            Its standardised factors.
        states : int
            Number of states after it.
        everywhere : bool, default False
            By the regression on all paths.

        Returns
        -------
        ndarray of shape (n, states)
            Money of the period; zero after the last one.
        """
        if k >= len(self.coefficients):
            return np.zeros((len(spot), states))
        coefficients = self.everywhere if everywhere else self.coefficients
        fitted: FloatArray2D = self.basis(spot / self.scale[k], factors) @ coefficients[k]
        return fitted


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Estimate:
    """What a policy earns on fresh paths.

    Attributes
    ----------
    value, standard_error : float
        Discounted money.
    schedule, delta : ndarray of shape (m,)
        Expected volume sold and derivative by the forward of each period, with the policy kept.
    stretch : float
        Derivative by a common multiple of all volatilities, at 1; NaN for paths of unknown variance.
    """

    value: float
    standard_error: float
    schedule: FloatArray1D
    delta: FloatArray1D
    stretch: float


def polynomial_basis(degree: int = DEGREE, dimension: int = 1) -> Basis:
    """Polynomials to regress on.

    Parameters
    ----------
    degree : int, default 4
        Highest (total) degree, at least 1.
    dimension : int, default 1
        Factors to use: up to 1 powers of spot over forward alone, else products of the factors as well.

    Returns
    -------
    Basis
        1, s, ..., s^degree; with several factors also all their monomials that are not functions of one sum.

    Raises
    ------
    BadParameter
        A degree below 1.
    """
    if degree < 1:
        raise BadParameter(
            f"The degree of the regression must be at least 1, not {degree}.", name="degree", value=degree
        )

    def powers(ratio: FloatArray1D, factors: FloatArray2D) -> FloatArray2D:
        del factors
        return np.vander(ratio, degree + 1, increasing=True)

    def monomials(ratio: FloatArray1D, factors: FloatArray2D) -> FloatArray2D:
        levels: list[list[tuple[FloatArray1D, int]]] = [[(np.ones(len(ratio)), 0)]]
        for _ in range(
            degree
        ):  # each monomial is extended only by factors not before its last: none comes twice
            levels.append([(c * factors[:, i], i) for c, last in levels[-1] for i in range(last, dimension)])
        columns = [column for level in levels for column, _ in level]
        return np.column_stack([*columns, ratio, ratio**2])

    return powers if dimension <= 1 else monomials


def fit_policy(
    contract: Contract[DecisionT],
    paths: Paths,
    discount: FloatLike1D,
    *,
    scale: FloatLike1D | None = None,
    basis: Basis | None = None,
    bounds: bool = True,
) -> Policy:
    """Learn a policy by regression, from the last period back.

    Parameters
    ----------
    contract : Contract
        What can be decided.
    paths : Paths
        Scenarios of its periods.
    discount : array_like of shape (m,)
        Discount factor to each period.
    scale : array_like of shape (m,), optional
        Forwards by which the spot is divided; by default the mean of the paths.
    basis : Basis, optional
        Regressors; by default ``polynomial_basis``.
    bounds : bool, default True
        Whether the policy will pay for an upper bound, which takes a second regression on all paths.

    Returns
    -------
    Policy
        Coefficients of every period but the last.

    Raises
    ------
    LengthMismatch
        Paths or discount factors do not have the contract's periods.
    """
    factors, m = np.asarray(discount, dtype=np.float64), contract.periods
    if paths.spot.ndim != 2 or paths.spot.shape[1] != m or factors.shape != (m,):
        raise LengthMismatch(
            f"The contract has {m} periods; the paths have the shape {paths.spot.shape} and there are "
            f"{factors.size} discount factors.",
            periods=m,
        )
    divisor = paths.spot.mean(axis=0) if scale is None else np.asarray(scale, dtype=np.float64)
    chosen = basis or polynomial_basis(dimension=paths.factors.shape[2])
    coefficients: list[FloatArray2D] = []
    everywhere: list[FloatArray2D] = []
    realised = np.zeros((len(paths.spot), contract.states(m)))
    for k in range(m - 1, -1, -1):
        spot = paths.spot[:, k]
        expected = realised
        if k < m - 1:
            realised = realised * (factors[k + 1] / factors[k])
            regressors = chosen(spot / divisor[k], paths.factors[:, k])
            rows = contract.decisive(k, spot)
            coefficients.append(_regress(regressors, realised, rows))
            single = rows is None or not bounds
            everywhere.append(coefficients[-1] if single else _regress(regressors, realised, None))
            expected = regressors @ coefficients[-1]
        realised = contract.collect(k, spot, contract.choose(k, spot, expected), realised)
    value = float(factors[0] * realised[:, 0].mean())
    return Policy(tuple(coefficients[::-1]), tuple(everywhere[::-1]), chosen, divisor, factors, value)


def _regress(regressors: FloatArray2D, realised: FloatArray2D, rows: BoolArray1D | None) -> FloatArray2D:
    """Least squares on the paths where there is something to decide; all when these are too few to tell."""
    if rows is not None and rows.sum() > regressors.shape[1]:
        regressors, realised = regressors[rows], realised[rows]
    return np.asarray(np.linalg.lstsq(regressors, realised, rcond=1e-12)[0], dtype=np.float64)


def price_policy(
    contract: Contract[DecisionT],
    policy: Policy,
    paths: Paths,
    *,
    antithetic: bool = True,
    controlled: bool = True,
) -> Estimate:
    """Follow a policy on paths that it has not seen: a lower bound of the value.

    Parameters
    ----------
    contract : Contract
        What can be decided.
    policy : Policy
        What was learnt.
    paths : Paths
        Fresh scenarios.
    antithetic : bool, default True
        Whether the second half mirrors the first; pairs then count once in the standard error.
    controlled : bool, default True
        Whether the paths' own luck, known from their forwards and variances, is taken out; needs simulated factors.

    Returns
    -------
    Estimate
        Mean, standard error, expected volumes and deltas with the policy kept.
    """
    n, m = paths.spot.shape
    weight, earned = np.ones((n, 1)), np.zeros(n)
    schedule, delta, stretched = np.zeros(m), np.zeros(m), np.zeros(n)
    for k in range(m):
        spot = paths.spot[:, k]
        ahead = policy.ahead(k, spot, paths.factors[:, k], contract.states(k + 1))
        weight, volume, costs = contract.carry(k, contract.choose(k, spot, ahead), weight)
        earned += policy.discount[k] * (volume * spot - costs)
        schedule[k] = volume.mean()
        if paths.variance is not None:
            slope = np.log(spot / policy.scale[k]) - 0.5 * paths.variance[k]
            stretched += policy.discount[k] * volume * spot * slope
        delta[k] = policy.discount[k] * float((volume * spot).mean()) / policy.scale[k]
    controls = _luck(paths, policy.scale) if controlled and paths.factors.shape[2] else np.empty((n, 0))
    samples = np.column_stack([earned, stretched, controls])
    if antithetic:
        samples = 0.5 * (samples[: n // 2] + samples[n // 2 :])
    value, error = _mean_without_luck(samples[:, 0], samples[:, 2:])
    stretch = float("nan")
    if paths.variance is not None:
        stretch, _ = _mean_without_luck(samples[:, 1], samples[:, 2:])
    return Estimate(value, error, schedule, delta, stretch)


def _luck(paths: Paths, forward: FloatArray1D) -> FloatArray2D:
    """Quantities of each path whose mean is known to be zero: spots less forwards, squares of factors less one."""
    moving = paths.factors.any(axis=(0, 2))
    squares = paths.factors[:, moving] ** 2 - 1.0
    return np.column_stack([(paths.spot / forward - 1.0)[:, moving], squares.reshape(len(squares), -1)])


def _mean_without_luck(earned: FloatArray1D, controls: FloatArray2D) -> tuple[float, float]:
    """Mean and standard error after regression on the controls, each half by the other's so that no bias arises."""
    n, half = len(earned), len(earned) // 2
    if n < 2:
        return float(earned.mean()), float("nan")
    left = earned.astype(np.float64)
    if half > 4 * controls.shape[1] > 0:
        for here, other in ((slice(0, half), slice(half, n)), (slice(half, n), slice(0, half))):
            centred = earned[other] - earned[other].mean()
            left[here] = (
                earned[here] - controls[here] @ np.linalg.lstsq(controls[other], centred, rcond=1e-10)[0]
            )
    return float(left.mean()), float(left.std(ddof=1) / np.sqrt(n))


def volumes_taken(contract: Contract[DecisionT], policy: Policy, paths: Paths) -> FloatArray2D:
    """Volume that each path takes in each period under a policy.

    Parameters
    ----------
    contract : Contract
        What can be decided.
    policy : Policy
        What was learnt.
    paths : Paths
        Scenarios.

    Returns
    -------
    ndarray of shape (n, m)
        Volume; for an American option 1 (call) or -1 (put) in the period in which it is used.
    """
    taken, weight = np.zeros(paths.spot.shape), np.ones((len(paths.spot), 1))
    for k in range(contract.periods):
        spot = paths.spot[:, k]
        ahead = policy.ahead(k, spot, paths.factors[:, k], contract.states(k + 1))
        weight, taken[:, k], _ = contract.carry(k, contract.choose(k, spot, ahead), weight)
    return taken
