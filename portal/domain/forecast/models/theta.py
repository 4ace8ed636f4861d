"""Theta: exponential smoothing with half the slope of the trend, after seasonal adjustment."""

import numpy as np

from portal.domain.forecast.base import Family, Forecast, Task, forecast_model
from portal.domain.forecast.model_fitting import recent
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.forecast.theta_method import ThetaForecast
from portal.domain.forecast.theta_method import theta as theta_of

DAYS, STEPS = 364, 1500  # history read: days of an hourly target, steps of a daily one
_DAYS_LEAST = 15  # of an hourly history, to take its hours apart


@forecast_model("Theta", Family.STATISTICAL, least=10, fit_seconds=0.02)
def theta(task: Task, *, window: int = 0, additive: bool = False) -> Forecast:
    """Smooth the seasonally adjusted series and add half the slope of its trend; each hour of the day is a series.

    The season (of the week, for hours taken apart) is taken out where a test of its autocorrelation passes,
    multiplicatively where all values are above zero.

    Parameters
    ----------
    task : Task
        The question.
    window : int, default 0
        Most steps of history; 0 for 364 days of an hourly target and 1,500 steps of a daily one.
    additive : bool, default False
        Let the season add up also where all values are above zero.

    Returns
    -------
    Forecast
        Normal quantiles; facts name the weights and whether a season was found.

    References
    ----------
    Assimakopoulos and Nikolopoulos (2000), Int. J. of Forecasting 16; Hyndman and Billah (2003), ibid. 19.
    """
    read = recent(task, hourly=DAYS * task.per_day, daily=STEPS, window=window)
    day = task.per_day if len(read.y) >= _DAYS_LEAST * task.per_day else 1
    rows = read.y[len(read.y) % day :].reshape(-1, day).T
    # a season of hours that cannot be taken apart stays the day
    period = max(task.week // day, 1) if day == task.per_day else task.period
    # one rule for all hours: a day of which some add and others multiply has jumps between them
    adds = additive or not read.y.min() > 0.0
    found = theta_of(np.ascontiguousarray(rows), -(-task.horizon // day), period, additive=adds)
    mean = found.mean.T.reshape(-1)[: task.horizon]
    sd = found.sd.T.reshape(-1)[: task.horizon]
    return Forecast(mean, normal_quantiles(mean, sd), _facts(found, len(read.y), period), _notes(read, found))


def _facts(found: ThetaForecast, used: int, period: int) -> dict[str, object]:
    return {
        "window": used,
        "period": period,
        "series": len(found.alpha),
        "alpha": float(np.median(found.alpha)),
        "drift": float(np.median(found.drift)),
        "seasonal": int(found.seasonal.sum()),
        "multiplicative": int((found.seasonal & found.multiplicative).sum()),
    }


def _notes(read: Task, found: ThetaForecast) -> tuple[str, ...]:
    """Say why the season adds up where one would expect it to multiply."""
    if not found.seasonal.any() or read.y.min() > 0.0:
        return ()
    return ("The history has values at or below zero, so the season is added instead of multiplied.",)
