"""Reference cases of forecast models: names are translated, the product's own functions answer."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from portal.domain.forecast.arma import ArmaFit, fit_arma, fit_local_level
from portal.domain.forecast.base import LEVELS, Forecast, Task, model
from portal.domain.forecast.ets_fit import Search
from portal.domain.forecast.smoothing import holt_winters

Inputs = Mapping[str, Any]
Answer = dict[str, Any]
CO2_STEPS = 6  # a case that does not say how far it looks shows half a year


def _task(y: Any, period: int, horizon: int) -> Task:
    """A question without features on a grid of days."""
    values = np.asarray(y, dtype=np.float64)
    stamp = np.datetime64("2000-01-01", "s") + np.arange(len(values) + horizon) * np.timedelta64(86_400, "s")
    return Task(values, stamp, horizon, periods=(period,) if period > 1 else ())


def _interval(found: Forecast) -> Answer:
    low, high = LEVELS.index(0.025), LEVELS.index(0.975)
    return {"lower": found.quantiles[:, low], "upper": found.quantiles[:, high]}


def _arma_answer(fit: ArmaFit) -> Answer:
    return {
        "coef": [*fit.ar, *fit.ma, *fit.seasonal_ar, *fit.seasonal_ma],
        "intercept": fit.intercept,
        "sigma2": fit.sigma2,
        "log_likelihood": fit.log_likelihood,
        "aic": fit.aic,
    }


def arima(inputs: Inputs) -> Answer:
    """One ARIMA model; coefficients by R's names, forecasts on the scale of the model."""
    y = np.asarray(inputs["y"], dtype=np.float64)
    if inputs.get("transform") == "log":
        y = np.log(y)
    fit = fit_arma(y, inputs["order"], inputs.get("seasonal", (0, 0, 0, 0)))
    mean, sd = fit.forecast(inputs.get("horizon", 1))
    named = {"ar": fit.ar, "ma": fit.ma, "sar": fit.seasonal_ar, "sma": fit.seasonal_ma}
    coef = {f"{name}{lag}": value for name, found in named.items() for lag, value in enumerate(found, 1)}
    return {**_arma_answer(fit), "coef": coef, "forecast": mean, "forecast_se": sd}


def arima_pair(inputs: Inputs) -> Answer:
    """Several autoregressions with mean of one series; forecasts of the first, a year long."""
    fits = {f"ar{order[0]}": fit_arma(inputs["y"], order) for order in inputs["orders"]}
    answer: Answer = {name: _arma_answer(fit) for name, fit in fits.items()}
    ahead = inputs.get("horizon", 12)
    return {**answer, **{f"forecast_{name}": fit.forecast(ahead)[0] for name, fit in fits.items()}}


def arima_regression(inputs: Inputs) -> Answer:
    """A regression on one variable with ARMA errors."""
    x = np.asarray(inputs["x"], dtype=np.float64)[:, None]
    fit = fit_arma(inputs["y"], inputs["order"], x=x)
    return {**_arma_answer(fit), "ar": fit.ar, "ma": fit.ma, "slope": float(fit.slopes[0])}


def local_level(inputs: Inputs) -> Answer:
    """The local level model."""
    fit = fit_local_level(inputs["y"])
    return {
        "sigma2_irregular": fit.sigma2_irregular,
        "sigma2_level": fit.sigma2_level,
        "log_likelihood_diffuse": fit.log_likelihood,
        "last_level": fit.last_level,
    }


def ets(inputs: Inputs) -> Answer:
    """Exponential smoothing; the figures come from R's package, so its search is asked for."""
    task = _task(inputs["y"], int(inputs.get("period", 1)), inputs["horizon"])
    found = model("ets")(task, spec=inputs["spec"], search=Search.SIMPLEX.value)
    weights = {name: found.facts[name] for name in ("alpha", "beta", "gamma", "phi")}
    return {
        "forecast": found.mean,
        "interval95": _interval(found),
        **weights,
        "r_log_likelihood": found.facts["log_likelihood"],
        "aic": found.facts["aic"],
    }


def holt_winters_additive(inputs: Inputs) -> Answer:
    """Holt-Winters with given weights."""
    weights = {name: inputs[name] for name in ("alpha", "beta", "gamma")}
    found = holt_winters(inputs["y"], inputs["period"], **weights)
    return {
        "level": found.level,
        "trend": found.trend,
        "sse": float(found.errors @ found.errors),
        "forecast": found.forecast(inputs.get("horizon", CO2_STEPS)),
    }


def theta(inputs: Inputs) -> Answer:
    """The theta method."""
    found = model("theta")(_task(inputs["y"], int(inputs.get("period", 1)), inputs["horizon"]))
    return {"forecast": found.mean, "interval95": _interval(found)}


_NAIVE = {"seasonal_naive": "seasonal_naive", "naive": "seasonal_naive", "rw_drift": "drift"}


def naive(inputs: Inputs) -> Answer:
    """The baselines, one answer for each row."""
    answer: Answer = {}
    for row in inputs["rows"]:
        code = _NAIVE.get(row["method"])
        if code is None:
            raise LookupError(f"The product has no baseline {row['method']!r}.")
        found = model(code)(_task(row["y"], int(row.get("period", 1)), row["horizon"]))
        interval = _interval(found)
        answer[row["method"]] = {"mean": found.mean, "lo95": interval["lower"], "hi95": interval["upper"]}
    return answer


MODELS: dict[tuple[str, str], Callable[[Inputs], Answer]] = {
    ("forecast_models", "arima"): arima,
    ("forecast_models", "arima_pair"): arima_pair,
    ("forecast_models", "arima_regression"): arima_regression,
    ("forecast_models", "local_level"): local_level,
    ("forecast_models", "ets"): ets,
    ("forecast_models", "holt_winters_additive"): holt_winters_additive,
    ("forecast_models", "theta"): theta,
    ("forecast_models", "naive"): naive,
}
