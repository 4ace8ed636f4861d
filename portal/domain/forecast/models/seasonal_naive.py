"""The value of one season ago: the baseline that every other model must beat."""

import numpy as np

from portal.domain.forecast.base import Family, Forecast, Task, forecast_model
from portal.domain.forecast.quantiles import normal_quantiles


@forecast_model("Seasonal naive", Family.BASELINE, least=2, fit_seconds=0.001)
def seasonal_naive(task: Task) -> Forecast:
    """Repeat the last season (the last week of an hourly target); the spread grows with the seasons ahead.

    The standard deviation of step h is ``sigma sqrt(k)`` with k the seasons ahead, and sigma the root mean square of
    seasonal differences.

    Parameters
    ----------
    task : Task
        The question; its longest season counts, 1 (the last value) when the history is shorter than two of them.

    Returns
    -------
    Forecast
        Normal quantiles around the repeated season.

    References
    ----------
    Hyndman and Athanasopoulos, Forecasting: principles and practice, 3rd ed., sections 5.2 and 5.5.
    """
    season = task.week if len(task.y) >= 2 * task.week else 1
    ahead = np.arange(task.horizon)
    mean = task.y[len(task.y) - season + ahead % season]
    errors = task.y[season:] - task.y[:-season]
    sd = np.sqrt(np.mean(np.square(errors))) * np.sqrt(ahead // season + 1.0)
    return Forecast(mean, normal_quantiles(mean, sd), facts={"season": season})
