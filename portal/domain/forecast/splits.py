"""The origins of a rolling evaluation: chosen once, before anything is fitted, the same for all models of a target.

API: ``make_splits``, ``split_within``.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from portal.domain.forecast.base import model
from portal.domain.forecast.evaluation import Splits
from portal.domain.forecast.series import Series
from portal.domain.market.errors import BadParameter, InsufficientHistory

LEAST_HISTORY = 20  # values before the first origin, whatever the season
DAYS_BETWEEN = 5  # between the origins of a daily target: a week of business days


def make_splits(series: Series, origins: int, step: int | None = None, *, first: int | None = None) -> Splits:
    """Fix the origins of a series: the last one is the newest whose whole horizon has happened.

    Parameters
    ----------
    series : Series
        The prepared series.
    origins : int
        How many origins are wanted; fewer when the history does not hold them.
    step : int, optional
        Values between origins; a day of an hourly target, five values of a daily one by default.
    first : int, optional
        Fewest values before the first origin; two of the longest seasons, and at least ``LEAST_HISTORY``, by default.

    Returns
    -------
    Splits
        Origins that stand at the start of a local day; ``window`` is that of the target.

    Raises
    ------
    BadParameter
        No origin is wanted, or the step is no whole number of days.
    InsufficientHistory
        Not even one origin fits.
    """
    target = series.target
    space = step if step is not None else (target.per_day if target.per_day > 1 else DAYS_BETWEEN)
    if origins < 1:
        raise BadParameter(
            f"An evaluation needs at least one origin, not {origins}.", name="origins", value=origins
        )
    if space < 1 or space % target.per_day:
        raise BadParameter(
            f"The origins of {target.code} stand a whole number of days apart: choose a step that is a multiple of "
            f"{target.per_day}, not {space}.",
            name="step",
            value=space,
        )
    least = first if first is not None else max(2 * max(target.periods, default=1), LEAST_HISTORY)
    last = _newest(series)
    if last < least:
        raise InsufficientHistory(
            f"{target.title or target.code} has {len(series.y)} values, too few to hold one forecast of "
            f"{target.horizon} steps against what happened after {least} values of history. Wait for more data.",
            have=len(series.y),
            need=least + target.horizon,
        )
    count = min(origins, (last - least) // space + 1)
    return Splits(first=last - space * (count - 1), step=space, count=count, window=target.window)


def split_within(splits: Splits, codes: Sequence[str], seconds: float, *, workers: int = 1) -> Splits:
    """Thin out origins until the fits of all models take about ``seconds``, over the same span of time.

    Models keep nothing between origins, so each origin is a refit: the one way to a shorter run is fewer origins.

    Parameters
    ----------
    splits : Splits
        The origins wanted.
    codes : sequence of str
        Models that are run at each of them.
    seconds : float
        What all fits together may take, by ``ForecastModel.fit_seconds``.
    workers : int
        Processes that share them.

    Returns
    -------
    Splits
        The same last origin and a multiple of the step; never fewer than two origins of those that were there.
    """
    each = sum(model(code).fit_seconds for code in codes) / max(1, workers)
    affordable = max(2, int(seconds / each)) if each > 0 else splits.count
    if splits.count <= affordable:
        return splits
    wider = -(-(splits.count - 1) // (affordable - 1))  # rounded up
    count = (splits.count - 1) // wider + 1
    last = splits.origins[-1]
    return replace(
        splits, first=last - wider * splits.step * (count - 1), step=wider * splits.step, count=count
    )


def _newest(series: Series) -> int:
    """The newest origin with a whole horizon after it that starts a local day."""
    last = len(series.y) - series.target.horizon
    if series.target.per_day > 1 and last > 0:
        clock = series.stamp[last].astype("datetime64[s]")
        into_day = int((clock - clock.astype("datetime64[D]")) / np.timedelta64(1, "s"))
        last -= round(into_day * series.target.per_day / 86_400)
    return last
