"""GARCH for a series of volatilities: what is expected of a day follows the last day and what was expected of it."""

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.forecast.base import LEVELS, Family, Forecast, Task, forecast_model
from portal.domain.forecast.errors import UnfitSeries
from portal.domain.forecast.model_fitting import must_converge, quiet, recent
from portal.domain.market.errors import FitFailed
from portal.domain.market.garch import MIN_RETURNS, Engine, GarchFit, GarchSpec, fit_garch

STEPS = 1500  # days of history read
PATHS = 4000
TITLE, CODE = "GARCH volatility", "garch_volatility"


@forecast_model(TITLE, Family.VOLATILITY, least=MIN_RETURNS, hourly=False, fit_seconds=0.05)
def garch_volatility(task: Task, *, window: int = 0) -> Forecast:
    """Expect ``omega + alpha y + beta (what was expected)`` of the next day, with shocks drawn from those of the past.

    A day's volatility is what was expected times a shock around one. Its quasi-likelihood is that of a GARCH(1,1) with
    mean zero for the roots of the volatilities, so it is fitted as one. Days without any move are no problem.

    Parameters
    ----------
    task : Task
        The question; its history is a volatility of each day.
    window : int, default 0
        Most days of history; 0 for 1,500.

    Returns
    -------
    Forecast
        Means in closed form; quantiles of 4,000 drawn paths.

    Raises
    ------
    UnfitSeries
        A value is below zero: this is no volatility.
    NotConverged
        The likelihood has no maximum that was found.

    References
    ----------
    Engle (2002), "New frontiers for ARCH models", Journal of Applied Econometrics 17; Chou (2005), "Forecasting
    financial volatilities with extreme values: the conditional autoregressive range model", Journal of Money, Credit
    and Banking 37.
    """
    if task.y.min() < 0.0:
        raise UnfitSeries(
            f"GARCH volatility forecasts volatilities, but the history has the value {task.y.min():g}; choose a model "
            "of prices instead.",
            value=float(task.y.min()),
        )
    read = recent(task, hourly=STEPS, daily=STEPS, window=window)
    fit = _fit(read.y, task.horizon)
    shocks = read.y / fit.conditional_variance
    mean, paths = fit.variance_forecast, _paths(fit, shocks / shocks.mean(), task.horizon, task.seed)
    kept = fit.persistence or 0.0
    facts = {
        "omega": fit.params["omega"],
        "alpha": fit.params["alpha[1]"],
        "beta": fit.params["beta[1]"],
        "persistence": kept,
        "half_life_days": fit.half_life_days,
        "long_run": fit.long_run_variance if kept < 1.0 else None,
        "window": len(read.y),
    }
    quantiles: FloatArray2D = np.quantile(paths, LEVELS, axis=0).T
    return Forecast(mean, quantiles, facts)


def _fit(y: FloatArray1D, horizon: int) -> GarchFit:
    """GARCH(1,1) without a mean for the roots, so that its variances are expected volatilities."""
    try:
        with quiet(TITLE, CODE):
            fit = fit_garch(np.sqrt(y), GarchSpec(mean="Zero"), horizon=horizon, engine=Engine.OWN)
    except FitFailed:
        must_converge(converged=False, title=TITLE, code=CODE)
        raise
    must_converge(fit.converged, TITLE, CODE)
    return fit


def _paths(fit: GarchFit, shocks: FloatArray1D, horizon: int, seed: int) -> FloatArray2D:
    """Volatilities of drawn futures, shape (4000, horizon)."""
    omega, alpha, beta = (fit.params[name] for name in ("omega", "alpha[1]", "beta[1]"))
    drawn = np.random.default_rng(seed).choice(shocks, size=(horizon, PATHS))
    expected = np.full(PATHS, fit.variance_forecast[0])
    found = np.empty((horizon, PATHS))
    for step, shock in enumerate(drawn):
        found[step] = expected * shock
        expected = omega + alpha * found[step] + beta * expected
    return found.T
