"""The last value with the average change of the history: a baseline for what wanders."""

import numpy as np

from portal.domain.forecast.base import Family, Forecast, Task, forecast_model
from portal.domain.forecast.quantiles import normal_quantiles


@forecast_model("Drift", Family.BASELINE, least=3, fit_seconds=0.001)
def drift(task: Task) -> Forecast:
    """Draw the line through the first and the last value further; the spread grows with its root and its slope's error.

    The standard deviation of step h is ``sigma sqrt(h (1 + h / (n - 1)))``, sigma that of the changes. The steps of an
    hourly target go on from the same hour of the last day, each by a day's change.

    Parameters
    ----------
    task : Task
        The question.

    Returns
    -------
    Forecast
        Normal quantiles around the line.

    References
    ----------
    Hyndman and Athanasopoulos, Forecasting: principles and practice, 3rd ed., sections 5.2 and 5.5.
    """
    day = task.per_day if len(task.y) >= 3 * task.per_day else 1
    rows = task.y[len(task.y) % day :].reshape(-1, day)  # one column an hour, the last row the last day
    changes = np.diff(rows, axis=0)
    n, slope = len(changes), changes.mean(axis=0)
    sigma = np.sqrt(np.square(changes - slope).sum(axis=0) / (n - 1))
    ahead = np.arange(task.horizon)
    hour, days = ahead % day, ahead // day + 1.0
    mean = rows[-1, hour] + days * slope[hour]
    sd = sigma[hour] * np.sqrt(days * (1.0 + days / n))
    return Forecast(mean, normal_quantiles(mean, sd), facts={"drift_a_day": float(slope.mean())})
