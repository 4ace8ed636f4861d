"""Averages of a monthly forward curve over quarters, seasons and calendar years.

API: ``period_averages(curve, kind, weights)``; for power the weights are the delivery hours of each month
(``calendars.month_hours``), for gas and oil its days. March and October have 743 and 745 hours where clocks change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from portal.domain.market.curves import ForwardCurve, NodeStatus
from portal.domain.market.errors import BadParameter


class PeriodKind(StrEnum):
    """Delivery periods that months add up to."""

    QUARTER = "quarter"
    SEASON = "season"  # summer April to September, winter October to March
    YEAR = "year"


@dataclass(frozen=True)
class PeriodAverage:
    """Average of a delivery period.

    Attributes
    ----------
    label : str
        Such as ``2026-Q1``, ``Sum-26``, ``Cal-26``.
    first, last : str
        First and last delivery month.
    value : float or None
        Weighted mean in the unit of the curve; None when a month is missing.
    weight : float
        Sum of the weights: hours or days of the whole period.
    missing : tuple of str
        Months without price.
    flagged : bool
        A month in it is not quoted.
    """

    label: str
    first: str
    last: str
    value: float | None
    weight: float
    missing: tuple[str, ...]
    flagged: bool


def period_averages(
    curve: ForwardCurve, kind: PeriodKind | str, weights: Mapping[np.datetime64, float] | None = None
) -> tuple[PeriodAverage, ...]:
    """Averages of quarters, seasons or years, weighted by delivery hours (power) or days (gas, oil).

    Parameters
    ----------
    curve : ForwardCurve
        Monthly curve.
    kind : PeriodKind
        Quarter, season or year.
    weights : mapping of datetime64[M] to float, optional
        Hours or days of each delivery month, as `calendars.month_hours` gives them; days of the month by default.

    Returns
    -------
    tuple of PeriodAverage
        One for each period that the curve touches. A period with a missing month has no value and names the month:
        an average over part of a period would be the price of something else.

    Raises
    ------
    BadParameter
        ``weights`` lacks a month.
    """
    kind = PeriodKind(kind)
    prices = dict(zip(curve.months.tolist(), curve.prices.tolist(), strict=True))
    status = dict(zip(curve.months.tolist(), curve.status, strict=True))
    starts = sorted({_period_start(month, kind) for month in curve.months})
    return tuple(_average(start, kind, prices, status, weights) for start in starts)


def _average(
    start: np.datetime64,
    kind: PeriodKind,
    prices: Mapping[date, float],
    status: Mapping[date, NodeStatus],
    weights: Mapping[np.datetime64, float] | None,
) -> PeriodAverage:
    months = np.arange(start, start + _LENGTHS[kind])
    sizes = np.array([_weight(month, weights) for month in months])
    values = np.array([prices.get(month.item(), np.nan) for month in months])
    missing = tuple(str(month) for month, value in zip(months, values, strict=True) if not np.isfinite(value))
    mean = None if missing else float(np.dot(values, sizes) / sizes.sum())
    flagged = any(status.get(month.item()) is not NodeStatus.QUOTED for month in months)
    return PeriodAverage(
        _period_label(start, kind),
        str(months[0]),
        str(months[-1]),
        mean,
        float(sizes.sum()),
        missing,
        flagged,
    )


_LENGTHS = {PeriodKind.QUARTER: 3, PeriodKind.SEASON: 6, PeriodKind.YEAR: 12}


def _weight(month: np.datetime64, weights: Mapping[np.datetime64, float] | None) -> float:
    if weights is None:
        days = (month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")
        return float(days.astype(np.int64))
    if month not in weights:
        raise BadParameter(
            f"There is no delivery weight for {month}; give hours or days of every month.",
            name="weights",
            value=str(month),
        )
    return float(weights[month])


def _period_start(month: np.datetime64, kind: PeriodKind) -> np.datetime64:
    """First month of the period that a month belongs to; seasons start in April and October."""
    index = int(month.astype("datetime64[M]").astype(np.int64))
    offset = 3 if kind is PeriodKind.SEASON else 0
    length = _LENGTHS[kind]
    return np.datetime64((index - offset) // length * length + offset, "M")


def _period_label(start: np.datetime64, kind: PeriodKind) -> str:
    year, month = int(str(start)[:4]), int(str(start)[5:7])
    if kind is PeriodKind.QUARTER:
        return f"{year}-Q{(month + 2) // 3}"
    if kind is PeriodKind.YEAR:
        return f"Cal-{year % 100:02d}"
    return f"{'Sum' if month == 4 else 'Win'}-{year % 100:02d}"
