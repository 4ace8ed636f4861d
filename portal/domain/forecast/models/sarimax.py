"""Regression on what is known ahead, with seasonal ARIMA errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.forecast.arma import ArmaFit, fit_arma
from portal.domain.forecast.base import Family, Forecast, Task, forecast_model
from portal.domain.forecast.inputs import known_steps, require_known
from portal.domain.forecast.model_fitting import recent
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.forecast.seasonal_adjustment import Adjusted, adjust, is_seasonal
from portal.domain.market.errors import BadParameter

HOURS, STEPS = 672, 500  # history read: four weeks of an hourly target, two years of a daily one
HOURLY, DAILY = (2, 0, 1), (1, 1, 1)  # a seasonal AR of 24 hours takes ten times as long
_SEASONS_LEAST = 3
_FORECASTS, _SUMS = "_fc", ("residual_fc",)  # names of day-ahead forecasts, and those that others add up to
_NO_LOGARITHM = (
    "The history has values at or below zero, which have no logarithm, so the values are taken as they are."
)


@forecast_model("SARIMAX", Family.STATISTICAL, least=10, uses_features=True, fit_seconds=1.5)
def sarimax(
    task: Task,
    *,
    order: Sequence[int] | None = None,
    seasonal_order: Sequence[int] = (0, 0, 0),
    regressors: Sequence[str] | None = None,
    log: bool = False,
    window: int = 0,
) -> Forecast:
    """Regress on day-ahead forecasts with ARIMA errors around the mean week, by exact maximum likelihood.

    The mean of each position in the week is taken out of values and regressors first (from daily targets only where a
    test finds a season).

    Parameters
    ----------
    task : Task
        The question.
    order : sequence of 3 int, optional
        Lags of AR, differences, lags of MA; (2, 0, 1) for hourly targets and (1, 1, 1) for daily ones by default.
    seasonal_order : sequence of 3 int, default (0, 0, 0)
        The same by the shortest season; none by default, since the mean week is taken out.
    regressors : sequence of str, optional
        Names of features that are known over the whole horizon; by default the day-ahead forecasts (of load, wind,
        solar), where there are any.
    log : bool, default False
        Model the logarithm; a history with values at or below zero is modelled as it is, which a note says.
    window : int, default 0
        Most steps of history; 0 for 672 hours (four weeks) of an hourly target and 500 steps of a daily one.

    Returns
    -------
    Forecast
        Normal quantiles, of the logarithm where that is modelled; drivers are shares of the regressors' spread.

    Raises
    ------
    MissingInput
        A regressor is missing at a step that is to be known.
    BadParameter
        A regressor is no feature of the task, or not known over the whole horizon.
    NotConverged
        The search for the parameters did not end.

    References
    ----------
    Box, Jenkins, Reinsel and Ljung (2015), Time Series Analysis, ch. 9; fitted by statsmodels.
    """
    read = recent(task, hourly=HOURS, daily=STEPS, window=window)
    chosen, notes = _regressors(read, regressors)
    takes_log = log and bool(read.y.min() > 0.0)
    if log and not takes_log:
        notes += (_NO_LOGARITHM,)
    parts = _flatten(read, chosen, np.log(read.y) if takes_log else read.y)
    wanted = tuple(order or (HOURLY if task.per_day > 1 else DAILY))
    turns = tuple(seasonal_order)
    fit = fit_arma(parts.y, wanted, (*turns, task.period), x=parts.past)
    mean, sd = fit.forecast(task.horizon, parts.future)
    mean = mean + parts.week
    facts = {
        **_facts(fit),
        "order": list(wanted),
        "seasonal_order": list(turns),
        "drivers": _shares(chosen, fit.slopes),
        "window": len(read.y),
        "log": takes_log,
    }
    quantiles = normal_quantiles(mean, sd)
    if not takes_log:
        return Forecast(mean, quantiles, facts, notes)
    return Forecast(np.exp(mean + 0.5 * np.square(sd)), np.exp(quantiles), facts, notes)


def _regressors(task: Task, named: Sequence[str] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the features to regress on, and notes on those that cannot be."""
    reach = dict(zip(task.names, known_steps(task).tolist(), strict=True))
    if named is None:
        usual = [name for name in task.names if name.endswith(_FORECASTS) and name not in _SUMS]
        wanted = [name for name in usual if reach[name] >= task.horizon]
    else:
        wanted = list(dict.fromkeys(named))
    for name in wanted:
        if reach.get(name, 0) < task.horizon:
            why = "is known for the whole horizon" if name in reach else "the target has"
            raise BadParameter(
                f"SARIMAX cannot regress on '{name}', which is no feature that {why}.",
                name="regressors",
                value=name,
            )
    require_known(task, unused=tuple(name for name in task.names if name not in wanted))
    past = task.past[:, [task.names.index(name) for name in wanted]] if wanted else np.empty((0, 0))
    holes = [
        name
        for name, column in zip(wanted, past.T, strict=False)
        if not np.isfinite(column).all() or np.ptp(column) == 0.0
    ]
    notes = tuple(
        f"The feature '{name}' has gaps or does not move in the history that is read, so it is left out."
        for name in holes
    )
    return tuple(name for name in wanted if name not in holes), notes


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class _Parts:
    """Values and regressors without their mean week, and the week of the values in the horizon."""

    y: FloatArray1D
    past: FloatArray2D
    future: FloatArray2D
    week: FloatArray1D


def _flatten(task: Task, chosen: tuple[str, ...], y: FloatArray1D) -> _Parts:
    """Take the mean week out of values and regressors alike, or neither; regressors in deviations of their past."""
    n, columns = len(y), [task.names.index(name) for name in chosen]
    x = task.features[:, columns] if columns else np.empty((len(task.stamp), 0))
    scale = x[:n].std(axis=0)
    x = (x - x[:n].mean(axis=0)) / np.where(scale > 0.0, scale, 1.0)
    season = task.week if n >= _SEASONS_LEAST * task.week else 1
    has_week = season > 1 and (task.per_day > 1 or bool(is_seasonal(y[None], season)[0]))
    rows = np.vstack([y, x[:n].T])
    flat = adjust(rows, season, np.full(len(rows), has_week), additive=True)
    again = _ahead(flat, task.horizon)
    return _Parts(flat.y[0], flat.y[1:].T, x[n:] - again[1:].T, again[0])


def _ahead(flat: Adjusted, horizon: int) -> FloatArray2D:
    """Effects of the week on the steps of the horizon, one row a series."""
    nothing = np.zeros((len(flat.y), horizon))
    return flat.put_back(nothing, nothing)[0]


def _shares(names: tuple[str, ...], slopes: FloatArray1D) -> dict[str, float]:
    whole = float(np.abs(slopes).sum()) or 1.0
    return {name: abs(slope) / whole for name, slope in zip(names, slopes.tolist(), strict=True)}


def _facts(fit: ArmaFit) -> dict[str, Any]:
    return {
        "ar": fit.ar.tolist(),
        "ma": fit.ma.tolist(),
        "seasonal_ar": fit.seasonal_ar.tolist(),
        "seasonal_ma": fit.seasonal_ma.tolist(),
        "slopes": fit.slopes.tolist(),
        "sigma": float(np.sqrt(fit.sigma2)),
        "aic": fit.aic,
    }
