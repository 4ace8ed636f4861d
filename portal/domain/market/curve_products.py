"""Delivery products of a monthly forward curve: months, quarters, seasons, calendar years and rolling contracts.

API: ``parse_product("2027-Q1")``; ``delivery_weights(months, commodity, timezone)`` (hours for power, days else);
``product_history(...)`` gives a product's price on each trade day; ``product_label`` and ``span_label`` write it
as traders do.

A product is quoted by its key: ``2027-01``, ``2027-Q1``, ``Sum-27``, ``Win-27``, ``Cal-27``, or ``M1`` for the contract
that is next to expire, whichever month that is. A rolling price jumps on the day the contract changes; the key says so.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D, IntArray1D
from portal.domain.market.curves import ForwardCurve
from portal.domain.market.errors import BadParameter

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_KEYS = (
    (re.compile(r"M(\d{1,3})", re.ASCII), "rolling"),
    (re.compile(r"((?:19|20|21)\d{2})-(\d{2})", re.ASCII), "month"),
    (re.compile(r"((?:19|20|21)\d{2})-Q([1-4])", re.ASCII), "quarter"),
    (re.compile(r"(Sum|Win)-(\d{2})", re.ASCII), "season"),
    (re.compile(r"Cal-(\d{2})", re.ASCII), "year"),
)


@dataclass(frozen=True)
class Product:
    """A delivery product.

    Attributes
    ----------
    key : str
        As in the address bar: ``2027-Q1``.
    months : tuple of datetime64[M]
        Delivery months; empty for a rolling contract.
    rank : int or None
        Rank from 1 of a rolling contract, else None.
    """

    key: str
    months: tuple[np.datetime64, ...]
    rank: int | None = None

    @property
    def label(self) -> str:
        """The product as traders write it: ``Jan-27``, ``Q1-27``, ``Sum-27``, ``Cal-27``, ``M1``."""
        return product_label(self.key)


@lru_cache(maxsize=4096)  # a page reads the same few keys a thousand times
def parse_product(key: str) -> Product:
    """Read the key of a product.

    Parameters
    ----------
    key : str
        ``2027-01``, ``2027-Q1``, ``Sum-27``, ``Win-27``, ``Cal-27`` or ``M1``.

    Returns
    -------
    Product
        Its delivery months, or its rank.

    Raises
    ------
    BadParameter
        The text is no product.

    Examples
    --------
    >>> [str(month) for month in parse_product("2027-Q1").months]
    ['2027-01', '2027-02', '2027-03']
    """
    for pattern, kind in _KEYS:
        found = pattern.fullmatch(key)
        if found is None:
            continue
        if kind == "rolling" and int(found[1]) >= 1:
            return Product(key, (), int(found[1]))
        start = _first_month(kind, found)
        if start is not None:
            length = {"month": 1, "quarter": 3, "season": 6, "year": 12}[kind]
            return Product(key, tuple(np.arange(start, start + length)))
    raise BadParameter(
        f"'{key}' is no delivery product. Write a month as 2027-01, a quarter as 2027-Q1, a season as Sum-27 or "
        "Win-27, a year as Cal-27, or a rolling contract as M1.",
        name="product",
        value=key,
    )


def _first_month(kind: str, found: re.Match[str]) -> np.datetime64 | None:
    if kind == "month" and 1 <= int(found[2]) <= 12:
        return np.datetime64(f"{found[1]}-{found[2]}", "M")
    if kind == "quarter":
        return np.datetime64(f"{found[1]}-{3 * int(found[2]) - 2:02d}", "M")
    if kind == "season":
        return np.datetime64(f"20{found[2]}-{'04' if found[1] == 'Sum' else '10'}", "M")
    if kind == "year":
        return np.datetime64(f"20{found[1]}-01", "M")
    return None


def product_label(key: str) -> str:
    """Write a product as traders do.

    Parameters
    ----------
    key : str
        Key of a product.

    Returns
    -------
    str
        ``Jan-27`` for ``2027-01``, ``Q1-27`` for ``2027-Q1``; other keys are their own label.

    Examples
    --------
    >>> product_label("2027-01"), product_label("2027-Q1"), product_label("Cal-27")
    ('Jan-27', 'Q1-27', 'Cal-27')
    """
    if re.fullmatch(r"\d{4}-\d{2}", key):
        return f"{_MONTHS[int(key[5:]) - 1]}-{key[2:4]}"
    if re.fullmatch(r"\d{4}-Q[1-4]", key):
        return f"{key[5:]}-{key[2:4]}"
    return key


def span_label(first: date, end: date) -> str:
    """Write the days from ``first`` until before ``end`` as traders do.

    Parameters
    ----------
    first, end : date
        First day of delivery, and the day after its last.

    Returns
    -------
    str
        ``Cal-27`` for a whole year, ``Q1-27`` for a quarter, ``Jan-27`` for a month, ``Apr-27 to Sep-27`` for other
        whole months, else both days.

    Examples
    --------
    >>> span_label(date(2027, 1, 1), date(2028, 1, 1)), span_label(date(2027, 4, 1), date(2027, 7, 1))
    ('Cal-27', 'Q2-27')
    >>> span_label(date(2027, 4, 1), date(2027, 6, 1)), span_label(date(2027, 4, 1), date(2027, 4, 9))
    ('Apr-27 to May-27', '2027-04-01 to 2027-04-08')
    """
    months = (end.year - first.year) * 12 + end.month - first.month
    last = end - timedelta(days=1)
    if first.day != 1 or end.day != 1:
        return f"{first}" if first == last else f"{first} to {last}"
    if months == 12 and first.month == 1:
        return f"Cal-{first:%y}"
    if months == 3 and first.month % 3 == 1:
        return product_label(f"{first.year}-Q{first.month // 3 + 1}")
    ends = [product_label(f"{day:%Y-%m}") for day in (first, last)]
    return ends[0] if months == 1 else " to ".join(ends)


def delivery_weights(months: DateArray1D, commodity: str, timezone: str) -> dict[np.datetime64, float]:
    """Size of each delivery month: hours for power, where clock changes count, else days.

    Parameters
    ----------
    months : ndarray of shape (n,), datetime64[M]
        Delivery months.
    commodity : str
        ``power`` counts hours.
    timezone : str
        IANA name of the zone in which months begin.

    Returns
    -------
    dict of datetime64[M] to float
        Hours (base load) or days.

    Examples
    --------
    >>> march = np.array(["2026-03"], "M8[M]")
    >>> delivery_weights(march, "power", "Europe/Berlin")[march[0]]
    743.0
    """
    if commodity == "power":
        zone = ZoneInfo(timezone)
        return {month: _month_hours(month, zone) for month in months}
    days = (months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")
    return dict(zip(months, days.astype(np.float64).tolist(), strict=True))


def _month_hours(month: np.datetime64, zone: ZoneInfo) -> float:
    index = int(month.astype("datetime64[M]").astype(np.int64))
    edges = [datetime(1970 + at // 12, at % 12 + 1, 1, tzinfo=zone) for at in (index, index + 1)]
    return (edges[1].timestamp() - edges[0].timestamp()) / 3600.0


def product_price(
    curve: ForwardCurve, product: Product, weights: Mapping[np.datetime64, float]
) -> float | None:
    """Price of a product on one curve.

    Parameters
    ----------
    curve : ForwardCurve
        Monthly curve.
    product : Product
        What is delivered; a rolling contract is the month of that rank on this curve.
    weights : mapping of datetime64[M] to float
        Hours or days of each month.

    Returns
    -------
    float or None
        Weighted mean in the unit of the curve; None unless every month has a price.
    """
    if product.rank is not None:
        value = float(curve.prices[product.rank - 1]) if product.rank <= len(curve) else np.nan
        return value if np.isfinite(value) else None
    wanted = np.array(product.months, dtype="datetime64[M]")
    keep = np.isin(curve.months, wanted) & np.isfinite(curve.prices)
    if int(keep.sum()) < len(wanted):
        return None
    sizes = np.array([weights[month] for month in curve.months[keep]])
    return weighted_price(curve.prices[keep], sizes)


def weighted_price(prices: FloatArray1D, weights: FloatArray1D) -> float:
    """Mean of the prices of a product's months.

    Parameters
    ----------
    prices, weights : ndarray of shape (n,)
        Price, and hours or days, of each month.

    Returns
    -------
    float
        Weighted mean; of a single month its price, to the last digit.
    """
    return float(prices[0]) if len(prices) == 1 else float(np.dot(prices, weights) / weights.sum())


def curve_structure(curve: ForwardCurve, rank: int = 12) -> float | None:
    """Slope of a curve: contango above zero, backwardation below.

    Parameters
    ----------
    curve : ForwardCurve
        Monthly curve.
    rank : int, default 12
        Contract to compare the front with.

    Returns
    -------
    float or None
        Price of that contract over the front's, less one, as a decimal; None when either is missing or the front's
        price is not positive.
    """
    if len(curve) < rank:
        return None
    front, later = float(curve.prices[0]), float(curve.prices[rank - 1])
    return later / front - 1.0 if front > 0.0 and np.isfinite(later) else None


def product_history(
    day: DateArray1D,
    month: DateArray1D,
    price: FloatArray1D,
    tenor: IntArray1D,
    product: Product,
    weights: Mapping[np.datetime64, float],
) -> tuple[DateArray1D, FloatArray1D]:
    """Price of a product on each trade day, from the nodes of many curves.

    Parameters
    ----------
    day : ndarray of shape (n,), datetime64[D]
        Trade day of each node, ascending.
    month : ndarray of shape (n,), datetime64[M]
        Its delivery month.
    price : ndarray of shape (n,)
        Its price.
    tenor : ndarray of shape (n,)
        Its rank from 1 on that day.
    product : Product
        What is delivered.
    weights : mapping of datetime64[M] to float
        Hours or days of each month of ``product``.

    Returns
    -------
    days : ndarray of shape (k,), datetime64[D]
        Days on which all months of the product have a price.
    prices : ndarray of shape (k,)
        Weighted means, in the unit of the prices.
    """
    if product.rank is not None:
        keep = (tenor == product.rank) & np.isfinite(price)
        return day[keep], price[keep]
    wanted = np.array(product.months, dtype="datetime64[M]")
    keep = np.isin(month, wanted) & np.isfinite(price)
    if len(wanted) == 1:
        return day[keep], price[keep]
    days, inverse = np.unique(day[keep], return_inverse=True)
    sizes = np.array([weights[m] for m in wanted])[np.searchsorted(wanted, month[keep])]
    count = np.bincount(inverse, minlength=len(days))
    total = np.bincount(inverse, weights=sizes * price[keep], minlength=len(days))
    weight = np.bincount(inverse, weights=sizes, minlength=len(days))
    whole = count == len(wanted)
    return days[whole], total[whole] / weight[whole]
