"""The best plan for a storage when the curve is all that will ever be known.

The value before each period is a concave broken line in the volume. One period adds two pieces (buy for the rise, sell
for the fall) and the best decision merges them into the line by slope, so the answer is exact for any rates. The same
linear programme can be given to a solver (``storage_programme``), which the tests compare.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D
from portal.domain.portfolio.flexible.facility import Facility, check_periods, sold_volume, unit_prices
from portal.domain.portfolio.flexible.terms import Prices


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Plan:
    """A plan fixed today.

    Attributes
    ----------
    value : float
        Discounted money.
    change : ndarray of shape (m,)
        Change of the volume inside in each period.
    sold : ndarray of shape (m,)
        Volume brought to the market: withdrawals positive, purchases negative.
    """

    value: float
    change: FloatArray1D
    sold: FloatArray1D


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class _Line:
    """A concave broken line: its left end and its pieces by falling slope."""

    left: float
    at_left: float
    lengths: FloatArray1D
    slopes: FloatArray1D

    def until(self, slope: float) -> float:
        """The volume up to which the line rises faster than ``slope``."""
        return self.left + float(self.lengths[self.slopes > slope].sum())


def storage_plan(facility: Facility, prices: Prices) -> Plan:
    """Exact intrinsic value and plan of a storage.

    Parameters
    ----------
    facility : Facility
        The contract.
    prices : Prices
        Its forward curve and discount factors.

    Returns
    -------
    Plan
        Value and volumes.

    Raises
    ------
    BadParameter
        The facility was built for another number of periods.
    """
    check_periods(facility, prices)
    buy, sell = unit_prices(facility, prices.forward, 1.0)
    buy, sell = buy * prices.discount, sell * prices.discount
    m = len(prices)
    line = _Line(facility.low[m], 0.0, np.array([facility.high[m] - facility.low[m]]), np.zeros(1))
    after = []
    for k in range(m - 1, -1, -1):
        after.append(line)
        line = _merged(line, facility.rise[k], facility.fall[k], buy[k], sell[k])
        line = _cut(line, facility.low[k], facility.high[k])
    change, volume = np.zeros(m), float(facility.low[0])
    for k, ahead in enumerate(reversed(after)):
        goal = min(max(volume, ahead.until(buy[k])), ahead.until(sell[k]))
        goal = min(max(goal, volume - facility.fall[k]), volume + facility.rise[k])
        goal = min(max(goal, facility.low[k + 1]), facility.high[k + 1])
        change[k], volume = goal - volume, goal
    return Plan(float(line.at_left), change, sold_volume(facility, change))


def _merged(line: _Line, rise: float, fall: float, buy: float, sell: float) -> _Line:
    """Best of all moves: the pieces of one period sorted into the line (a sum of concave lines by supremum)."""
    lengths = np.concatenate([[rise], line.lengths, [fall]])
    slopes = np.concatenate([[buy], line.slopes, [sell]])
    order = np.argsort(-slopes, kind="stable")
    return _Line(line.left - rise, line.at_left - buy * rise, lengths[order], slopes[order])


def _cut(line: _Line, low: float, high: float) -> _Line:
    """The part of a line between two volumes."""
    ends = line.left + np.cumsum(line.lengths)
    starts = ends - line.lengths
    before = np.clip(low - starts, 0.0, line.lengths)
    kept = np.clip(np.minimum(ends, high) - np.maximum(starts, low), 0.0, None)
    inside = kept > 0.0
    return _Line(low, line.at_left + float(before @ line.slopes), kept[inside], line.slopes[inside])


def storage_programme(facility: Facility, prices: Prices) -> Plan:
    """Intrinsic value of a storage as a linear programme (HiGHS); slower than ``storage_plan`` and independent of it.

    Parameters
    ----------
    facility : Facility
        The contract.
    prices : Prices
        Its forward curve and discount factors.

    Returns
    -------
    Plan
        Value and volumes.

    Raises
    ------
    BadParameter
        The facility was built for another number of periods.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack

    check_periods(facility, prices)
    m = len(prices)
    buy, sell = unit_prices(facility, prices.forward, 1.0)
    inside = csr_array(np.tril(np.ones((m, m))))
    volume = hstack([inside, -inside])
    start = facility.low[0]
    limits = np.concatenate([facility.high[1:] - start, start - facility.low[1:]])
    from scipy.sparse import vstack

    found = linprog(
        np.concatenate([buy * prices.discount, -sell * prices.discount]),
        A_ub=vstack([volume, -volume]),
        b_ub=limits,
        bounds=[(0.0, top) for top in np.concatenate([facility.rise, facility.fall])],
        method="highs",
    )
    rises, falls = found.x[:m], found.x[m:]
    return Plan(-float(found.fun), rises - falls, falls - facility.bought * rises)
