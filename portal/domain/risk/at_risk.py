"""What deliveries of a period may bring in: scenario moves of forward prices, carried until they are delivered.

API: ``Deliveries``, ``deliveries(as_of, months, bucket)``, ``by_delivery(...)``, ``by_period_end(...)``.

A scenario moves a price within its horizon. What a delivery will have earned rests on all moves until then, so moves of
a delivery are scaled by the root of the business days until the middle of its month (QUANT: holds for independent,
mean-free moves and for what is linear). Options, storage and swing therefore count with their exposure alone.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from portal.core.arrays import BoolArray1D, DateArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.market.errors import BadParameter

BUCKETS = {"month": "Month", "quarter": "Quarter", "year": "Year"}
MIDDLE = 14  # days after the first of a month


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Deliveries:
    """Periods of delivery, and where k factors belong.

    Attributes
    ----------
    period : tuple of str
        Keys of the b periods, rising, such as ``2027-01``, ``2027-Q1`` or ``2027``.
    place : ndarray of shape (k,), int64
        Period of each factor; -1 for one without delivery.
    days : ndarray of shape (k,)
        Business days until the middle of its delivery month, at least 1; NaN without delivery.
    end : ndarray of shape (b,)
        Business days until each period is over, at least 1.
    """

    period: tuple[str, ...]
    place: IntArray1D
    days: FloatArray1D
    end: FloatArray1D


def deliveries(as_of: date, tenor: IntArray1D, bucket: str) -> Deliveries:
    """Put price factors into periods of delivery.

    Parameters
    ----------
    as_of : date
        Valuation day.
    tenor : ndarray of shape (k,)
        Months ahead of the month of ``as_of``, from 1; 0 for a factor without delivery.
    bucket : str
        ``month``, ``quarter`` or ``year``.

    Returns
    -------
    Deliveries
        Periods that hold a factor.

    Raises
    ------
    BadParameter
        There is no such bucket.

    Examples
    --------
    >>> found = deliveries(date(2026, 11, 20), np.array([1, 2, 3, 0]), "quarter")
    >>> found.period, found.place.tolist(), found.days.tolist()
    (('2026-Q4', '2027-Q1'), [0, 1, 1, -1], [17.0, 40.0, 61.0, nan])
    """
    if bucket not in BUCKETS:
        raise BadParameter(
            f"There are no periods of a '{bucket[:20]}'. Choose one of {', '.join(BUCKETS)}.",
            name="bucket",
            value=bucket[:20],
        )
    today = np.datetime64(as_of, "D")
    priced = tenor > 0
    month = np.datetime64(as_of, "M") + tenor
    start = _starts(month, bucket)
    first, place = np.unique(start[priced], return_inverse=True)
    where = np.full(len(tenor), -1, dtype=np.int64)
    where[priced] = place.ravel()
    length = {"month": 1, "quarter": 3, "year": 12}[bucket]
    days = np.full(len(tenor), np.nan)
    days[priced] = np.maximum(1, np.busday_count(today, month[priced].astype("M8[D]") + MIDDLE))
    end = np.maximum(1, np.busday_count(today, (first + length).astype("M8[D]")))
    return Deliveries(tuple(_key(at, bucket) for at in first), where, days, end.astype(np.float64))


def _starts(month: DateArray1D, bucket: str) -> DateArray1D:
    number = month.astype(np.int64)
    length = {"month": 1, "quarter": 3, "year": 12}[bucket]
    found: DateArray1D = (number - number % length).astype("datetime64[M]")
    return found


def _key(start: np.datetime64, bucket: str) -> str:
    text = str(start)
    if bucket == "quarter":
        return f"{text[:4]}-Q{(int(text[5:7]) + 2) // 3}"
    return text if bucket == "month" else text[:4]


def by_delivery(
    moves: FloatArray2D, exposure: FloatArray1D, found: Deliveries, horizon_days: float = 1.0
) -> FloatArray2D:
    """Result of what is delivered in each period, in every scenario.

    Parameters
    ----------
    moves : ndarray of shape (s, k)
        Moves of the factors over the horizon.
    exposure : ndarray of shape (k,)
        EUR for a move of 1.
    found : Deliveries
        Where the factors belong.
    horizon_days : float, default 1
        Business days that a scenario spans.

    Returns
    -------
    ndarray of shape (s, b)
        EUR against the forward prices of today; factors without delivery are left out.
    """
    scaled = _table(found)
    priced = found.place >= 0
    scaled[priced, found.place[priced]] = exposure[priced] * np.sqrt(found.days[priced] / horizon_days)
    used = np.flatnonzero(scaled.any(axis=1))
    pnl: FloatArray2D = moves[:, used] @ scaled[used]
    return pnl


def by_period_end(
    moves: FloatArray2D,
    exposure: FloatArray1D,
    found: Deliveries,
    also: BoolArray1D,
    horizon_days: float = 1.0,
) -> FloatArray2D:
    """Change in value of all positions until each period is over, in every scenario.

    Parameters
    ----------
    moves, exposure, found, horizon_days
        As for :func:`by_delivery`.
    also : ndarray of shape (k,), bool
        Factors without delivery that count, such as exchange rates: they move until the end of the period.

    Returns
    -------
    ndarray of shape (s, b)
        EUR; a delivery moves until its own middle or the end of the period, whichever comes first.
    """
    days = np.where(np.isnan(found.days), np.inf, found.days)[:, None]
    scaled = exposure[:, None] * np.sqrt(np.minimum(days, found.end[None, :]) / horizon_days)
    scaled[(found.place < 0) & ~also] = 0.0
    used = np.flatnonzero(scaled.any(axis=1))
    pnl: FloatArray2D = moves[:, used] @ scaled[used]
    return pnl


def _table(found: Deliveries) -> FloatArray2D:
    return np.zeros((len(found.place), len(found.period)))
