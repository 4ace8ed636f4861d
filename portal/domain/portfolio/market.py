"""What a book is valued with: marks by curve and delivery month, fixings, volatilities, rates, exchange rates.

API: ``Market`` with its parts ``Marks``, ``Fixings``, ``VolSurface``, ``ZeroCurve``; each part is replaced on its own
(``dataclasses.replace``), which is how a change in value is explained factor by factor.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray2D, DateArray1D, FloatArray1D, FloatArray2D, IntArray1D

# Status of a mark, worst last.
QUOTED, INTERPOLATED, PROXIED, ROLLED, STALE, MISSING = range(6)
STATUS_LABELS = ("quoted", "interpolated", "proxied", "rolled", "stale", "missing")


@dataclass(frozen=True)
class CurveTerms:
    """What is fixed about the curves: arrays of shape (c,), in ascending order of ``id``.

    Attributes
    ----------
    id : ndarray of int64
        Database ids.
    code, commodity, unit, currency, timezone : tuple of str
        As stored; ``currency`` is a major currency (GBP for GBp).
    money : ndarray of float64
        Money in ``currency`` for one unit of price times volume: 0.01 for pence, else 1.
    mwh : ndarray of float64
        MWh for one unit of volume; NaN where volume is no energy (carbon).
    peak : ndarray of int64
        Position of the peak-load curve of the same zone, -1 for none.
    simulated : ndarray of bool
        Whether the quotes are simulated.
    """

    id: IntArray1D
    code: tuple[str, ...]
    commodity: tuple[str, ...]
    unit: tuple[str, ...]
    currency: tuple[str, ...]
    timezone: tuple[str, ...]
    money: FloatArray1D
    mwh: FloatArray1D
    peak: IntArray1D
    simulated: NDArray[np.bool_]


@dataclass(frozen=True)
class Marks:
    """Forward prices in one matrix.

    Attributes
    ----------
    months : ndarray of shape (m,), datetime64[M]
        Delivery months without gaps.
    price : ndarray of shape (c, m)
        In the unit of each curve; NaN where no price of that month was ever quoted.
    quoted_on : ndarray of shape (c, m), datetime64[D]
        Day of the quote; NaT without one.
    status : ndarray of shape (c, m), int8
        ``QUOTED`` to ``MISSING``. A month that left the curve because its delivery began keeps its last quote.
    """

    months: DateArray1D
    price: FloatArray2D
    quoted_on: NDArray[np.datetime64]
    status: NDArray[np.int8]


@dataclass(frozen=True)
class Fixings:
    """What has been fixed of each delivery month, in matrices of shape (c, m) over the months of :class:`Marks`.

    Attributes
    ----------
    total : ndarray of float64
        Sum of the daily fixings of the month, up to and including ``as_of``.
    count : ndarray of float64
        Their number.
    expected : ndarray of float64
        How many the whole month will have: days for power and gas, business days else.
    final : mapping of (int, int, int) to float
        Settlement of (curve id, month number since 1970, expiry day number since 1970) for what has expired.
    """

    total: FloatArray2D
    count: FloatArray2D
    expected: FloatArray2D
    final: Mapping[tuple[int, int, int], float]


@dataclass(frozen=True)
class VolSurface:
    """Implied volatilities of one curve.

    Attributes
    ----------
    months : ndarray of shape (k,), datetime64[M]
        Delivery months, ascending.
    moneyness : ndarray of shape (s,)
        Standard deviations of the strike above the forward, ascending, with 0 among them.
    vol : ndarray of shape (k, s)
        Annual: decimal for black76, price units for bachelier.
    is_normal : bool
        Whether they are normal (Bachelier) volatilities.
    day : date
        Day of the quotes.
    """

    months: DateArray1D
    moneyness: FloatArray1D
    vol: FloatArray2D
    is_normal: bool
    day: date


@dataclass(frozen=True)
class ZeroCurve:
    """Continuous zero rates of one currency: ``years`` (k,) ascending, ``rate`` (k,) decimal; flat beyond the ends."""

    years: FloatArray1D
    rate: FloatArray1D
    day: date


@dataclass(frozen=True)
class Market:
    """All that a valuation reads, under one pair of clocks.

    Attributes
    ----------
    as_of : date
        Valuation day.
    curves : CurveTerms
        The curves of the matrices.
    marks : Marks
        Forward prices.
    fixings : Fixings
        What has been fixed.
    vols : mapping of int to VolSurface
        By curve id.
    correlations : mapping of (int, int) to float
        By curve ids, the smaller first.
    rates : mapping of str to ZeroCurve
        By currency; a currency without one is discounted at 0 and said to be missing.
    fx : mapping of str to float
        Reporting currency for one unit of a currency; 1 for the reporting currency.
    reporting : str
        Reporting currency, ``EUR``.
    fx_days : mapping of str to date
        Day of each exchange rate; a currency that is not named has no day to judge.
    correlation_days : mapping of (int, int) to date
        Day of each correlation; a pair that is not named has no day to judge.
    hours : mapping of (str, str) to ndarray of shape (m,)
        Hours of (timezone, block) in each month of ``marks``; blocks ``base``, ``peak``, ``offpeak``.
    """

    as_of: date
    curves: CurveTerms
    marks: Marks
    fixings: Fixings
    vols: Mapping[int, VolSurface]
    correlations: Mapping[tuple[int, int], float]
    rates: Mapping[str, ZeroCurve]
    fx: Mapping[str, float]
    reporting: str
    hours: Mapping[tuple[str, str], FloatArray1D]
    fx_days: Mapping[str, date] = field(default_factory=dict)
    correlation_days: Mapping[tuple[int, int], date] = field(default_factory=dict)

    @property
    def missing(self) -> BoolArray2D:
        """Where there is no mark, shape (c, m)."""
        missing: BoolArray2D = self.marks.status == MISSING
        return missing
