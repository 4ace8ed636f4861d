"""Schwartz-Smith: a short-term deviation that dies out and a long-term level that does not.

API: ``SchwartzSmith`` (parameters), ``futures_curve``, ``futures_vol``, ``terminal_deviation`` (for Black-76),
``state_space``, ``filter_curve(...) -> CurveFilter``. Calibration is in ``calibration``.

ln S = xi + chi; ln F(T) = xi + exp(-kappa T) chi + A(T). Maturities are in years, volatilities annual decimals.
The state is always in the order (xi, chi).
"""

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.models.kalman import StateSpace, run_filter

NAMES = ("mu", "mu_rn", "lambda_chi", "kappa", "sigma_xi", "sigma_chi", "rho")


@dataclass(frozen=True)
class SchwartzSmith:
    """Parameters, in the order of ``NAMES``.

    Attributes
    ----------
    mu, mu_rn : float
        Drift of the long-term level in the world and under the pricing measure, per year.
    lambda_chi : float
        Risk premium of the short-term deviation, per year.
    kappa : float
        Speed at which the deviation dies out, per year, positive.
    sigma_xi, sigma_chi : float
        Volatilities of level and deviation, not negative.
    rho : float
        Correlation of the two.
    """

    mu: float
    mu_rn: float
    lambda_chi: float
    kappa: float
    sigma_xi: float
    sigma_chi: float
    rho: float

    def __post_init__(self) -> None:
        if not self.kappa > 0.0:
            raise BadParameter(
                f"The speed of mean reversion must be positive, not {self.kappa:g}.",
                name="kappa",
                value=self.kappa,
            )
        if not min(self.sigma_xi, self.sigma_chi) >= 0.0:
            low = min(self.sigma_xi, self.sigma_chi)
            raise BadParameter(f"A volatility must not be negative; {low:g} is.", name="sigma", value=low)
        if not -1.0 <= self.rho <= 1.0:
            raise BadParameter(
                f"A correlation lies between -1 and 1, {self.rho:g} does not.", name="rho", value=self.rho
            )

    @property
    def half_life_years(self) -> float:
        """Years until half of a deviation is gone."""
        return float(np.log(2.0) / self.kappa)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class CurveFilter:
    """What a panel of futures prices says of the two factors.

    Attributes
    ----------
    log_likelihood : float
        Of the panel.
    states : ndarray of shape (n, 2)
        xi and chi after each day.
    rmse, mean_error : ndarray of shape (m,)
        Of fitted less observed log prices, by column; NaN for a column without a price.
    """

    log_likelihood: float
    states: FloatArray2D
    rmse: FloatArray1D
    mean_error: FloatArray1D


def futures_curve(state: ArrayLike, maturities: ArrayLike, params: SchwartzSmith) -> FloatArray:
    """Futures prices from the two factors.

    Parameters
    ----------
    state : array_like of shape (..., 2)
        xi and chi.
    maturities : array_like of shape (m,)
        Years to delivery.
    params : SchwartzSmith
        Parameters.

    Returns
    -------
    ndarray of shape (..., m)
        Prices.

    References
    ----------
    Schwartz and Smith (2000), "Short-term variations and long-term dynamics in commodity prices", Management
    Science 46, equation (9).

    Examples
    --------
    >>> oil = SchwartzSmith(-0.0125, 0.0115, 0.157, 1.49, 0.145, 0.286, 0.3)
    >>> futures_curve([2.9, 0.1], [0.0, 1.0], oil).round(2)
    array([20.09, 17.86])
    """
    x, years = np.asarray(state, np.float64), np.asarray(maturities, np.float64)
    kept = np.exp(-params.kappa * years)
    return np.asarray(np.exp(x[..., :1] + x[..., 1:] * kept + adjustment(_columns(params), years)[0]))


def futures_vol(maturities: ArrayLike, params: SchwartzSmith) -> FloatArray:
    """Instantaneous volatility of futures by time to delivery: the term structure that rises towards expiry.

    Parameters
    ----------
    maturities : array_like
        Years to delivery.
    params : SchwartzSmith
        Parameters.

    Returns
    -------
    ndarray
        Annual, decimal; ``sigma_xi`` far out.
    """
    short = params.sigma_chi * np.exp(-params.kappa * np.asarray(maturities, np.float64))
    long = params.sigma_xi
    return np.asarray(np.sqrt(short**2 + long**2 + 2.0 * params.rho * short * long))


def terminal_deviation(expiry: ArrayLike, maturity: ArrayLike, params: SchwartzSmith) -> FloatArray:
    """Standard deviation, seen from today, of the log futures price at an option's expiry.

    Parameters
    ----------
    expiry : array_like
        Years to the expiry of the option; 0 or less gives 0.
    maturity : array_like
        Years to delivery of the futures, at or after ``expiry``.
    params : SchwartzSmith
        Parameters.

    Returns
    -------
    ndarray
        Total, not annual: the Black-76 volatility times the square root of ``expiry``.

    References
    ----------
    Schwartz and Smith (2000), equation (16).
    """
    p = params
    years = np.maximum(np.asarray(expiry, np.float64), 0.0)
    kept = np.exp(-p.kappa * (np.asarray(maturity, np.float64) - years))
    short = (p.sigma_chi * kept) ** 2 * -np.expm1(-2.0 * p.kappa * years) / (2.0 * p.kappa)
    cross = 2.0 * kept * p.rho * p.sigma_chi * p.sigma_xi * -np.expm1(-p.kappa * years) / p.kappa
    return np.asarray(np.sqrt(np.maximum(short + p.sigma_xi**2 * years + cross, 0.0)))


def adjustment(columns: FloatArray2D, years: FloatArray) -> FloatArray:
    """The part of the log futures price that does not depend on the state, for b parameter sets.

    Parameters
    ----------
    columns : ndarray of shape (b, 7)
        Parameter sets in the order of ``NAMES``.
    years : ndarray of shape (...)
        Years to delivery.

    Returns
    -------
    ndarray of shape (b, ...)
        A(T).
    """
    shape = (len(columns), *([1] * years.ndim))
    _, drift, premium, kappa, long, short, rho = (columns[:, i].reshape(shape) for i in range(len(NAMES)))
    once, twice = -np.expm1(-kappa * years) / kappa, -np.expm1(-2.0 * kappa * years) / (2.0 * kappa)
    variance = short**2 * twice + long**2 * years + 2.0 * rho * short * long * once
    return np.asarray(drift * years - premium * once + 0.5 * variance)


def state_space(
    columns: FloatArray2D,
    error_sd: FloatArray2D,
    ttm: FloatArray,
    dt: float,
    *,
    start: FloatArray1D,
    start_covariance: FloatArray2D,
) -> StateSpace:
    """Write b parameter sets as linear Gaussian models of a panel of log futures prices.

    Parameters
    ----------
    columns : ndarray of shape (b, 7)
        Parameter sets in the order of ``NAMES``.
    error_sd : ndarray of shape (b, m)
        Standard deviations of the measurement errors.
    ttm : ndarray of shape (m,) or (n, m)
        Years to delivery of each column, or of each cell.
    dt : float
        Years between rows.
    start : ndarray of shape (2,)
        xi and chi before the first prediction.
    start_covariance : ndarray of shape (2, 2)
        Its covariance.

    Returns
    -------
    StateSpace
        For the filter.
    """
    b = len(columns)
    mu, _, _, kappa, long, short, rho = columns.T
    kept = np.exp(-kappa * dt)
    transition, noise, drift = np.zeros((b, 2, 2)), np.empty((b, 2, 2)), np.zeros((b, 2))
    transition[:, 0, 0], transition[:, 1, 1], drift[:, 0] = 1.0, kept, mu * dt
    noise[:, 0, 0] = long**2 * dt
    noise[:, 1, 1] = short**2 * -np.expm1(-2.0 * kappa * dt) / (2.0 * kappa)
    noise[:, 0, 1] = noise[:, 1, 0] = rho * long * short * (1.0 - kept) / kappa
    decay = np.exp(-kappa.reshape(b, *([1] * ttm.ndim)) * ttm)
    design = np.stack([np.ones_like(decay), decay], axis=-1)
    return StateSpace(
        transition,
        drift,
        noise,
        design,
        adjustment(columns, ttm),
        error_sd**2,
        np.broadcast_to(start, (b, 2)),
        np.broadcast_to(start_covariance, (b, 2, 2)),
    )


def filter_curve(
    log_futures: FloatArray2D,
    ttm: ArrayLike,
    dt: float,
    params: SchwartzSmith,
    error_sd: ArrayLike,
    *,
    start: ArrayLike,
    start_covariance: ArrayLike,
) -> CurveFilter:
    """Read the two factors out of a panel of futures prices under given parameters.

    Parameters
    ----------
    log_futures : ndarray of shape (n, m)
        Logarithms of prices; NaN where missing.
    ttm : array_like of shape (m,) or (n, m)
        Years to delivery.
    dt : float
        Years between rows.
    params : SchwartzSmith
        Parameters.
    error_sd : array_like of shape (m,)
        Standard deviations of the measurement errors; 0 is allowed.
    start : array_like of shape (2,)
        xi and chi before the first prediction.
    start_covariance : array_like of shape (2, 2)
        Its covariance; large when nothing is known.

    Returns
    -------
    CurveFilter
        Log-likelihood, states and errors of the fit.

    Raises
    ------
    LengthMismatch
        The panel has not m columns.
    """
    y, years = np.asarray(log_futures, np.float64), np.asarray(ttm, np.float64)
    model = state_space(
        _columns(params),
        np.asarray(error_sd, np.float64)[None],
        years,
        dt,
        start=np.asarray(start, np.float64),
        start_covariance=np.asarray(start_covariance, np.float64),
    )
    found = run_filter(y, model)
    states = found.states[0]
    fitted = states[:, :1] + states[:, 1:] * np.exp(-params.kappa * years) + model.intercept[0]
    error = fitted - y
    seen = np.isfinite(error)
    count = np.where(seen.any(axis=0), seen.sum(axis=0), np.nan)
    mean = np.where(seen, error, 0.0).sum(axis=0) / count
    rmse = np.sqrt((np.where(seen, error, 0.0) ** 2).sum(axis=0) / count)
    return CurveFilter(float(found.log_likelihood[0]), states, rmse, mean)


def _columns(params: SchwartzSmith) -> FloatArray2D:
    return np.array([astuple(params)], dtype=np.float64)
