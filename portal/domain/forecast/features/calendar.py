"""Where a row lies in the day, the week and the year."""

from collections.abc import Sequence

import numpy as np

from portal.domain.forecast.features.base import Column, Inputs, Rows, column, feature_group
from portal.domain.forecast.series import Ahead


@feature_group("Calendar", version=1, sets=("power", "system", "daily"))
def calendar(rows: Rows, inputs: Inputs) -> Sequence[Column]:  # noqa: ARG001  # a group has one shape
    """Hour (hourly targets), weekday (0 is Monday), and the year as a circle.

    Parameters
    ----------
    rows : Rows
        Rows of the table.
    inputs : Inputs
        Not read.

    Returns
    -------
    sequence of Column
        Known ahead without end.
    """
    weekday = (rows.day.astype(np.int64) + 3) % 7
    turn = 2.0 * np.pi * (rows.day - rows.day.astype("datetime64[Y]")).astype(np.float64) / 365.25
    found = [
        column("weekday", "Weekday", "0-6", Ahead.ALWAYS, weekday),
        column("year_sin", "Season (sine)", "-1 to 1", Ahead.ALWAYS, np.sin(turn)),
        column("year_cos", "Season (cosine)", "-1 to 1", Ahead.ALWAYS, np.cos(turn)),
    ]
    if rows.target.per_day > 1:
        found.insert(0, column("hour", "Hour", "0-23", Ahead.ALWAYS, rows.hour))
    return found
