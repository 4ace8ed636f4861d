"""Temperature: the newest that was measured, and what is usual at this time of the year."""

from collections.abc import Sequence

import numpy as np

from portal.core.arrays import FloatArray1D
from portal.domain.forecast.features.base import Column, Inputs, Rows, Versions, column, feature_group
from portal.domain.forecast.features.vintages import known_of, newest_by
from portal.domain.forecast.series import Ahead

YEARS_BACK = (1, 2, 3)
DAYS_AROUND = range(-7, 8)
_YEAR = 364  # whole weeks


@feature_group("Weather", version=1, sets=("power", "system"))
def weather(rows: Rows, inputs: Inputs) -> Sequence[Column]:
    """The newest daily mean temperature at the gate, the usual one of the day, and how the newest differs from usual.

    Parameters
    ----------
    rows : Rows
        Rows of the table.
    inputs : Inputs
        Daily mean temperature near the target.

    Returns
    -------
    sequence of Column
        ``temp_last``, ``temp_usual`` (mean of the two weeks around the same day of up to three earlier years), C;
        none without a station.
    """
    if inputs.temperature is None:
        return []
    days, position = np.unique(rows.day, return_inverse=True)
    gate = rows.gate[np.unique(position, return_index=True)[1]]
    usual = _usual(inputs.temperature, days.astype("datetime64[s]"), gate)
    return [
        column(
            "temp_last", "Newest temperature", "C", Ahead.SERVED, newest_by(inputs.temperature, rows.gate)
        ),
        column("temp_usual", "Usual temperature", "C", Ahead.ALWAYS, usual[position]),
    ]


def _usual(
    temperature: Versions,
    days: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    gate: np.ndarray[tuple[int], np.dtype[np.datetime64]],
) -> FloatArray1D:
    back = [_YEAR * years + off for years in YEARS_BACK for off in DAYS_AROUND]
    found = np.stack([known_of(temperature, days - np.timedelta64(n, "D"), gate) for n in back])
    known = np.isfinite(found)
    total, count = np.where(known, found, 0.0).sum(axis=0), known.sum(axis=0)
    return np.where(count >= len(DAYS_AROUND) // 2, total / np.maximum(count, 1), np.nan)
