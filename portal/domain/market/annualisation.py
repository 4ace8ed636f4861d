"""How many observations a year holds, read off the days of a series.

API: ``observations_per_year(days) -> float``. Exchange-traded prices have about 252 a year; day-ahead power is fixed on
all 365 days, and scaling it with 252 would understate its volatility by 17 %.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np

from portal.core.arrays import DateArray1D
from portal.domain.market.volatility import TRADING_DAYS

CALENDAR_DAYS = 365
WEEKEND_SHARE = (
    0.1  # a series of all days has 2/7 of them on weekends, a business-day series none but corrections
)


def observations_per_year(days: Sequence[date] | DateArray1D) -> float:
    """Observations in a year of a daily series: 365 when weekends are quoted too, else 252.

    Parameters
    ----------
    days : sequence of date, or ndarray of shape (n,), datetime64
        Days that have a price.

    Returns
    -------
    float
        252 or 365; 252 for an empty series.

    Examples
    --------
    >>> observations_per_year(np.arange("2024-01-01", "2024-02-01", dtype="datetime64[D]"))
    365.0
    """
    dates = np.asarray(days, dtype="datetime64[D]")
    if not dates.size:
        return float(TRADING_DAYS)
    weekend = float(np.mean(~np.is_busday(dates)))
    return float(CALENDAR_DAYS if weekend > WEEKEND_SHARE else TRADING_DAYS)
