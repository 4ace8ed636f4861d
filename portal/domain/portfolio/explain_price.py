"""The price line of an explanation by curve and delivery month: delta, gamma, and what is of higher order.

API: ``price_cells(...) -> PriceCells``, ``LegGreeks``.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from portal.core.arrays import FloatArray1D, IntArray1D
from portal.domain.portfolio.explain import Explanation, Line
from portal.domain.portfolio.market import Market


class LegGreeks(Protocol):
    """Sensitivities by leg at the start, shape (k,): positions of trade, curve and month, and volumes of the curve."""

    @property
    def trade(self) -> IntArray1D:
        """Position in the book."""

    @property
    def curve(self) -> IntArray1D:
        """Position in the curves."""

    @property
    def month(self) -> IntArray1D:
        """Position in the months."""

    @property
    def delta(self) -> FloatArray1D:
        """Volume that gains as much from a small move of the price."""

    @property
    def gamma(self) -> FloatArray1D:
        """Change of that volume for a price higher by 1."""


@dataclass(frozen=True, eq=False)
class PriceCells:
    """The price line cut by curve and month, in the reporting currency.

    Attributes
    ----------
    row : ndarray of shape (k,), int64
        Row of the explanation.
    leg : ndarray of shape (k,), int64
        Position among the sensitivities that the cell was made from.
    curve, month : ndarray of shape (k,), int64
        Positions in the curves and months of the market.
    before, after : ndarray of shape (k,)
        Price at both ends, in the unit of the curve.
    delta, gamma : ndarray of shape (k,)
        First and second order of the move, at the exchange rate of the start.
    rest : ndarray of shape (r,)
        Of each row of the explanation: its price line less its cells. Cross effects of two prices, third order and
        above, the interplay with other causes, and trades whose line cannot be cut. NaN where the trade has no value.
    """

    row: IntArray1D
    leg: IntArray1D
    curve: IntArray1D
    month: IntArray1D
    before: FloatArray1D
    after: FloatArray1D
    delta: FloatArray1D
    gamma: FloatArray1D
    rest: FloatArray1D


def price_cells(
    found: Explanation, legs: LegGreeks, to_eur: FloatArray1D, start: Market, end: Market
) -> PriceCells:
    """Cut the price line of each trade by curve and delivery month with its sensitivities at the start.

    Parameters
    ----------
    found : Explanation
        The explanation.
    legs : LegGreeks
        Sensitivities of the book at the start.
    to_eur : ndarray of shape (n,)
        Exchange rate of each trade of the start.
    start, end : Market
        The two markets, with the same curves and months.

    Returns
    -------
    PriceCells
        The cells of a row and its rest sum to its price line exactly.
    """
    row_of = np.full(len(to_eur), -1, dtype=np.int64)
    cut = np.flatnonzero(found.priced)
    row_of[found.pairs.at_start[cut]] = cut
    row = row_of[legs.trade] if len(legs.trade) else np.zeros(0, dtype=np.int64)
    before, after = start.marks.price[legs.curve, legs.month], end.marks.price[legs.curve, legs.month]
    move = after - before
    money = start.curves.money[legs.curve] * to_eur[legs.trade] if len(row) else np.zeros(0)
    delta = legs.delta * move * money
    gamma = 0.5 * legs.gamma * move**2 * money
    keep = (row >= 0) & np.isfinite(delta) & np.isfinite(gamma) & ((legs.delta != 0.0) | (legs.gamma != 0.0))
    row, delta, gamma = row[keep], delta[keep], gamma[keep]
    rest = found.lines[Line.PRICE] - np.bincount(row, weights=delta + gamma, minlength=len(found.total))
    leg = np.flatnonzero(keep)
    return PriceCells(row, leg, legs.curve[leg], legs.month[leg], before[leg], after[leg], delta, gamma, rest)
