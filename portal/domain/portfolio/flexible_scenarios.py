"""Storage and swing of a book in many scenarios of prices, each contract in one go.

API: ``flexible_scenarios(book, market, prices)``. It is several times faster than as many calls of ``value_book``: what
does not depend on prices is found once for each contract, and the engines take all curves back together.
"""

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.market.errors import LengthMismatch
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.flexible_part import REFUSALS, FlexibleContract, contracts_of
from portal.domain.portfolio.legs import expand, positions_in
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.trade import Event
from portal.domain.portfolio.valued_rows import WITHOUT_VALUE, Parts, Rows

_CANCELLED = list(Event).index(Event.CANCELLED)


def flexible_scenarios(book: Book, market: Market, prices: FloatArray) -> tuple[IntArray1D, FloatArray2D]:
    """Value the storage and swing trades of a book in many scenarios.

    Scenarios differ from the market in their forward prices alone: day, discount factors, fixings and the volatility of
    each contract are the market's.

    Parameters
    ----------
    book : Book
        Trades; those of other kinds are passed over.
    market : Market
        Its months must cover all deliveries.
    prices : ndarray of shape (s, c, m)
        Forward prices by scenario, curve and month, in place of ``market.marks.price``.

    Returns
    -------
    tuple of ndarray (t,) and ndarray (s, t)
        Positions in the book, and realised and unrealised in native money: the ``total`` that ``value_book`` finds with
        these prices. 0 for a cancelled trade, NaN for one without value and in a scenario that its engine cannot take
        (a forward that is not positive).

    Raises
    ------
    LengthMismatch
        The prices do not have the shape of the market's.
    BadParameter
        A trade names a curve, or a month, that the market does not have.
    """
    if prices.ndim != 3 or prices.shape[1:] != market.marks.price.shape:
        raise LengthMismatch(
            f"Scenarios need a price for each of the market's {market.marks.price.shape[0]} curves and "
            f"{market.marks.price.shape[1]} months; given is an array of the shape {prices.shape}.",
            prices=prices.size,
            market=market.marks.price.size,
        )
    legs = expand(book, market.curves, market.marks.months)
    rows, parts = Rows(book, market, legs), Parts(len(legs))
    with np.errstate(invalid="ignore", over="ignore"):  # what is not known stays NaN
        found = [(contract.trade, _total(contract, prices)) for contract in contracts_of(rows, parts)]
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros((len(prices), 0))
    trades = np.array([trade for trade, _ in found], dtype=np.int64)
    money = market.curves.money[positions_in(market.curves.id, book.curve[trades])]
    values = np.column_stack([total for _, total in found]) * money
    return trades, np.where(book.event[trades] == _CANCELLED, 0.0, values)


def _total(contract: FlexibleContract, prices: FloatArray) -> FloatArray1D:
    """Value by scenario: what is decided moves with its delta, what is free is valued anew."""
    rows, parts, at = contract.rows, contract.parts, contract.at
    nothing = np.full(len(prices), np.nan)
    if not contract.settle() or (parts.lacks[at] & np.int16(int(WITHOUT_VALUE))).any():
        return nothing
    settling = at[parts.delta[at] != 0.0]
    moved = prices[:, rows.legs.curve[settling], rows.legs.month[settling]] - rows.forward(settling)
    total: FloatArray1D = (parts.realised[at] + parts.unrealised[at]).sum() + moved @ parts.delta[settling]
    try:
        free = contract.free_months
        if free is None:
            return total
        forward = prices[:, rows.legs.curve[free.at], rows.legs.month[free.at]]
        return total + free.size * free.terms.scenarios(forward, free.times, free.factor)
    except REFUSALS:
        return nothing
