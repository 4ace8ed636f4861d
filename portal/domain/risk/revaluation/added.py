"""The P&L of deals that are in no run, in the scenarios of a run, so that its figures can be read with them added.

API: ``added_pnl(book, market, valuation, factors, effective, linear=...)``, ``plain_moves(factors, effective)``,
``without_factor(market, valuation, factors)``.
"""

import numpy as np

from portal.core.arrays import FloatArray2D, IntArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.valuation import Valuation
from portal.domain.risk.revaluation.exposures import exposures
from portal.domain.risk.revaluation.full import revalue
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet
from portal.domain.risk.scenarios.market_moves import price_cells


def plain_moves(factors: FactorSet, effective: FloatArray2D) -> FloatArray2D:
    """The moves that effective ones were made of, exact but for rounding.

    Parameters
    ----------
    factors : FactorSet
        Factors of the columns.
    effective : ndarray of shape (s, k)
        Moves that carry the exchange rate of their scenario, as an outcome keeps them.

    Returns
    -------
    ndarray of shape (s, k)
        Absolute moves in the unit of each factor.
    """
    out = np.array(effective, dtype=np.float64)
    currency = np.array(factors.currency, dtype=object)
    for at in factors.of_kind(FactorKind.FX).tolist():
        own = np.flatnonzero((currency == currency[at]) & (factors.kind != FactorKind.FX))
        out[:, own] /= (1.0 + effective[:, at])[:, None]
    return out


def without_factor(market: Market, valuation: Valuation, factors: FactorSet) -> IntArray1D:
    """Positions of curves whose prices matter to the trades, but do not move in the scenarios.

    Parameters
    ----------
    market : Market
        What the trades are valued in.
    valuation : Valuation
        Their value, with the legs.
    factors : FactorSet
        What moves.

    Returns
    -------
    ndarray of int64
        Positions among the curves of the market, ascending, each once.
    """
    legs = valuation.legs
    still = price_cells(market, factors)[legs.curve, legs.month] < 0
    ahead = market.marks.months[legs.month] >= np.datetime64(market.as_of, "M")
    matters = np.isfinite(legs.delta) & (legs.delta != 0.0)
    return np.unique(legs.curve[still & ahead & matters]).astype(np.int64)


def added_pnl(
    book: Book,
    market: Market,
    valuation: Valuation,
    factors: FactorSet,
    effective: FloatArray2D,
    *,
    linear: bool = False,
) -> FloatArray2D:
    """Gain or loss of each trade in each scenario of a run, as the run itself would have computed it.

    Parameters
    ----------
    book : Book
        Trades that have a value and are not cancelled.
    market : Market
        What they are valued in.
    valuation : Valuation
        Their value and sensitivities in this market, with greeks.
    factors : FactorSet
        Factors of the run.
    effective : ndarray of shape (s, k)
        Effective moves of the run.
    linear : bool, default False
        Exposures times moves alone, as the parametric method has it.

    Returns
    -------
    ndarray of shape (s, n), EUR
        P&L; each trade is a column.

    Raises
    ------
    SeriesHasNaN, BadParameter
        The moves are none that a market can make.
    NoValueInScenario
        A trade cannot be valued in a scenario.
    """
    if linear:
        found = exposures(book, market, valuation, factors)
        table = np.zeros((len(book), len(factors)))
        table[found.row, found.column] = found.exposure
        gained: FloatArray2D = effective @ table.T
        return gained
    outcome = revalue(book, market, valuation, factors, plain_moves(factors, effective))
    every: IntArray1D = np.arange(len(book), dtype=np.int64)
    return outcome.trade_pnl(every)
