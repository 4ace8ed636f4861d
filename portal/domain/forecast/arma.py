"""Regression with seasonal ARIMA errors, and the local level, by exact maximum likelihood of the library statsmodels.

API: ``fit_arma(y, order, ...) -> ArmaFit``, ``fit_local_level(y) -> LocalLevel``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D, FloatLike1D
from portal.domain.forecast.model_fitting import must_converge, quiet
from portal.domain.market.errors import BadParameter, InsufficientHistory
from portal.domain.market.series import as_vector

TITLE, CODE = "SARIMAX", "sarimax"
MAX_STEPS = 200  # of the search


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class ArmaFit:
    """A fitted regression with ARMA errors; signs as in R: ``e_t + ma1 e_{t-1}``.

    Attributes
    ----------
    ar, ma, seasonal_ar, seasonal_ma : ndarray
        Coefficients by rising lag.
    intercept : float or None
        Mean of the process; None without one.
    slopes : ndarray of shape (k,)
        Coefficients of the regressors.
    sigma2 : float
        Variance of the shocks.
    log_likelihood : float
        Exact; of the differenced series where there are differences.
    aic : float
        Twice the number of parameters less twice the log-likelihood.
    """

    ar: FloatArray1D
    ma: FloatArray1D
    seasonal_ar: FloatArray1D
    seasonal_ma: FloatArray1D
    intercept: float | None
    slopes: FloatArray1D
    sigma2: float
    log_likelihood: float
    aic: float
    _found: Any
    _centre: float
    _unit: float

    def forecast(self, horizon: int, x: FloatArray2D | None = None) -> tuple[FloatArray1D, FloatArray1D]:
        """Means and standard deviations of the steps ahead.

        Parameters
        ----------
        horizon : int
            Steps.
        x : ndarray of shape (horizon, k), optional
            Regressors of these steps.

        Returns
        -------
        tuple of ndarray of shape (horizon,)
            In the unit of the series.
        """
        with quiet(TITLE, CODE):
            table = _regressors(x, horizon, constant=self.intercept is not None)
            found = self._found.get_forecast(horizon, exog=table)
            mean, sd = np.asarray(found.predicted_mean), np.asarray(found.se_mean)
        return self._centre + self._unit * mean, self._unit * sd


def fit_arma(
    y: FloatLike1D,
    order: Sequence[int],
    seasonal: Sequence[int] = (0, 0, 0, 0),
    *,
    x: FloatArray2D | None = None,
) -> ArmaFit:
    """Fit by exact maximum likelihood; a series that is not differenced has a mean.

    Parameters
    ----------
    y : array_like of shape (n,)
        Complete series.
    order : sequence of 3 int
        Lags of AR, differences, lags of MA.
    seasonal : sequence of 4 int, optional
        The same by season, and the steps of a season.
    x : ndarray of shape (n, k), optional
        Regressors.

    Returns
    -------
    ArmaFit
        The fit.

    Raises
    ------
    BadParameter
        Orders that are not three (four) whole numbers from 0.
    InsufficientHistory
        Too few values for so many parameters.
    NotConverged
        The search did not end.

    References
    ----------
    Durbin and Koopman (2012), Time Series Analysis by State Space Methods, ch. 3 and 7.
    """
    series = as_vector(y, "values")
    p, d, q = _orders(order, 3, "order")
    sp, sd, sq, period = _orders(seasonal, 4, "seasonal order")
    lost = d + sd * period
    need = lost + max(3 * (p + q + sp + sq + 1), max(p, q) + max(sp, sq) * period + 2)
    if len(series) < need:
        raise InsufficientHistory(
            f"ARIMA({p},{d},{q})({sp},{sd},{sq}) with a season of {period} needs {need} values, but there are "
            f"{len(series)}.",
            have=len(series),
            need=need,
        )
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    constant = lost == 0
    centre, unit = float(np.mean(series)), float(np.std(series)) or 1.0  # the search wants values near one
    with quiet(TITLE, CODE):
        model = SARIMAX(
            (series - centre) / unit,
            exog=_regressors(x, len(series), constant=constant),
            order=(p, d, q),
            seasonal_order=(sp, sd, sq, period if sp + sd + sq else 0),
        )
        found = _climb(model)
    must_converge(bool(found.mle_retvals["converged"]), f"ARIMA({p},{d},{q})({sp},{sd},{sq})", CODE)
    return _answer(found, centre, unit, constant=constant, used=len(series) - lost)


def _climb(model: Any) -> Any:
    """Maximise the likelihood; a climb that stopped on the way goes on once from where it stood."""
    found = model.fit(disp=False, maxiter=MAX_STEPS)
    if not found.mle_retvals["converged"] and np.isfinite(found.llf):
        found = model.fit(start_params=found.params, disp=False, maxiter=MAX_STEPS)
    return found


def _orders(given: Sequence[int], count: int, name: str) -> tuple[int, ...]:
    values = tuple(given)
    if len(values) != count or any(int(value) != value or value < 0 for value in values):
        raise BadParameter(
            f"The {name} of an ARIMA model is {count} whole numbers from 0, not {list(values)}.",
            name=name,
            value=list(values),
        )
    return tuple(int(value) for value in values)


def _regressors(x: FloatArray2D | None, n: int, *, constant: bool) -> FloatArray2D | None:
    columns = [np.ones((n, 1))] if constant else []
    if x is not None and x.shape[1]:
        columns.append(x)
    return np.concatenate(columns, axis=1) if columns else None


def _answer(found: Any, centre: float, unit: float, *, constant: bool, used: int) -> ArmaFit:
    spec = found.specification
    slopes = np.asarray(found.params)[: found.model.k_exog]
    likelihood = float(found.llf) - used * float(np.log(unit))
    return ArmaFit(
        ar=np.asarray(found.arparams) if spec["k_ar"] else np.empty(0),
        ma=np.asarray(found.maparams) if spec["k_ma"] else np.empty(0),
        seasonal_ar=np.asarray(found.seasonalarparams) if spec["k_seasonal_ar"] else np.empty(0),
        seasonal_ma=np.asarray(found.seasonalmaparams) if spec["k_seasonal_ma"] else np.empty(0),
        intercept=centre + unit * float(slopes[0]) if constant else None,
        slopes=unit * slopes[1 if constant else 0 :],
        sigma2=float(found.params[-1]) * unit**2,
        log_likelihood=likelihood,
        aic=2.0 * len(found.params) - 2.0 * likelihood,
        _found=found,
        _centre=centre,
        _unit=unit,
    )


@dataclass(frozen=True)
class LocalLevel:
    """A level that wanders, seen through noise.

    Attributes
    ----------
    sigma2_irregular, sigma2_level : float
        Variances of the noise and of the level's steps.
    log_likelihood : float
        With a diffuse start: the first observation is not counted.
    last_level : float
        Level at the end, given all values.
    """

    sigma2_irregular: float
    sigma2_level: float
    log_likelihood: float
    last_level: float


def fit_local_level(y: FloatLike1D) -> LocalLevel:
    """Fit the local level model by maximum likelihood.

    Parameters
    ----------
    y : array_like of shape (n,)
        Complete series of at least 10 values.

    Returns
    -------
    LocalLevel
        Variances and the level at the end.

    Raises
    ------
    InsufficientHistory
        Fewer than 10 values.
    NotConverged
        The search did not end.

    References
    ----------
    Durbin and Koopman (2012), Time Series Analysis by State Space Methods, ch. 2.
    """
    series = as_vector(y, "values")
    if len(series) < 10:
        raise InsufficientHistory(
            f"The local level needs 10 values, but there are {len(series)}.", have=len(series), need=10
        )
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    centre, unit = float(np.mean(series)), float(np.std(series)) or 1.0
    with quiet("the local level", "local_level"):
        model = UnobservedComponents((series - centre) / unit, "llevel")
        found = _climb(model)
    must_converge(bool(found.mle_retvals["converged"]), "the local level", "local_level")
    irregular, level = (np.asarray(found.params) * unit**2).tolist()
    likelihood = float(found.llf) - (len(series) - 1) * float(np.log(unit))
    return LocalLevel(irregular, level, likelihood, centre + unit * float(found.filtered_state[0, -1]))
