"""Delivery months under their market names, and names of periods back into months.

API: ``TENORS``, ``axis_of_periods(months, tenor) -> Axis``, ``months_of_key(key)``, ``period_key(months, tenor)``.
"""

from collections.abc import Mapping
from datetime import date

import numpy as np

from portal.core.arrays import DateArray1D, IntArray1D
from portal.domain.market.curve_products import parse_product, product_label
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.positions import Axis

TENORS: Mapping[str, str] = {
    "hour": "Hour",
    "day": "Day",
    "month": "Month",
    "quarter": "Quarter",
    "season": "Season",
    "year": "Year",
}
"""Lengths of delivery that positions are shown by, with their names."""
_LENGTH = {"month": 1, "quarter": 3, "season": 6, "year": 12}
_SUMMER = 3  # months from January to April, when the gas summer begins


def period_starts(months: DateArray1D, tenor: str) -> IntArray1D:
    """First month of the period in which each month lies.

    Parameters
    ----------
    months : ndarray of shape (n,), datetime64[M]
        Delivery months.
    tenor : str
        ``month``, ``quarter``, ``season`` (from April and October) or ``year``.

    Returns
    -------
    ndarray of shape (n,), int64
        Months since January 1970.

    Raises
    ------
    BadParameter
        The tenor is not made of whole months.
    """
    if tenor not in _LENGTH:
        raise BadParameter(
            f"Months do not add up to '{tenor}'. Choose one of {', '.join(_LENGTH)}.",
            name="tenor",
            value=tenor,
        )
    numbers = months.astype("datetime64[M]").astype(np.int64)
    shift = _SUMMER if tenor == "season" else 0
    starts: IntArray1D = (numbers - shift) // _LENGTH[tenor] * _LENGTH[tenor] + shift
    return starts


def period_key(start: int, tenor: str) -> str:
    """Key of the period of ``tenor`` that begins with a month.

    Parameters
    ----------
    start : int
        Months since January 1970.
    tenor : str
        ``month``, ``quarter``, ``season`` or ``year``.

    Returns
    -------
    str
        Such as ``2027-01``, ``2027-Q1``, ``Win-26``, ``Cal-27``.

    Examples
    --------
    >>> period_key(12 * 56 + 9, "season")
    'Win-26'
    """
    year, month = 1970 + start // 12, start % 12 + 1
    if tenor == "quarter":
        return f"{year}-Q{(month + 2) // 3}"
    if tenor == "season":
        return f"{'Sum' if month == 4 else 'Win'}-{year % 100:02d}"
    return f"Cal-{year % 100:02d}" if tenor == "year" else f"{year}-{month:02d}"


def axis_of_periods(months: DateArray1D, tenor: str) -> Axis:
    """An axis of delivery periods, in order of time.

    Parameters
    ----------
    months : ndarray of shape (n,), datetime64[M]
        Delivery month of each entry.
    tenor : str
        ``month``, ``quarter``, ``season`` or ``year``.

    Returns
    -------
    Axis
        Periods that hold an entry; each sums its months.

    Raises
    ------
    BadParameter
        The tenor is not made of whole months.
    """
    base, code = np.unique(months.astype("datetime64[M]"), return_inverse=True)
    starts = period_starts(base, tenor)
    lines = np.unique(starts)
    keys = tuple(period_key(int(start), tenor) for start in lines)
    roll = (lines[:, None] == starts[None, :]).astype(np.float64)
    return Axis(keys, tuple(map(product_label, keys)), (0,) * len(keys), code.astype(np.int64), roll)


def months_of_key(key: str) -> tuple[date, date]:
    """First and last delivery month of a period.

    Parameters
    ----------
    key : str
        Month, quarter, season, year, or a day (whose month it is).

    Returns
    -------
    tuple of date
        First days of the first and of the last month.

    Raises
    ------
    BadParameter
        The key names no period.
    """
    months = parse_product(key[:7] if len(key) >= 10 else key).months
    if not months:
        raise BadParameter(
            f"'{key}' is no delivery period. Write 2027-01, 2027-Q1, Sum-27, Win-27 or Cal-27.",
            name="period",
            value=key,
        )
    return months[0].astype("datetime64[D]").item(), months[-1].astype("datetime64[D]").item()
