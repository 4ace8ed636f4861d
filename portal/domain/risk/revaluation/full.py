"""The P&L of a book in scenarios: exposures for what is linear, full revaluation in every scenario for what is not.

API: ``revalue(book, market, valuation, factors, moves, report=..., chunk=...) -> Outcome``, ``Report``.

Prices, volatilities, exchange rates and zero rates of a scenario move together; no time passes, and correlations stay.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.legs import positions_in
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.trade import OPTIONAL, Event, Kind
from portal.domain.portfolio.valuation import Valuation, value_book
from portal.domain.risk.revaluation.errors import NoValueInScenario
from portal.domain.risk.revaluation.exposures import Exposures, exposures
from portal.domain.risk.revaluation.outcome import Outcome, effective_moves
from portal.domain.risk.scenarios.factors import FactorSet
from portal.domain.risk.scenarios.market_moves import check_moves, moved_market

Report = Callable[[float, str], None]
"""Told the share done (0 to 1) and what is being done; what it raises stops the revaluation."""

CHUNK = 64
_CANCELLED = list(Event).index(Event.CANCELLED)
_EXPIRING = (Kind.OPTION, Kind.SPREAD_OPTION)


def revalue(
    book: Book,
    market: Market,
    valuation: Valuation,
    factors: FactorSet,
    moves: FloatArray2D,
    *,
    report: Report | None = None,
    chunk: int = CHUNK,
) -> Outcome:
    """Gain or loss of every trade in every scenario.

    Parameters
    ----------
    book : Book
        Trades. Those without a value, and cancelled ones, are left out of the outcome.
    market : Market
        What they are valued in.
    valuation : Valuation
        Their value and sensitivities in this market, with greeks.
    factors : FactorSet
        Factors of the columns of ``moves``.
    moves : ndarray of shape (s, k)
        Absolute moves in the unit of each factor.
    report : callable, optional
        Told the share done between chunks.
    chunk : int, default 64
        Scenarios between two reports; the outcome does not depend on it.

    Returns
    -------
    Outcome
        Of the trades that have a value.

    Raises
    ------
    LengthMismatch, SeriesHasNaN, BadParameter
        The moves do not fit the factors, or no market can make them; the factor is named.
    NoValueInScenario
        A trade that is valued today cannot be valued in a scenario; both are named.
    """
    check_moves(factors, moves)
    kept = ~valuation.is_missing & (book.event != _CANCELLED)
    book, valuation = book.take(kept), valuation.take(kept)
    found = exposures(book, market, valuation, factors)
    effective = effective_moves(factors, moves)
    rest_row = np.flatnonzero(_is_bent(book, market))
    rest = np.zeros((len(rest_row), len(moves)), dtype=np.float32)
    if len(rest_row):
        by_factor = np.ascontiguousarray(effective.T)
        chosen, now = book.take(rest_row), valuation.total_eur[rest_row]
        for start in range(0, len(moves), chunk):
            if report is not None:
                report(start / len(moves), f"Revaluing {len(rest_row):,} trades, scenario {start + 1:,}")
            part = slice(start, start + chunk)
            gain = _gains(chosen, now, market, factors, moves[part])
            _refuse_lost(chosen, gain, start)
            rest[:, part] = gain - _line(found, rest_row, by_factor[:, part])
    return Outcome(
        book.trade_id,
        book.portfolio,
        valuation.total_eur,
        found.row,
        found.column,
        found.exposure,
        rest_row,
        rest,
        effective,
    )


def _is_bent(book: Book, market: Market) -> BoolArray1D:
    """Trades whose value is no straight line of the factors: rights that have not come to an end.

    The payoff of a spread over two currencies is turned at today's exchange rate, even when its prices are final.
    """
    day = np.datetime64(market.as_of, "D")
    over = (np.isin(book.kind, _EXPIRING) & (book.expiry <= day)) | (book.delivery_end <= day)
    bent: BoolArray1D = np.isin(book.kind, [kind.value for kind in OPTIONAL]) & (
        ~over | _over_two_currencies(book, market)
    )
    return bent


def _over_two_currencies(book: Book, market: Market) -> BoolArray1D:
    currency = np.array([*market.curves.currency, ""], dtype=object)
    one, two = (positions_in(market.curves.id, ids) for ids in (book.curve, book.curve2))
    across = (two >= 0) & (currency[one] != currency[two])
    return np.asarray(across & (book.kind == Kind.SPREAD_OPTION), np.bool_)


def _line(found: Exposures, rows: IntArray1D, moves: FloatArray2D) -> NDArray[np.float64]:
    """Exposure times effective move of some trades, shape (q, s); ``moves`` by factor, shape (k, s).

    Added factor by factor: a matrix product may round otherwise for another number of scenarios or trades.
    """
    out = np.zeros((len(rows), moves.shape[1]))
    first, last = np.searchsorted(found.row, rows), np.searchsorted(found.row, rows, side="right")
    for at, (start, end) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        for z in range(start, end):
            out[at] += found.exposure[z] * moves[found.column[z]]
    return out


def _gains(
    book: Book, now: FloatArray1D, market: Market, factors: FactorSet, moves: FloatArray2D
) -> NDArray[np.float64]:
    """Change of the value in each scenario, shape (q, s)."""
    out = np.empty((len(book), len(moves)))
    for at, move in enumerate(moves):
        moved = moved_market(market, factors, move)
        out[:, at] = value_book(book, moved, greeks=False).total_eur - now
    return out


def _refuse_lost(book: Book, gain: NDArray[np.float64], start: int) -> None:
    lost = ~np.isfinite(gain)
    if lost.any():
        row, at = (int(where[0]) for where in np.nonzero(lost))
        trade, scenario = int(book.trade_id[row]), start + at + 1
        raise NoValueInScenario(
            f"Trade {trade} has a value today but none in scenario {scenario}; most often a price falls to zero or "
            "below there and the model of its option knows no such price. Give the trade a normal or shifted model, "
            "or the curve relative shocks.",
            trade=trade,
            scenario=scenario,
        )
