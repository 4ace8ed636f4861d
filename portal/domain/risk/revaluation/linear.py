"""The P&L of a book in scenarios by its sensitivities alone.

API: ``linear_outcome(book, market, valuation, factors, moves) -> Outcome``.
"""

import numpy as np

from portal.core.arrays import FloatArray2D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.trade import Event
from portal.domain.portfolio.valuation import Valuation
from portal.domain.risk.revaluation.exposures import exposures
from portal.domain.risk.revaluation.outcome import Outcome
from portal.domain.risk.scenarios.factors import FactorSet

_CANCELLED = list(Event).index(Event.CANCELLED)


def linear_outcome(
    book: Book, market: Market, valuation: Valuation, factors: FactorSet, moves: FloatArray2D
) -> Outcome:
    """Gain or loss of every trade that has a value, exposure times move.

    Parameters
    ----------
    book : Book
        Trades; those without a value, and cancelled ones, are left out.
    market : Market
        What they are valued in.
    valuation : Valuation
        Their value and sensitivities, with greeks.
    factors : FactorSet
        Factors of the columns.
    moves : ndarray of shape (s, k)
        Absolute moves; taken as they are, so that the covariance of the P&L is that of the moves.

    Returns
    -------
    Outcome
        Without a rest.
    """
    kept = ~valuation.is_missing & (book.event != _CANCELLED)
    book, valuation = book.take(kept), valuation.take(kept)
    found = exposures(book, market, valuation, factors)
    return Outcome(
        book.trade_id,
        book.portfolio,
        valuation.total_eur,
        found.row,
        found.column,
        found.exposure,
        np.zeros(0, dtype=np.int64),
        np.zeros((0, len(moves)), dtype=np.float32),
        np.asarray(moves, np.float64),
    )
