"""What a scenario does to a book: profit or loss of each trade by full revaluation, and layer by layer.

API: ``impact(book, valuation, market, layers) -> Impact``, ``impact_of(...)``, ``layer_steps(...)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.valuation import Valuation, value_book
from portal.domain.risk.stress.apply import book_for, stressed
from portal.domain.risk.stress.shocks import Layer
from portal.domain.risk.stress.touched import touched


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Impact:
    """Profit or loss of n trades in one scenario.

    Attributes
    ----------
    market : Market
        The stressed market.
    pnl : ndarray of shape (n,)
        In the reporting currency, positive when money is made: all value in the stressed market at its exchange rates,
        less that of today; NaN for a trade that has no value in one of them.
    lost : ndarray of shape (n,), bool
        Trades that have a value today and none in the scenario; they are in no sum.
    """

    market: Market
    pnl: FloatArray1D
    lost: BoolArray1D

    @property
    def loss(self) -> float:
        """Loss of all trades together, positive when money is lost."""
        return -float(np.nansum(self.pnl))


def impact(book: Book, valuation: Valuation, market: Market, layers: Sequence[Layer]) -> Impact:
    """Value a book in the market of a scenario.

    Parameters
    ----------
    book : Book
        Trades.
    valuation : Valuation
        Their values in ``market``.
    market : Market
        Today's.
    layers : sequence of Layer
        Shocks, in order.

    Returns
    -------
    Impact
        An empty book has an empty one, which is no loss.

    Raises
    ------
    BadParameter
        As ``stressed``.
    SeriesHasNaN
        A price or a size is not a number.
    """
    return impact_of(book, valuation, market, stressed(market, layers))


def impact_of(book: Book, valuation: Valuation, market: Market, after: Market) -> Impact:
    """Value a book in another market.

    Parameters
    ----------
    book, valuation, market
        As for :func:`impact`.
    after : Market
        The same curves and months with other prices, volatilities, correlations, rates or exchange rates.

    Returns
    -------
    Impact
        What the change brings or costs.
    """
    today = valuation.total_eur
    pnl = np.where(np.isfinite(today), 0.0, np.nan)
    at = np.flatnonzero(touched(book, market, after))  # the others are worth what they are worth today
    if len(at):
        then = value_book(book_for(book.take(at), market, after), after, greeks=False)
        pnl[at] = then.total_eur - today[at]
    return Impact(after, pnl, np.isfinite(today) & ~np.isfinite(pnl))


def layer_steps(book: Book, valuation: Valuation, market: Market, layers: Sequence[Layer]) -> FloatArray2D:
    """What each layer adds to the P&L on top of those before it; the steps add up to the whole.

    Parameters
    ----------
    book, valuation, market, layers
        As for :func:`impact`.

    Returns
    -------
    ndarray of shape (layers, n)
        In the reporting currency; NaN where a trade loses its value on the way.

    Raises
    ------
    BadParameter, SeriesHasNaN
        As :func:`impact`; a price below zero on the way is refused even if a later layer lifts it.
    """
    total = np.zeros((len(layers) + 1, len(book)))
    for at in range(1, len(layers) + 1):
        total[at] = impact(book, valuation, market, layers[:at]).pnl
    return np.asarray(np.diff(total, axis=0), dtype=np.float64)
