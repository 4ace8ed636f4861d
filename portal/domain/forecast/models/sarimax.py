"""Regression with seasonal ARIMA errors."""

from collections.abc import Sequence

import numpy as np

from portal.core.arrays import FloatArray1D
from portal.domain.forecast.arma import fit_arma
from portal.domain.forecast.base import Family, Forecast, Task, forecast_model
from portal.domain.forecast.model_fitting import recent
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.forecast.seasonal_adjustment import adjust, is_seasonal

HOURS, STEPS = 672, 500  # history read: four weeks of an hourly target, two years of a daily one
HOURLY, DAILY = (
    (2, 0, 1),
    (1, 1, 1),
)  # a seasonal AR of 24 hours takes ten times as long and gains little after the week
_SEASONS_LEAST = 3


@forecast_model("SARIMAX", Family.STATISTICAL, least=10, fit_seconds=2.0)
def sarimax(
    task: Task,
    *,
    order: Sequence[int] | None = None,
    seasonal_order: Sequence[int] = (0, 0, 0),
    log: bool = False,
    window: int = 0,
) -> Forecast:
    """Fit ARIMA errors around the mean week by exact maximum likelihood.

    The mean of each position in the week is taken out first (from daily targets only where a test finds a season).

    Parameters
    ----------
    task : Task
        The question.
    order : sequence of 3 int, optional
        Lags of AR, differences, lags of MA; (2, 0, 1) for hourly targets and (1, 1, 1) for daily ones by default.
    seasonal_order : sequence of 3 int, default (0, 0, 0)
        The same by the shortest season; none by default, since the mean week is taken out.
    log : bool, default False
        Model the logarithm; a history with values at or below zero is modelled as it is, which a note says.
    window : int, default 0
        Most steps of history; 0 for 672 hours (four weeks) of an hourly target and 500 steps of a daily one.

    Returns
    -------
    Forecast
        Normal quantiles, of the logarithm where that is modelled.

    Raises
    ------
    NotConverged
        The search for the parameters did not end.

    References
    ----------
    Box, Jenkins, Reinsel and Ljung (2015), Time Series Analysis, ch. 9; fitted by statsmodels.
    """
    read = recent(task, hourly=HOURS, daily=STEPS, window=window)
    takes_log = log and bool(read.y.min() > 0.0)
    y = np.log(read.y) if takes_log else read.y
    season = task.week if len(y) >= _SEASONS_LEAST * task.week else 1
    where = np.array([task.per_day > 1]) if season > 1 else np.array([False])
    flat = adjust(y[None], season, where | is_seasonal(y[None], season), additive=True)
    standard = HOURLY if task.per_day > 1 else DAILY
    wanted, turns = tuple(order or standard), tuple(seasonal_order)
    fit = fit_arma(flat.y[0], wanted, (*turns, task.period))
    mean, sd = fit.forecast(task.horizon)
    mean = flat.put_back(mean[None], sd[None])[0][0]
    facts = {
        "order": list(wanted),
        "seasonal_order": list(turns),
        "ar": fit.ar.tolist(),
        "ma": fit.ma.tolist(),
        "seasonal_ar": fit.seasonal_ar.tolist(),
        "seasonal_ma": fit.seasonal_ma.tolist(),
        "sigma": float(np.sqrt(fit.sigma2)),
        "aic": fit.aic,
        "window": len(y),
        "log": takes_log,
    }
    notes: tuple[str, ...] = ()
    if log and not takes_log:
        notes = (
            "The history has values at or below zero, which have no logarithm, so the values are modelled as they are.",
        )
    return _answer(mean, sd, facts, notes, takes_log=takes_log)


def _answer(
    mean: FloatArray1D, sd: FloatArray1D, facts: dict[str, object], notes: tuple[str, ...], *, takes_log: bool
) -> Forecast:
    quantiles = normal_quantiles(mean, sd)
    if not takes_log:
        return Forecast(mean, quantiles, facts, notes)
    return Forecast(np.exp(mean + 0.5 * np.square(sd)), np.exp(quantiles), facts, notes)
