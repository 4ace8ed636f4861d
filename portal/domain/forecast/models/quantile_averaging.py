"""Quantile regression averaging: each quantile is the regression of what happened on what several models had said."""

import warnings
from collections.abc import Sequence

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D
from portal.domain.forecast.base import LEVELS, MEDIAN, Family, Forecast, Task, forecast_model, model
from portal.domain.forecast.inner import Inner, inner_forecasts, members_of
from portal.domain.forecast.quantiles import residual_quantiles, sorted_quantiles

LEAST_ROWS = 120  # inner values; with fewer, fifteen regressions are noise


@forecast_model(
    "Quantile regression averaging", Family.COMBINATION, least=60, uses_features=True, fit_seconds=19.0
)
def quantile_averaging(task: Task, *, members: Sequence[str] = (), seconds: float = 15.0) -> Forecast:
    """Regress past values on the point forecasts of several models, at each served level.

    The members' medians at origins inside the task's own history are the regressors, all steps together; what is
    regressed is the value less the mean of the members, on each member less that mean, so that weights sum to one.

    Parameters
    ----------
    task : Task
        The question.
    members : sequence of str
        Codes of models; the usual ones of the grid when none is named.
    seconds : float
        About what the inner fits may take together.

    Returns
    -------
    Forecast
        ``facts["drivers"]`` are the weights at the median. With too few inner values for regressions, the mean of the
        members with the quantiles of its errors, or of theirs, and a note.

    Raises
    ------
    BadParameter
        Members that cannot be combined.
    NotConverged
        No member answered.

    References
    ----------
    Nowotarski and Weron (2015), "Computing electricity spot price prediction intervals using quantile regression and
    forecast averaging", Computational Statistics 30.
    """
    found = inner_forecasts(task, members_of(task, members), seconds=seconds, least=1)
    now = np.array([one.median for one in found.now])
    past, actual = found.medians[:, :, task.lead :], found.actual[:, task.lead :]
    facts = {"members": list(found.codes), "inner_origins": len(found.actual)}
    if actual.size < LEAST_ROWS or len(found.codes) < 2:
        quantiles, note = _without_regression(found, now, task.lead)
        return Forecast(now.mean(axis=0), quantiles, facts, (*found.notes, note))
    weights = _regress(past, actual)
    quantiles = sorted_quantiles(_table(now) @ weights.T + now.mean(axis=0)[:, None])
    shares = _shares(weights[MEDIAN], len(found.codes))
    drivers = {model(code).title: float(share) for code, share in zip(found.codes, shares, strict=True)}
    return Forecast(quantiles[:, MEDIAN], quantiles, {"drivers": drivers, **facts}, found.notes)


def _table(medians: FloatArray) -> FloatArray2D:
    """Return the regressors of all cells, shape (cells, m): one, and each member but the last less the mean."""
    flat = medians.reshape(len(medians), -1)
    return np.column_stack([np.ones(flat.shape[1]), *(flat[:-1] - flat.mean(axis=0))])


def _regress(past: FloatArray, actual: FloatArray2D) -> FloatArray2D:
    """Return coefficients of shape (levels, m), those of the intercept first."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import QuantileRegressor

    table, rest = _table(past), (actual - past.mean(axis=0)).ravel()
    size = np.maximum(np.abs(table).mean(axis=0), 1e-12)
    weights = np.empty((len(LEVELS), table.shape[1]))
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)  # becomes the sentence of this origin
        for row, level in enumerate(LEVELS):
            fit = QuantileRegressor(quantile=level, alpha=0.0, fit_intercept=False).fit(table / size, rest)
            weights[row] = fit.coef_ / size
    return weights


def _shares(coefficients: FloatArray1D, count: int) -> FloatArray1D:
    """Weights of the members that sum to one, from those of their distances to the mean."""
    distance = np.append(coefficients[1:], 0.0)
    found: FloatArray1D = distance + (1.0 - distance.sum()) / count
    return found


def _without_regression(found: Inner, now: FloatArray2D, lead: int) -> tuple[FloatArray2D, str]:
    if len(found.actual) and len(found.codes) > 1:
        errors = (found.actual - found.medians.mean(axis=0))[:, lead:].reshape(-1, 1)
        quantiles = residual_quantiles(now.mean(axis=0), np.repeat(errors, now.shape[1], axis=1))
        return (
            quantiles,
            "Too few inner origins for regressions: the mean of the members with its own past errors.",
        )
    quantiles = np.mean([one.quantiles for one in found.now], axis=0)
    return quantiles, "No room for regressions on inner origins: the mean of the members' quantiles."
