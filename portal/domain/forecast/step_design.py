"""Steps as rows: for each origin and step ahead, what was known at the origin; the table of direct models.

API: ``StepTable``, ``step_table``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.forecast.base import Task
from portal.domain.forecast.inputs import known_steps

WEEK = 7
DAILY_LAGS = (1, 2, 3, 5, 10, 20)
HOURLY_LAGS = (1, 2, 3, 7)  # days


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class StepTable:
    """Rows of o origins times h steps, origin by origin, with k columns.

    Attributes
    ----------
    names : tuple of str
        Names of the columns.
    rows : ndarray of shape (o * h, k)
        What was known at each origin; NaN where not.
    level : ndarray of shape (o * h,)
        What the values are measured from: the last value of a daily series, the mean of the last week of an hourly
        one. Trees cannot go beyond what they have seen, differences come back.
    """

    names: tuple[str, ...]
    rows: FloatArray2D
    level: FloatArray1D


def step_table(task: Task, origins: IntArray1D) -> StepTable:
    """Return the table of a task at some origins.

    Parameters
    ----------
    task : Task
        The question.
    origins : ndarray of shape (o,)
        Numbers of values that are history; ``len(task.y)`` for the forecast itself.

    Returns
    -------
    StepTable
        Lags at or before each origin's last value, calendar of each step, features as far as they are known ahead,
        and observations as of the origin.
    """
    steps = np.arange(task.horizon)
    at = origins[:, None] + steps
    level = np.repeat(_level(task, origins)[:, None], task.horizon, axis=1)
    columns: dict[str, FloatArray] = {"step": np.broadcast_to(steps.astype(np.float64), at.shape)}
    columns |= _calendar(task, at) | _lags(task, origins, steps, level)
    columns |= _features(task, origins, at)
    rows = np.stack(list(columns.values()), axis=-1).reshape(at.size, len(columns))
    return StepTable(tuple(columns), rows, level.ravel())


def _level(task: Task, origins: IntArray1D) -> FloatArray1D:
    if task.per_day == 1:
        return task.y[origins - 1]
    total = np.concatenate([[0.0], np.cumsum(task.y)])
    span = np.minimum(origins, WEEK * task.per_day)
    level: FloatArray1D = (total[origins] - total[origins - span]) / span
    return level


def _calendar(task: Task, at: IntArray1D) -> dict[str, FloatArray]:
    day = task.stamp[at].astype("datetime64[D]")
    found = {"weekday": ((day.astype(np.int64) + 3) % WEEK).astype(np.float64)}
    found["day of year"] = (day - day.astype("datetime64[Y]")).astype(np.float64)
    if task.per_day > 1:
        found["time of day"] = (task.stamp[at] - day).astype("timedelta64[m]").astype(np.float64)
    return found


def _lags(task: Task, origins: IntArray1D, steps: IntArray1D, level: FloatArray2D) -> dict[str, FloatArray]:
    """Earlier values less the level; of an hourly series those at the same time of day, and the mean of the last."""
    values = np.where(np.isfinite(task.y), task.y, np.nan)
    found: dict[str, FloatArray] = {}
    if task.per_day == 1:
        for lag in DAILY_LAGS:
            found[f"value {lag} before"] = (
                _value(values, np.repeat(origins[:, None] - 1 - lag, len(steps), 1)) - level
            )
        found["spread of 20 changes"] = np.repeat(_spread(values, origins)[:, None], len(steps), axis=1)
        return found
    size = task.per_day
    days = steps // size + 1  # of the step, from the origin
    for lag in HOURLY_LAGS:
        back = lag if lag < WEEK else WEEK * -(-days // WEEK) - days + 1
        found[f"value D-{lag}"] = _value(values, origins[:, None] + steps - size * (days + back - 1)) - level
    recent = np.stack(
        [_value(values, origins[:, None] + steps % size - size * (1 + lag)) for lag in range(WEEK)]
    )
    found["mean of the week at this time"] = _mean(recent) - level
    found["last value"] = np.repeat(_value(values, origins - 1)[:, None], len(steps), axis=1) - level
    found["mean of the last day"] = (
        np.repeat(_level_of_day(task, origins)[:, None], len(steps), axis=1) - level
    )
    found["level"] = level
    return found


def _level_of_day(task: Task, origins: IntArray1D) -> FloatArray1D:
    total = np.concatenate([[0.0], np.cumsum(task.y)])
    span = np.minimum(origins, task.per_day)
    mean: FloatArray1D = (total[origins] - total[origins - span]) / span
    return mean


def _spread(values: FloatArray1D, origins: IntArray1D) -> FloatArray1D:
    change = np.diff(values, prepend=np.nan)
    window = np.stack([_value(change, origins - 1 - lag) for lag in range(20)])
    return np.sqrt(_mean(np.square(window)))


def _mean(stack: FloatArray) -> FloatArray:
    """Mean over the first axis of what is there; NaN where nothing is."""
    there = np.isfinite(stack)
    count = there.sum(axis=0)
    total = np.where(there, stack, 0.0).sum(axis=0)
    found: FloatArray = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return found


def _value(values: FloatArray1D, at: IntArray1D) -> FloatArray:
    """Values at positions; NaN in front of the first."""
    found: FloatArray = np.where(at >= 0, values[np.maximum(at, 0)], np.nan)
    return found


def _features(task: Task, origins: IntArray1D, at: IntArray1D) -> dict[str, FloatArray]:
    """Features at the step where they are known so far ahead; observations as of the last value of the history."""
    found: dict[str, FloatArray] = {}
    ahead = at - origins[:, None]
    for column, (name, known) in enumerate(zip(task.names, known_steps(task).tolist(), strict=True)):
        values = task.features[:, column]
        if known:
            found[name] = np.where(ahead < known, values[at], np.nan)
            for lag in (1, WEEK) if task.per_day > 1 else ():
                found[f"{name} less D-{lag}"] = found[name] - _value(values, at - lag * task.per_day)
        else:
            found[name] = np.repeat(values[origins - 1][:, None], at.shape[1], axis=1)
    return found
