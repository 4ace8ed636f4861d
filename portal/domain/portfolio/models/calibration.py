"""Calibration of the Schwartz-Smith model to a panel of futures prices by maximum likelihood.

API: ``fit_schwartz_smith(log_futures, ttm, dt) -> SchwartzSmithFit``.

All differences of a gradient go through the Kalman filter together. Parameters are searched on bounded scales
(logarithms of positive ones, the inverse hyperbolic tangent of the correlation) from two speeds of mean reversion; the
better end is kept. The drift ``mu`` and the premium ``lambda_chi`` are weakly identified by any few years of prices:
their standard errors say so, and neither moves a curve or a volatility.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D
from portal.domain.market.errors import BadParameter, FitFailed, LengthMismatch
from portal.domain.market.series import require_length
from portal.domain.portfolio.models.kalman import run_filter
from portal.domain.portfolio.models.schwartz_smith import (
    NAMES,
    SchwartzSmith,
    filter_curve,
    futures_vol,
    state_space,
)

MIN_ROWS = 30
VAGUE = 100.0  # variance of the state before anything is seen
_KAPPAS = (0.7, 3.0)  # half-lives of a year and of three months
_BATCH = 48  # parameter sets that go through the filter together: enough to be fast, few enough for the cache
_STEP = 1e-5
_WIDE_STEP = 1e-3  # of second differences, whose rounding error grows with the square
# Bounds on the scales searched: drifts and premium as they are, speed and volatilities as logarithms.
_BOUNDS = {
    "mu": (-2.0, 2.0),
    "mu_rn": (-2.0, 2.0),
    "lambda_chi": (-5.0, 5.0),
    "kappa": (np.log(0.02), np.log(60.0)),
    "sigma_xi": (np.log(1e-3), np.log(5.0)),
    "sigma_chi": (np.log(1e-3), np.log(10.0)),
    "rho": (np.arctanh(-0.999), np.arctanh(0.999)),
}
_ERROR_BOUNDS = (np.log(1e-5), np.log(1.0))


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class SchwartzSmithFit:
    """A calibrated model.

    Attributes
    ----------
    params : SchwartzSmith
        Most likely parameters.
    error_sd : ndarray of shape (m,)
        Standard deviations of the measurement errors, of log prices.
    standard_errors : mapping of str to float or None
        By name of parameter, and ``error_sd[j]``; None where a parameter lies on its bound or the likelihood is flat.
    log_likelihood : float
        At the optimum.
    states : ndarray of shape (n, 2)
        xi and chi after each row.
    rmse, mean_error : ndarray of shape (m,)
        Of fitted less observed log prices.
    vols : ndarray of shape (m,)
        Instantaneous volatility of the futures at the columns' (last) times to delivery.
    iterations : int
        Of the optimiser.
    converged : bool
        Whether it stopped at an optimum, rather than by its limit.
    """

    params: SchwartzSmith
    error_sd: FloatArray1D
    standard_errors: Mapping[str, float | None]
    log_likelihood: float
    states: FloatArray2D
    rmse: FloatArray1D
    mean_error: FloatArray1D
    vols: FloatArray1D
    iterations: int
    converged: bool


@dataclass(frozen=True, eq=False)
class _Problem:
    """A panel and what does not change while parameters are searched."""

    y: FloatArray2D
    ttm: FloatArray
    dt: float
    start: FloatArray1D

    def likelihoods(self, points: FloatArray2D) -> FloatArray1D:
        """Log-likelihood of each row of ``points``, on the scales searched."""
        found = np.empty(len(points))
        for first in range(0, len(points), _BATCH):
            some = points[first : first + _BATCH]
            columns, error = _natural(some)
            model = state_space(
                columns, error, self.ttm, self.dt, start=self.start, start_covariance=VAGUE * np.eye(2)
            )
            found[first : first + _BATCH] = run_filter(self.y, model).log_likelihood
        return found

    def slope(self, point: FloatArray1D) -> tuple[float, FloatArray1D]:
        """Negative log-likelihood and its gradient."""
        moves = _STEP * np.eye(len(point))
        values = -self.likelihoods(np.vstack([point, point + moves, point - moves]))
        n = len(point)
        return float(values[0]), (values[1 : n + 1] - values[n + 1 :]) / (2.0 * _STEP)


def fit_schwartz_smith(
    log_futures: ArrayLike, ttm: ArrayLike, dt: float, *, max_iterations: int = 300
) -> SchwartzSmithFit:
    """Find the most likely parameters of a panel of futures prices.

    Parameters
    ----------
    log_futures : array_like of shape (n, m)
        Logarithms of prices in order of time, at least 30 rows and 2 columns; NaN where missing.
    ttm : array_like of shape (m,) or (n, m)
        Years to delivery of each column (constant maturities, much faster) or of each cell.
    dt : float
        Years between rows.
    max_iterations : int, default 300
        Limit for each of the two searches.

    Returns
    -------
    SchwartzSmithFit
        Parameters with standard errors, filtered states, errors of the fit and volatilities by column.

    Raises
    ------
    BadParameter
        ``dt`` is not positive.
    FitFailed
        No usable likelihood was found.
    InsufficientHistory
        Fewer than 30 rows.
    LengthMismatch
        ``log_futures`` is no panel of two columns or more, or ``ttm`` does not fit it.

    References
    ----------
    Schwartz and Smith (2000), Management Science 46, section 4.
    """
    from scipy.optimize import minimize

    problem = _problem(np.asarray(log_futures, np.float64), np.asarray(ttm, np.float64), dt)
    m = problem.y.shape[1]
    bounds = [*(_BOUNDS[name] for name in NAMES), *[_ERROR_BOUNDS] * m]
    best: Any = None
    for kappa in _KAPPAS:
        found = minimize(
            problem.slope,
            _first_guess(problem, kappa),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": max_iterations, "maxcor": 20, "ftol": 1e-11, "gtol": 1e-4},
        )
        if np.isfinite(found.fun) and (best is None or found.fun < best.fun):
            best = found
    if best is None:
        raise FitFailed(
            "No parameters of the Schwartz-Smith model explain these prices; check the panel for constant columns.",
            model="schwartz_smith",
        )
    return _result(problem, np.asarray(best.x, np.float64), np.array(bounds), best)


def _problem(y: FloatArray2D, ttm: FloatArray, dt: float) -> _Problem:
    if y.ndim != 2 or y.shape[1] < 2:
        raise LengthMismatch(
            f"The model needs a panel of two or more tenors, not an array of shape {y.shape}.", shape=y.shape
        )
    require_length(y, MIN_ROWS, "A Schwartz-Smith calibration")
    if ttm.shape not in {y.shape, (y.shape[1],)}:
        raise LengthMismatch(
            f"Times to delivery of shape {ttm.shape} do not fit prices of shape {y.shape}.",
            prices=y.shape,
            ttm=ttm.shape,
        )
    if not dt > 0.0:
        raise BadParameter(f"The time between rows must be positive, not {dt:g} years.", name="dt", value=dt)
    if not np.isfinite(y).any():
        raise FitFailed("The panel of futures prices is empty.", model="schwartz_smith")
    first = y[np.isfinite(y).any(axis=1)][0]
    return _Problem(y, ttm, dt, np.array([first[np.isfinite(first)][-1], 0.0]))


def _first_guess(problem: _Problem, kappa: float) -> FloatArray1D:
    """Where to start: the far end moves with the level, the near end against it with the deviation."""
    y, years = problem.y, problem.ttm if problem.ttm.ndim == 1 else np.nanmean(problem.ttm, axis=0)
    near, far = int(np.argmin(years)), int(np.argmax(years))
    long = _annual_sd(np.diff(y[:, far]), problem.dt)
    short = _annual_sd(np.diff(y[:, near] - y[:, far]), problem.dt) / max(
        1.0 - np.exp(-kappa * years[far]), 0.1
    )
    slope = np.nanmean(y[:, far] - y[:, near]) / max(years[far] - years[near], problem.dt)
    values = {
        "mu": 0.0,
        "mu_rn": slope - 0.5 * long**2,
        "lambda_chi": 0.0,
        "kappa": np.log(kappa),
        "sigma_xi": np.log(long),
        "sigma_chi": np.log(short),
        "rho": 0.1,
    }
    inside = [np.clip(values[name], *_BOUNDS[name]) for name in NAMES]
    return np.array([*inside, *[np.log(0.01)] * y.shape[1]])


def _annual_sd(changes: FloatArray1D, dt: float) -> float:
    seen = changes[np.isfinite(changes)]
    return float(np.clip(np.sqrt((seen**2).mean() / dt), 0.02, 4.0)) if seen.size else 0.3


def _natural(points: FloatArray2D) -> tuple[FloatArray2D, FloatArray2D]:
    """Parameters and error deviations of points on the scales searched."""
    k = len(NAMES)
    columns = points[:, :k].copy()
    columns[:, 3:6] = np.exp(columns[:, 3:6])
    columns[:, 6] = np.tanh(columns[:, 6])
    return columns, np.exp(points[:, k:])


def _result(problem: _Problem, point: FloatArray1D, bounds: FloatArray2D, found: Any) -> SchwartzSmithFit:
    columns, errors = _natural(point[None])
    params = SchwartzSmith(*(float(value) for value in columns[0]))
    curve = filter_curve(
        problem.y,
        problem.ttm,
        problem.dt,
        params,
        errors[0],
        start=problem.start,
        start_covariance=VAGUE * np.eye(2),
    )
    last = problem.ttm if problem.ttm.ndim == 1 else problem.ttm[-1]
    return SchwartzSmithFit(
        params,
        errors[0],
        _standard_errors(problem, point, bounds),
        curve.log_likelihood,
        curve.states,
        curve.rmse,
        curve.mean_error,
        futures_vol(last, params),
        int(found.nit),
        bool(found.success),
    )


def _standard_errors(problem: _Problem, point: FloatArray1D, bounds: FloatArray2D) -> dict[str, float | None]:
    """From the curvature of the log-likelihood in the parameters that are free, carried over to their own scales."""
    names = [*NAMES, *(f"error_sd[{j}]" for j in range(len(point) - len(NAMES)))]
    margin = 2.0 * _WIDE_STEP
    free = np.flatnonzero((point > bounds[:, 0] + margin) & (point < bounds[:, 1] - margin))
    answer: dict[str, float | None] = dict.fromkeys(names)
    information = -_hessian(problem, point, free)
    if not np.isfinite(information).all():
        return answer
    values, vectors = np.linalg.eigh(information)
    if not len(free) or values.min() <= 0.0:  # a flat direction: no parameter that it touches has an error
        usable = values > 1e-8 * max(float(values.max(initial=0.0)), 1e-300)
        touched = (np.abs(vectors[:, ~usable]) > 1e-3).any(axis=1)
    else:
        usable, touched = np.ones(len(free), bool), np.zeros(len(free), bool)
    variance = (vectors[:, usable] ** 2 / values[usable]).sum(axis=1)
    scale = _natural_slope(point)[free]
    for i, at in enumerate(free):
        if not touched[i]:
            answer[names[at]] = float(scale[i] * np.sqrt(variance[i]))
    return answer


def _hessian(
    problem: _Problem, point: FloatArray1D, free: np.ndarray[Any, np.dtype[np.intp]]
) -> FloatArray2D:
    """Second differences of the log-likelihood in the free directions, all in a few batches."""
    n, moves = len(free), _WIDE_STEP * np.eye(len(point))[free]
    i, j = np.triu_indices(n)
    steps = [moves[i] + moves[j], moves[i] - moves[j], -moves[i] + moves[j], -moves[i] - moves[j]]
    values = problem.likelihoods(point + np.concatenate(steps)).reshape(4, -1)
    curve = np.zeros((n, n))
    curve[i, j] = (values[0] - values[1] - values[2] + values[3]) / (4.0 * _WIDE_STEP**2)
    return curve + np.triu(curve, 1).T


def _natural_slope(point: FloatArray1D) -> FloatArray1D:
    """Derivative of each parameter by its searched scale."""
    slope = np.ones(len(point))
    slope[3:6], slope[len(NAMES) :] = np.exp(point[3:6]), np.exp(point[len(NAMES) :])
    slope[6] = 1.0 - np.tanh(point[6]) ** 2
    return slope
