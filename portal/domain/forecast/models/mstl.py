"""Decomposition into a trend and several seasons by loess (MSTL); the rest is smoothed."""

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.forecast.base import Family, Forecast, Task, forecast_model
from portal.domain.forecast.errors import UnfitSeries
from portal.domain.forecast.model_fitting import quiet, recent
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.forecast.theta_method import theta
from portal.domain.market.errors import InsufficientHistory

HOURS, STEPS = 1344, 750  # history read: eight weeks of an hourly target, three years of a daily one
_JUMPS = {
    "trend_jump": 5,
    "low_pass_jump": 5,
}  # loess at every fifth step, lines between: as good, and faster


@forecast_model("MSTL", Family.STATISTICAL, least=12, fit_seconds=0.3)
def mstl(task: Task, *, window: int = 0) -> Forecast:
    """Take day and week out by loess, forecast the rest by Theta, and repeat the last turn of each season.

    A season that the history does not hold twice is left out, and a note says so.

    Parameters
    ----------
    task : Task
        The question.
    window : int, default 0
        Most steps of history; 0 for 1,344 hours (eight weeks) of an hourly target and 750 steps of a daily one.

    Returns
    -------
    Forecast
        Normal quantiles; those of the rest, seasons count as known.

    Raises
    ------
    UnfitSeries
        The target has no season.
    InsufficientHistory
        The history holds no season twice.

    References
    ----------
    Bandara, Hyndman and Bergmeir (2021), "MSTL: a seasonal-trend decomposition algorithm for time series with multiple
    seasonal patterns", arXiv:2107.13462; decomposed by statsmodels.
    """
    if not task.periods:
        raise UnfitSeries("MSTL takes seasons apart, but this target has none; use Theta or ETS.")
    read = recent(task, hourly=HOURS, daily=STEPS, window=window)
    periods = tuple(period for period in task.periods if len(read.y) >= 2 * period)
    notes = tuple(
        f"The history holds the season of {period} steps less than twice, so it is left out."
        for period in task.periods
        if period not in periods
    )
    if not periods:
        raise InsufficientHistory(
            f"MSTL needs two turns of a season, {2 * task.period} values, but there are {len(read.y)}.",
            have=len(read.y),
            need=2 * task.period,
        )
    seasons = _seasons(read.y, periods)
    rest = theta((read.y - seasons.sum(axis=1))[None], task.horizon)
    ahead = np.arange(task.horizon)
    again = sum(
        (
            column[len(column) - period + ahead % period]
            for column, period in zip(seasons.T, periods, strict=True)
        ),
        np.zeros(task.horizon),
    )
    mean = rest.mean[0] + again
    facts = {
        "window": len(read.y),
        "periods": list(periods),
        "alpha": float(rest.alpha[0]),
        "season_deviations": np.std(seasons, axis=0).tolist(),
    }
    return Forecast(mean, normal_quantiles(mean, rest.sd[0]), facts, notes)


def _seasons(y: FloatArray1D, periods: tuple[int, ...]) -> FloatArray2D:
    """Seasonal components, one column each."""
    from statsmodels.tsa.seasonal import MSTL

    with quiet("MSTL", "mstl"):
        found = MSTL(y, periods=periods, stl_kwargs=_JUMPS).fit()
    return np.asarray(found.seasonal, dtype=np.float64).reshape(len(y), len(periods))
