"""First-order exposures of trades to risk factors, in euro for a move of 1 in the unit of each factor.

API: ``exposures(book, market, valuation, factors) -> Exposures``, ``TRADES_WITH_VOLATILITY``.

Together with effective moves (``outcome.effective_moves``) they are exact in prices and exchange rates for what is
linear, and first-order in rates. For what is not linear they are the line that full revaluation is measured from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import FloatArray1D, IntArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.legs import positions_in
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.trade import Kind
from portal.domain.portfolio.valuation import Valuation, value_legs
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet
from portal.domain.risk.scenarios.market_moves import price_cells

TRADES_WITH_VOLATILITY = (Kind.OPTION, Kind.ASIAN, Kind.SPREAD_OPTION)
"""Kinds that read the surfaces; storage and swing have a volatility of their own, which no factor moves."""
_BUMP = 1e-3  # of the volatility: the central difference is good to 1e-6 of itself


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Exposures:
    """Exposures other than 0, each pair of trade and factor once, ascending by trade and then factor.

    Attributes
    ----------
    row : ndarray of shape (z,), int64
        Position of the trade in the book.
    column : ndarray of shape (z,), int64
        Position of the factor.
    exposure : ndarray of shape (z,)
        EUR for a move of 1 in the unit of the factor.
    """

    row: IntArray1D
    column: IntArray1D
    exposure: FloatArray1D

    def __len__(self) -> int:
        return len(self.row)


def exposures(book: Book, market: Market, valuation: Valuation, factors: FactorSet) -> Exposures:
    """Exposures of every trade that has a value.

    Parameters
    ----------
    book : Book
        Trades.
    market : Market
        What they are valued in.
    valuation : Valuation
        Their value and sensitivities in this market, with greeks.
    factors : FactorSet
        Factors; what a trade depends on beyond them does not move.

    Returns
    -------
    Exposures
        To prices: delta in money, a delivery under way on the first month ahead. To volatilities: vega for a relative
        move of the whole surface. To exchange rates: the total value, as in P&L explain. To zero rates: rho.
    """
    valued = ~valuation.is_missing
    parts = [
        _prices(market, valuation, factors),
        *_vols(book, market, valuation, factors),
        _by_currency(valuation, factors, FactorKind.FX, valuation.total_eur),
        _by_currency(valuation, factors, FactorKind.RATE, valuation.rho * valuation.to_eur),
    ]
    row, column, amount = (np.concatenate(part) for part in zip(*parts, strict=True))
    kept = valued[row] & (column >= 0) & (amount != 0.0)
    return _added(row[kept], column[kept], amount[kept], len(factors))


_Entries = tuple[IntArray1D, IntArray1D, FloatArray1D]


def _added(row: IntArray1D, column: IntArray1D, amount: FloatArray1D, k: int) -> Exposures:
    """Entries of one trade and factor added up."""
    if not len(row):
        return Exposures(row, column, amount)
    keys, back = np.unique(row * k + column, return_inverse=True)
    return Exposures(keys // k, keys % k, np.asarray(np.bincount(back, amount, len(keys)), np.float64))


def _prices(market: Market, valuation: Valuation, factors: FactorSet) -> _Entries:
    """Deltas in money of the curve's own currency, on the factor of each curve and month."""
    legs = valuation.legs
    worth = market.curves.money * np.array([market.fx.get(name, np.nan) for name in market.curves.currency])
    column = price_cells(market, factors)[legs.curve, legs.month]
    return legs.trade, column, np.where(legs.delta == 0.0, 0.0, legs.delta * worth[legs.curve])


def _by_currency(
    valuation: Valuation, factors: FactorSet, kind: FactorKind, amount: FloatArray1D
) -> _Entries:
    """Amounts of trades on the factor of their currency; -1 where there is none."""
    place: Mapping[str, int] = {factors.currency[at]: at for at in factors.of_kind(kind).tolist()}
    column = np.array([place.get(name, -1) for name in valuation.currency], dtype=np.int64)
    return np.arange(len(amount)), column, amount


def _vols(book: Book, market: Market, valuation: Valuation, factors: FactorSet) -> Iterator[_Entries]:
    """Change of the value for a relative move of each surface, by a central difference of whole surfaces."""
    on_surface = np.isin(book.kind, TRADES_WITH_VOLATILITY) & ~valuation.is_missing
    legs = valuation.legs
    curve = positions_in(market.curves.id, factors.curve)
    for at in factors.of_kind(FactorKind.VOL).tolist():
        touched = np.unique(legs.trade[legs.curve == curve[at]])
        rows = touched[on_surface[touched]]
        if not len(rows) or int(factors.curve[at]) not in market.vols:
            continue
        chosen, key = book.take(rows), int(factors.curve[at])
        up, down = (_unrealised(chosen, _scaled(market, key, 1.0 + move)) for move in (_BUMP, -_BUMP))
        amount = (up - down) / (2.0 * _BUMP) * valuation.to_eur[rows]
        yield rows, np.full(len(rows), at, dtype=np.int64), amount


def _scaled(market: Market, key: int, scale: float) -> Market:
    surface = market.vols[key]
    return replace(market, vols={**market.vols, key: replace(surface, vol=surface.vol * scale)})


def _unrealised(book: Book, market: Market) -> NDArray[np.float64]:
    """Marked value of options by trade, in native money."""
    rows, parts = value_legs(book, market, greeks=False)
    money = market.curves.money[positions_in(market.curves.id, book.curve)]
    return np.asarray(np.bincount(rows.legs.trade, parts.unrealised, len(book)) * money, np.float64)
