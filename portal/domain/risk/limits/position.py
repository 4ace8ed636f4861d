"""Net positions as a measure of limits: of what, delivered when, on every day of a history.

API: ``PositionTerms``, ``position_measure(of, delivery)``, ``read_position(measure)``, ``held(entries, days, terms)``.

What counts on a day are the delivery months that are not over: the month of the day and all later ones.
"""

import re
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, DateArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.risk.limits.limit import Basis

POSITION = "position:"
WHOLE, SINGLE = "open", "month"
"""Deliveries beside a month and a year: all that are open together, and the largest of the single months."""
_DELIVERY = re.compile(r"^(open|month|\d{4}(-(0[1-9]|1[0-2]))?)$")
_OF = re.compile(r"^[A-Za-z][A-Za-z0-9_.]{0,39}$")


@dataclass(frozen=True)
class PositionTerms:
    """Which position a limit looks at.

    Attributes
    ----------
    of : str
        A commodity, such as ``gas``, or the code of a curve, such as ``TTF``.
    delivery : str
        ``open``, ``month``, a month such as ``2027-01`` or a year such as ``2027``.
    """

    of: str
    delivery: str

    @property
    def words(self) -> str:
        """The delivery as people read it."""
        known = {WHOLE: "all open months together", SINGLE: "largest delivery month"}
        return known.get(self.delivery, f"delivery {self.delivery}")


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Steps:
    """What changed positions: n entries, each from its day on.

    Attributes
    ----------
    day : ndarray of shape (n,), datetime64[D]
        From when it counts.
    month : ndarray of shape (n,), datetime64[M]
        Delivery month.
    curve : ndarray of shape (n,)
        Id of its curve.
    volume : ndarray of shape (n,)
        Signed, all in one unit.
    """

    day: DateArray1D
    month: DateArray1D
    curve: IntArray1D
    volume: FloatArray1D


def position_measure(of: str, delivery: str) -> str:
    """The measure of a limit on a position as one word.

    Parameters
    ----------
    of : str
        Commodity or curve.
    delivery : str
        ``open``, ``month``, a month or a year.

    Returns
    -------
    str
        Such as ``position:gas:2027``.

    Raises
    ------
    BadParameter
        One of the two cannot be.

    Examples
    --------
    >>> position_measure("TTF", "2027-01")
    'position:TTF:2027-01'
    """
    measure = f"{POSITION}{of}:{delivery}"
    read_position(measure)
    return measure


def read_position(measure: str) -> PositionTerms:
    """What a measure of :func:`position_measure` looks at.

    Parameters
    ----------
    measure : str
        Such as ``position:gas:2027``.

    Returns
    -------
    PositionTerms
        Its two parts.

    Raises
    ------
    BadParameter
        It is no position, or its delivery is none.
    """
    of, _, delivery = measure.removeprefix(POSITION).partition(":")
    if not measure.startswith(POSITION) or not _OF.match(of):
        raise BadParameter(
            f"'{measure[:60]}' is no position of a commodity or curve, such as {POSITION}gas:2027.",
            name="measure",
            value=measure[:60],
        )
    if not _DELIVERY.match(delivery):
        raise BadParameter(
            f"'{delivery[:20]}' is no delivery of a position limit. Write {WHOLE} (all open months together), {SINGLE} "
            "(the largest single month), a month such as 2027-01, or a year such as 2027.",
            name="delivery",
            value=delivery[:20],
        )
    return PositionTerms(of, delivery)


def held(steps: Steps, days: DateArray1D, terms: PositionTerms, basis: Basis) -> FloatArray1D:
    """Position on each day.

    Parameters
    ----------
    steps : Steps
        Everything that changed it.
    days : ndarray of shape (n,), datetime64[D]
        Days, rising.
    terms : PositionTerms
        Which deliveries count.
    basis : Basis
        ``gross`` adds the sizes of the positions in each curve and month; anything else nets them.

    Returns
    -------
    ndarray of shape (n,)
        In the unit of the steps, signed where it is a net one; 0 where nothing is held.

    Examples
    --------
    >>> bought = Steps(
    ...     np.array(["2026-05-04", "2026-05-05"], "M8[D]"), np.array(["2026-06", "2026-07"], "M8[M]"),
    ...     np.array([1, 1]), np.array([100.0, -30.0])
    ... )
    >>> days = np.array(["2026-05-04", "2026-05-05", "2026-07-01"], "M8[D]")
    >>> held(bought, days, PositionTerms("gas", "open"), Basis.ABS_NET).tolist()
    [100.0, 70.0, -30.0]
    """
    months = np.unique(steps.month)
    cells, cell = np.unique(
        np.stack([steps.month.astype(np.int64), steps.curve.astype(np.int64)]), axis=1, return_inverse=True
    )
    cell = cell.ravel()
    volume = _running(steps, days, cell, cells.shape[1])
    month_of_cell = cells[0].astype("datetime64[M]")
    volume[month_of_cell[None, :] < days.astype("datetime64[M]")[:, None]] = 0.0
    volume = volume[:, _wanted(month_of_cell, terms.delivery)]
    kept = month_of_cell[_wanted(month_of_cell, terms.delivery)]
    size = np.abs(volume) if basis is Basis.GROSS else volume
    if terms.delivery != SINGLE:
        return np.asarray(size.sum(axis=1), np.float64)
    by_month = np.zeros((len(days), len(months)))
    for at, place in enumerate(np.searchsorted(months, kept).tolist()):
        by_month[:, place] += size[:, at]
    if not len(months):
        return np.zeros(len(days))
    largest = np.argmax(np.abs(by_month), axis=1)
    return np.asarray(by_month[np.arange(len(days)), largest], np.float64)


def _running(steps: Steps, days: DateArray1D, cell: IntArray1D, cells: int) -> FloatArray2D:
    """Volume of each cell at the end of each day, shape (n, cells)."""
    change = np.zeros((len(days) + 1, cells))
    at = np.searchsorted(days, steps.day, side="left")  # the first of the days on which it counts
    np.add.at(change, (at, cell), steps.volume)
    found: FloatArray2D = np.cumsum(change[:-1], axis=0)
    return found


def _wanted(month: DateArray1D, delivery: str) -> BoolArray1D:
    """Which cells a delivery means."""
    if delivery in (WHOLE, SINGLE):
        return np.ones(len(month), dtype=np.bool_)
    unit = "Y" if len(delivery) == 4 else "M"
    chosen: BoolArray1D = month.astype(f"datetime64[{unit}]") == np.datetime64(delivery, unit)  # type: ignore[call-overload]  # numpy types units as literals
    return chosen
