"""Forward curves by delivery month: node status, filling of holes, calendar spreads and comparison.

API: ``ForwardCurve``, ``fill_missing(curve)``, ``calendar_spreads(curve)`` (matrix), ``calendar_spread_table(curve)``
(adjacent and usual pairs), ``compare_curves(now, earlier)``, ``reference_day(days, as_of, ago)``. Quarter, season and
year averages are in ``curve_periods``.

A curve is compared and differenced by delivery month (fixed T), never by rank: a generic rank jumps at each roll.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D, FloatArray2D
from portal.domain.market.errors import BadParameter, CurveError
from portal.domain.market.series import as_vector, require_same_length


class NodeStatus(StrEnum):
    """Where the price of a curve node comes from."""

    QUOTED = "quoted"
    INTERPOLATED = "interpolated"
    ROLLED = "rolled"  # carried over from an earlier day
    PROXIED = "proxied"  # from another instrument
    MISSING = "missing"


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class ForwardCurve:
    """Prices of consecutive or scattered delivery months, as seen on one day.

    Attributes
    ----------
    as_of : date
        Valuation day.
    months : ndarray of shape (n,), datetime64[M]
        Delivery months, strictly increasing.
    prices : ndarray of shape (n,)
        Prices in ``unit``; NaN where missing.
    unit : str
        Such as ``EUR/MWh``.
    status : tuple of NodeStatus, length n
        Where each price comes from; all quoted by default.
    """

    as_of: date
    months: DateArray1D
    prices: FloatArray1D
    unit: str
    status: tuple[NodeStatus, ...] = ()

    def __post_init__(self) -> None:
        months = np.asarray(self.months).astype("datetime64[M]")
        prices = as_vector(self.prices, "curve prices")
        require_same_length(prices, months, "curve prices and delivery months")
        if not np.all(np.diff(months).astype(np.int64) > 0):
            where = int(np.flatnonzero(np.diff(months).astype(np.int64) <= 0)[0]) + 1
            raise CurveError(
                f"The delivery months of the curve of {self.as_of} do not increase: {months[where]} follows "
                f"{months[where - 1]}; sort them and keep one price a month.",
                as_of=str(self.as_of),
                month=str(months[where]),
            )
        known = tuple(NodeStatus.QUOTED if np.isfinite(p) else NodeStatus.MISSING for p in prices)
        if self.status and len(self.status) != len(prices):
            raise CurveError(
                f"The curve of {self.as_of} has {len(prices)} prices but {len(self.status)} statuses.",
                as_of=str(self.as_of),
            )
        object.__setattr__(self, "months", months)
        object.__setattr__(self, "prices", prices)
        object.__setattr__(self, "status", tuple(NodeStatus(s) for s in self.status) or known)

    def __len__(self) -> int:
        return len(self.prices)


@dataclass(frozen=True)
class CalendarSpread:
    """Near delivery month less far delivery month."""

    near: str
    far: str
    value: float | None
    flagged: bool  # one of the two nodes is not quoted


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class CurveComparison:
    """A curve beside an earlier one, by delivery month.

    Attributes
    ----------
    months : ndarray of shape (n,), datetime64[M]
        Months of either curve.
    now, before : ndarray of shape (n,)
        Prices; NaN where a curve has none.
    change : ndarray of shape (n,)
        ``now - before`` in the unit of the curves.
    percent : ndarray of shape (n,)
        Relative change as a decimal; NaN where the earlier price is not positive.
    """

    months: DateArray1D
    now: FloatArray1D
    before: FloatArray1D
    change: FloatArray1D
    percent: FloatArray1D


def fill_missing(curve: ForwardCurve) -> ForwardCurve:
    """Put the months between the first and the last known one on a curve, linear in time and flagged.

    Parameters
    ----------
    curve : ForwardCurve
        Curve with holes: months that are absent or have no price.

    Returns
    -------
    ForwardCurve
        Every month from the first to the last one known; filled nodes have status ``INTERPOLATED``. Nothing is
        extrapolated.

    Raises
    ------
    CurveError
        The curve has no price at all.
    """
    known = np.isfinite(curve.prices)
    if not known.any():
        raise CurveError(
            f"The curve of {curve.as_of} has no price; import its prices first.", as_of=str(curve.as_of)
        )
    have = curve.months[known]
    months = np.arange(have[0], have[-1] + 1)
    # mid-month days, so that short months do not bend the line
    prices = np.interp(_middle_days(months), _middle_days(have), curve.prices[known])
    status = dict(zip(have.tolist(), (s for s, k in zip(curve.status, known, strict=True) if k), strict=True))
    filled = tuple(status.get(month, NodeStatus.INTERPOLATED) for month in months.tolist())
    return replace(curve, months=months, prices=prices, status=filled)


def calendar_spreads(curve: ForwardCurve) -> FloatArray2D:
    """Every near month less every far month, for a heat map.

    Parameters
    ----------
    curve : ForwardCurve
        Curve of n months.

    Returns
    -------
    ndarray of shape (n, n)
        ``[i, j] = price[i] - price[j]`` in the curve's unit for i < j, NaN elsewhere and where a price is missing.

    Examples
    --------
    >>> months = np.array(["2026-02", "2026-03"], "M8[M]")
    >>> curve = ForwardCurve(date(2026, 1, 2), months, np.array([70.0, 69.0]), "USD/bbl")
    >>> calendar_spreads(curve)[0, 1]
    np.float64(1.0)
    """
    matrix = curve.prices[:, None] - curve.prices[None, :]
    matrix[np.tril_indices(len(curve))] = np.nan
    return matrix


def calendar_spread_table(
    curve: ForwardCurve, pairs: Sequence[tuple[int, int]] | None = None
) -> tuple[CalendarSpread, ...]:
    """Calendar spreads by rank pairs: neighbouring months, then front against 3rd, 6th and 12th month.

    Parameters
    ----------
    curve : ForwardCurve
        Curve.
    pairs : sequence of (int, int), optional
        Ranks from 1 (near, far) to show instead.

    Returns
    -------
    tuple of CalendarSpread
        Pairs beyond the end of the curve are left out; ``value`` is None where a price is missing.

    Raises
    ------
    BadParameter
        A rank is below 1 or near is not before far.
    """
    n = len(curve)
    wanted = (
        [*((i, i + 1) for i in range(1, n)), (1, 3), (1, 6), (1, 12), (1, 24)]
        if pairs is None
        else list(pairs)
    )
    for near, far in wanted:
        if not 1 <= near < far:
            raise BadParameter(
                f"A calendar spread needs a near month before a far one, not {near} and {far}.",
                name="pairs",
                value=(near, far),
            )
    return tuple(_spread(curve, near - 1, far - 1) for near, far in wanted if far <= n)


def compare_curves(now: ForwardCurve, before: ForwardCurve) -> CurveComparison:
    """Set two curves side by side, by delivery month.

    Parameters
    ----------
    now, before : ForwardCurve
        Curves of one instrument in one unit.

    Returns
    -------
    CurveComparison
        All months of either curve; expired and new months have NaN on one side.

    Raises
    ------
    CurveError
        The units differ.
    """
    if now.unit != before.unit:
        raise CurveError(
            f"The curve of {now.as_of} is in {now.unit}, that of {before.as_of} in {before.unit}; convert one first.",
            now=now.unit,
            before=before.unit,
        )
    months = np.union1d(now.months, before.months)
    left, right = _on_months(now, months), _on_months(before, months)
    change = left - right
    positive = np.where(right > 0.0, right, np.nan)
    return CurveComparison(months, left, right, change, change / positive)


def reference_day(days: DateArray1D, as_of: date, ago: str) -> date | None:
    """The day to compare with: the last one with data at or before a day, a week, a month or a year earlier.

    Parameters
    ----------
    days : ndarray of shape (n,), datetime64[D]
        Days with a curve, in any order.
    as_of : date
        The day shown.
    ago : str
        ``day``, ``week``, ``month`` or ``year``. ``day`` is the last day before ``as_of`` that has data.

    Returns
    -------
    date or None
        None when there is no such day.

    Raises
    ------
    BadParameter
        ``ago`` is something else.
    """
    shown = np.datetime64(as_of, "D")
    limits = {
        "day": shown - 1,
        "week": shown - 7,
        "month": _months_before(shown, 1),
        "year": _months_before(shown, 12),
    }
    if ago not in limits:
        raise BadParameter(f"Compare with day, week, month or year, not {ago!r}.", name="ago", value=ago)
    known = np.asarray(days).astype("datetime64[D]")
    known = known[known <= limits[ago]]
    found: date | None = known.max().item() if known.size else None
    return found


def _spread(curve: ForwardCurve, near: int, far: int) -> CalendarSpread:
    value = float(curve.prices[near] - curve.prices[far])
    flagged = curve.status[near] is not NodeStatus.QUOTED or curve.status[far] is not NodeStatus.QUOTED
    return CalendarSpread(
        str(curve.months[near]), str(curve.months[far]), value if np.isfinite(value) else None, flagged
    )


def _on_months(curve: ForwardCurve, months: DateArray1D) -> FloatArray1D:
    prices = np.full(len(months), np.nan)
    prices[np.searchsorted(months, curve.months)] = curve.prices
    return prices


def _middle_days(months: DateArray1D) -> FloatArray1D:
    first = months.astype("datetime64[D]").astype(np.float64)
    after = (months + 1).astype("datetime64[D]").astype(np.float64)
    return (first + after) / 2.0


def _months_before(day: np.datetime64, months: int) -> np.datetime64:
    """Same day of an earlier month, or its last day when that month is shorter."""
    month = day.astype("datetime64[M]") - months
    last = (month + 1).astype("datetime64[D]") - 1
    return min(
        month.astype("datetime64[D]") + (day - day.astype("datetime64[M]").astype("datetime64[D]")), last
    )
