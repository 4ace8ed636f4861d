"""Exponential smoothing in state space form: level, trend and season, each with its own memory."""

from dataclasses import asdict

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.forecast.base import LEVELS, Family, Forecast, Task, forecast_model
from portal.domain.forecast.ets_fit import Search, fit_ets
from portal.domain.forecast.exponential import EtsFit, EtsSpec, read_spec
from portal.domain.forecast.model_fitting import recent
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.forecast.seasonal_adjustment import Adjusted, adjust, is_seasonal

HOURS, STEPS = 672, 750  # history read: four weeks of an hourly target, three years of a daily one
AUTOMATIC = "auto"
_WEEKS_LEAST = 3


@forecast_model("ETS", Family.STATISTICAL, least=10, fit_seconds=1.0)
def ets(
    task: Task, *, spec: str = AUTOMATIC, search: str = Search.LIKELIHOOD.value, window: int = 0
) -> Forecast:
    """Fit exponential smoothing by maximum likelihood; without a specification the better of two by AICc.

    An hourly target is first adjusted for its mean week, then smoothed with the season of a day.

    Parameters
    ----------
    task : Task
        The question.
    spec : str, default "auto"
        Error, trend and season, such as ``AAdA`` or ``MAM``; "auto" chooses between no trend and a damped one, with an
        additive season where a test finds it.
    search : str, default "likelihood"
        How weights are found: "likelihood", or "simplex" as R's ``forecast::ets`` does.
    window : int, default 0
        Most steps of history; 0 for 672 hours (four weeks) of an hourly target and 750 steps of a daily one.

    Returns
    -------
    Forecast
        Normal quantiles, simulated ones where a part multiplies.

    Raises
    ------
    NotConverged
        The search for the parameters did not end.

    References
    ----------
    Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing; fitted by statsmodels.
    """
    read = recent(task, hourly=HOURS, daily=STEPS, window=window)
    week = task.per_day > 1 and len(read.y) >= _WEEKS_LEAST * task.week > task.period
    period = task.period if len(read.y) > 2 * task.period else 1
    flat = adjust(read.y[None], task.week, np.array([week]), additive=True) if week else None
    series = flat.y[0] if flat else read.y
    candidates, notes = _candidates(series, period, spec, seasonal=week)
    fit = min(
        (fit_ets(series, wanted, period, search) for wanted in candidates), key=lambda found: found.aicc
    )
    mean, quantiles = _answer(fit, task, flat)
    facts = {
        "spec": fit.spec.name,
        **asdict(fit.weights),
        "sigma": fit.sigma,
        "aic": fit.aic,
        "log_likelihood": fit.log_likelihood,
        "window": len(read.y),
        "period": period,
    }
    return Forecast(mean, quantiles, facts, notes)


def _candidates(
    series: FloatArray1D, period: int, spec: str, *, seasonal: bool
) -> tuple[tuple[EtsSpec, ...], tuple[str, ...]]:
    """What to fit, and what to say about it."""
    if spec == AUTOMATIC:
        has_season = period > 1 and (seasonal or bool(is_seasonal(series[None], period)[0]))
        letter = "A" if has_season else "N"
        return (EtsSpec("A", "N", letter), EtsSpec("A", "Ad", letter)), ()
    wanted = read_spec(spec)
    notes: tuple[str, ...] = ()
    if wanted.season != "N" and period == 1:
        wanted = EtsSpec(wanted.error, wanted.trend, "N")
        notes += ("The history has no season of two turns or more, so the model has none.",)
    if wanted.multiplies and not series.min() > 0.0:
        wanted = wanted.additive()
        notes += ("The history has values at or below zero, so all parts add up instead of multiplying.",)
    return (wanted,), notes


def _answer(fit: EtsFit, task: Task, flat: Adjusted | None) -> tuple[FloatArray1D, FloatArray2D]:
    """Means and quantiles, with the mean week put back."""
    mean = fit.forecast(task.horizon)
    if fit.spec.multiplies:
        quantiles: FloatArray2D = np.quantile(fit.simulate(task.horizon, task.seed), LEVELS, axis=1).T
    else:
        quantiles = normal_quantiles(mean, fit.deviation(task.horizon))
    if flat is None:
        return mean, quantiles
    week = flat.put_back(np.zeros((1, task.horizon)), np.ones((1, task.horizon)))[0][0]
    return mean + week, quantiles + week[:, None]
