"""Days as rows: the regressors of models that forecast all steps of a day at once from earlier days.

API: ``DayTable``, ``day_table``, ``Regressors``, ``regressors``, ``Stabiliser``.

A day is a block of ``per_day`` steps counted back from the origin, so that the last block ends where the history ends,
whatever the clock says there.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.forecast.base import Task
from portal.domain.forecast.inputs import known_steps

WEEK = 7
MAD_TO_SD = 0.6744897501960817  # of a normal distribution
FLAT = 1e-9  # a spread below this share of the level is none
MOSTLY_EQUAL = 0.01  # median absolute deviation below this share of the standard deviation
MOST = 50.0  # transformed values beyond which the hyperbolic sine means nothing
LEAST_KNOWN = 0.8  # share of days that must know a feature for it to be used


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class DayTable:
    """A task in days.

    Attributes
    ----------
    y : ndarray of shape (d, s)
        Whole days of history, oldest first, s steps each.
    weekday : ndarray of shape (d + f,)
        0 for Monday, of the first step of each day, f days of the horizon after the history.
    names : tuple of str
        Names of the k features.
    features : ndarray of shape (d + f, s, k)
        NaN where not known, also behind the end of the horizon.
    known : ndarray of shape (k,)
        Whole days of the horizon that each feature is known.
    """

    y: FloatArray2D
    weekday: IntArray1D
    names: tuple[str, ...]
    features: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]
    known: IntArray1D

    @property
    def days(self) -> int:
        """Days of history."""
        return len(self.y)


def day_table(task: Task) -> DayTable:
    """Return a task in days.

    Parameters
    ----------
    task : Task
        The question; values in front of the first whole day are left out.

    Returns
    -------
    DayTable
        Its days.
    """
    size = task.per_day
    days, ahead = len(task.y) // size, -(-task.horizon // size)
    start = len(task.y) - days * size
    first = np.minimum(start + size * np.arange(days + ahead), len(task.stamp) - 1)
    weekday = (task.stamp[first].astype("datetime64[D]").astype(np.int64) + 3) % WEEK
    count = len(task.names)
    features = np.full(((days + ahead) * size, count), np.nan)
    if count:
        features[: len(task.stamp) - start] = task.features[start:]
    return DayTable(
        y=task.y[start:].reshape(days, size),
        weekday=weekday,
        names=task.names,
        features=features.reshape(days + ahead, size, count),
        known=-(-known_steps(task) // size),
    )


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Regressors:
    """Regressors of the days of history, and of the day that is asked.

    Attributes
    ----------
    rows : ndarray of shape (n,)
        Days of history that have all regressors.
    past : ndarray of shape (n, p)
        Their regressors.
    asked : ndarray of shape (p,)
        Those of the day that is asked.
    groups : tuple of str
        What each regressor belongs to, such as ``price D-1`` or ``load_fc``, shape (p,).
    left_out : tuple of str
        Features that too few days know.
    """

    rows: IntArray1D
    past: FloatArray2D
    asked: FloatArray1D
    groups: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def regressors(table: DayTable, ahead: int, window: int) -> Regressors:
    """Return the regressors for the day ``ahead`` days after the history, from the last ``window`` days.

    Values of the days D-1, D-2, D-3 and D-7 as far as they are history, one for each step; features of the days D, D-1
    and D-7 (those that are observations: of the newest day known and of D-7); dummies of weekdays. A feature that has
    the same value at all steps of a day counts once.

    Parameters
    ----------
    table : DayTable
        The task in days.
    ahead : int
        1 for the first day after the history.
    window : int
        Most days of history to learn from.

    Returns
    -------
    Regressors
        Regressors of history and of the asked day; columns without variation and copies of others are left out.
    """
    week = WEEK * -(-ahead // WEEK)
    lags = sorted({lag for lag in (1, 2, 3) if lag >= ahead} | {ahead, week})
    longest = max(*lags, WEEK)
    rows = np.arange(max(longest, table.days - window), table.days)
    at = np.append(rows, table.days - 1 + ahead)
    blocks: list[FloatArray2D] = [table.y[at - lag] for lag in lags]
    groups = [f"value D-{lag}" for lag in lags for _ in range(table.y.shape[1])]
    left_out = []
    for column, name in enumerate(table.names):
        found = _feature_block(table, column, at, ahead, week)
        if not np.isfinite(found[-1]).all() or np.isfinite(found[:-1]).all(axis=1).mean() < LEAST_KNOWN:
            left_out.append(name)
            continue
        blocks.append(found)
        groups += [name] * found.shape[1]
    blocks.append((table.weekday[at][:, None] == np.arange(WEEK)).astype(np.float64))
    groups += ["weekday"] * WEEK
    return _complete(np.hstack(blocks), rows, groups, tuple(left_out))


def _feature_block(table: DayTable, column: int, at: IntArray1D, ahead: int, week: int) -> FloatArray2D:
    values = table.features[:, :, column]
    lags = (0, 1, WEEK) if table.known[column] >= ahead else (ahead, week)
    span = values[: table.days]
    flat = (
        bool(np.nanmax(np.nanmax(span, axis=1) - np.nanmin(span, axis=1)) == 0.0)
        if _has_days(span)
        else False
    )
    if flat:
        return values[at - lags[0], :1]
    return np.hstack([values[at - lag] for lag in dict.fromkeys(lags)])


def _has_days(span: FloatArray2D) -> bool:
    return bool(np.isfinite(span).any(axis=1).all())


def _complete(
    both: FloatArray2D, rows: IntArray1D, groups: list[str], left_out: tuple[str, ...]
) -> Regressors:
    """Leave out days with gaps, columns without variation, and copies of columns."""
    whole = np.isfinite(both[:-1]).all(axis=1)
    past, asked = both[:-1][whole], both[-1]
    moving = np.ptp(past, axis=0) > FLAT * np.maximum(np.abs(past).max(axis=0), FLAT)
    copies = {
        column.tobytes(): at
        for at, column in reversed(list(enumerate(np.ascontiguousarray(past.T))))
        if moving[at]
    }
    kept = np.sort(np.fromiter(copies.values(), dtype=np.int64, count=len(copies)))
    return Regressors(rows[whole], past[:, kept], asked[kept], tuple(groups[at] for at in kept), left_out)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Stabiliser:
    """The area hyperbolic sine of values less their median over their median absolute deviation, column by column.

    Attributes
    ----------
    centre, spread : ndarray of shape (p,)
        Median, and median absolute deviation over 0.6745; mean and standard deviation where more than half of the
        values are equal.
    bent : ndarray of shape (p,), bool
        Columns that are transformed; the others, dummies and twilight hours of the sun above all, are only centred
        and scaled.
    low, high : ndarray of shape (p,)
        Range of what was seen.

    References
    ----------
    Uniejewski, Weron and Ziel, "Variance stabilizing transformations for electricity spot price forecasting", IEEE
    Transactions on Power Systems 33 (2018).
    """

    centre: FloatArray1D
    spread: FloatArray1D
    bent: BoolArray1D
    low: FloatArray1D
    high: FloatArray1D

    @classmethod
    def of(cls, values: FloatArray2D) -> "Stabiliser":
        """Return the transformation that fits a table of shape (n, p)."""
        centre = np.median(values, axis=0)
        spread = np.median(np.abs(values - centre), axis=0) / MAD_TO_SD
        sd = values.std(axis=0)
        bent = spread > np.maximum(FLAT * np.maximum(np.abs(centre), 1.0), MOSTLY_EQUAL * sd)
        low, high = values.min(axis=0), values.max(axis=0)
        return cls(
            np.where(bent, centre, values.mean(axis=0)),
            np.where(bent, spread, np.where(sd > 0.0, sd, 1.0)),
            bent,
            low,
            high,
        )

    def forward(self, values: FloatArray2D) -> FloatArray2D:
        """Return transformed values, shape (n, p); a column that is only scaled stays within what was seen.

        The sun an hour earlier than on any day seen would else be many deviations away, on a line that nobody knows.
        """
        within = np.where(self.bent, values, np.clip(values, self.low, self.high))
        scaled = (within - self.centre) / self.spread
        return np.where(self.bent, np.arcsinh(scaled), scaled)

    def back(self, values: FloatArray2D) -> FloatArray2D:
        """Return values in their unit, shape (n, p); none is further out than three times the range that was seen."""
        found = self.centre + self.spread * np.where(self.bent, np.sinh(np.clip(values, -MOST, MOST)), values)
        room = self.high - self.low
        return np.clip(found, self.low - room, self.high + room)
