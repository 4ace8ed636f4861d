"""Two markets made comparable, so that any part of the one can stand in the other.

API: ``align(earlier, later)``.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray2D, IntArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.legs import positions_in
from portal.domain.portfolio.market import MISSING, ROLLED, CurveTerms, Fixings, Market, Marks
from portal.domain.portfolio.marking import expected_fixings

Final = Mapping[tuple[int, int, int], float]


def align(earlier: Market, later: Market) -> tuple[Market, Market]:
    """Give two markets the same curves and months, and the later one a price wherever the earlier has one.

    A month that has left the later curve keeps the earlier price (as ``ROLLED``). Each settles what only the other has
    settled at its own mark of that month, so that every mixture of the two can be valued.

    Parameters
    ----------
    earlier, later : Market
        Markets of two days, in one reporting currency.

    Returns
    -------
    tuple of Market
        The same two, with matrices of one shape.

    Raises
    ------
    BadParameter
        They report in different currencies.
    """
    if earlier.reporting != later.reporting:
        raise BadParameter(
            f"Values in {earlier.reporting} and {later.reporting} do not compare; choose one reporting currency.",
            name="reporting",
            value=later.reporting,
        )
    curves = later.curves if len(later.curves.id) >= len(earlier.curves.id) else earlier.curves
    months = _span(earlier.marks.months, later.marks.months)
    one, two = (_reshaped(market, curves, months) for market in (earlier, later))
    left = np.isnan(two.marks.price) & np.isfinite(one.marks.price)
    marks = Marks(
        months,
        np.where(left, one.marks.price, two.marks.price),
        np.where(left, one.marks.quoted_on, two.marks.quoted_on),
        np.where(left, np.int8(ROLLED), two.marks.status),
    )
    two = replace(two, marks=marks)
    return _settling(one, two.fixings.final), _settling(two, one.fixings.final)


def _span(one: DateArray1D, other: DateArray1D) -> DateArray1D:
    both = np.concatenate([one, other])
    return np.arange(both.min(), both.max() + 1) if len(both) else both


def _reshaped(market: Market, curves: CurveTerms, months: DateArray1D) -> Market:
    """The market on other axes; what it does not know is NaN, NaT, or no fixings."""
    same = np.array_equal(market.curves.id, curves.id) and np.array_equal(market.marks.months, months)
    if same:
        return market
    row = positions_in(curves.id, market.curves.id)
    column = (market.marks.months - months[0]).astype(np.int64) if len(months) else np.zeros(0, np.int64)
    shape = (len(curves.id), len(months))

    def placed(values: FloatArray2D, empty: FloatArray2D) -> FloatArray2D:
        found = empty.copy()
        found[np.ix_(row, column)] = values
        return found

    nothing, zero = np.full(shape, np.nan), np.zeros(shape)
    quoted_on, status = np.full(shape, np.datetime64("NaT", "D")), np.full(shape, MISSING, np.int8)
    quoted_on[np.ix_(row, column)] = market.marks.quoted_on
    status[np.ix_(row, column)] = market.marks.status
    fixings = market.fixings
    expected = expected_fixings(months, np.zeros(len(curves.id), dtype=np.bool_))
    return replace(
        market,
        curves=curves,
        marks=Marks(months, placed(market.marks.price, nothing), quoted_on, status),
        fixings=Fixings(
            placed(fixings.total, zero),
            placed(fixings.count, zero),
            placed(fixings.expected, expected),
            fixings.final,
        ),
    )


def _settling(market: Market, wanted: Final) -> Market:
    """The market with a settlement for each contract of ``wanted``: its own, else its mark of that month."""
    months, ids = market.marks.months, market.curves.id
    keys: IntArray1D = np.array([key for key in wanted if key not in market.fixings.final], np.int64).reshape(
        -1, 3
    )
    if not len(keys) or not len(months):
        return market
    row = positions_in(ids, keys[:, 0])
    column = keys[:, 1] - months[0].astype(np.int64)
    inside = (row >= 0) & (column >= 0) & (column < len(months))
    price = market.marks.price[row[inside], column[inside]]
    own = {
        (key[0], key[1], key[2]): value
        for key, value in zip(keys[inside].tolist(), price.tolist(), strict=True)
        if np.isfinite(value)
    }
    return replace(market, fixings=replace(market.fixings, final={**market.fixings.final, **own}))
