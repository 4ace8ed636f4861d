"""From moves of factors to markets: one whole market, or the arrays of many.

API: ``moved_market(market, factors, moves) -> Market``, ``moved_markets(market, factors, moves) -> MovedMarkets``,
``price_cells(market, factors)``, ``check_moves(factors, moves)``, ``MovedMarkets``.

Both do the same: a price cell moves by the absolute move of its factor (cells without one stay), all volatilities of a
curve are scaled by ``1 + move``, exchange rates likewise, zero curves are shifted in parallel. Days, fixings and
correlations stay as they are: moves are instantaneous.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import FloatArray1D, FloatArray2D, IntArray2D
from portal.domain.market.errors import BadParameter, LengthMismatch, SeriesHasNaN
from portal.domain.portfolio.market import Market
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet
from portal.domain.risk.scenarios.market_factors import tenor_of


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class MovedMarkets:
    """What b moves make of a market of c curves, m months and q currencies.

    Attributes
    ----------
    price : ndarray of shape (b, c, m)
        Prices in the unit of each curve; NaN where the market has none.
    vol_factor : ndarray of shape (b, c)
        What the volatilities of each curve are multiplied by; 1 for a curve without a factor.
    currency : tuple of str
        The q currencies, ascending, the reporting currency among them.
    fx : ndarray of shape (b, q)
        Reporting currency for one unit of each currency; NaN where the market has no rate.
    rate_shift : ndarray of shape (b, q)
        Added to all zero rates of each currency, decimals a year.
    """

    price: NDArray[np.float64]
    vol_factor: FloatArray2D
    currency: tuple[str, ...]
    fx: FloatArray2D
    rate_shift: FloatArray2D


def price_cells(market: Market, factors: FactorSet) -> IntArray2D:
    """Which factor moves each price of a market.

    Parameters
    ----------
    market : Market
        Curves and months.
    factors : FactorSet
        Factors.

    Returns
    -------
    ndarray of shape (c, m), int64
        Positions of factors; -1 for a curve without factors and for months before that of the valuation day, whose
        prices are final.
    """
    months = market.marks.months
    c, m = len(market.curves.id), len(months)
    ahead = tenor_of(months, market.as_of)
    found = factors.price_positions(np.repeat(market.curves.id, m), np.tile(ahead, c)).reshape(c, m)
    found[:, ahead < 0] = -1
    return found


def moved_markets(market: Market, factors: FactorSet, moves: FloatArray2D) -> MovedMarkets:
    """Prices, volatility factors, exchange rates and rate shifts after each of b moves.

    Parameters
    ----------
    market : Market
        Market of today.
    factors : FactorSet
        Factors of the columns.
    moves : ndarray of shape (b, k)
        Absolute moves in the unit of each factor.

    Returns
    -------
    MovedMarkets
        About ``8 b c m`` bytes; pass scenarios in blocks.

    Raises
    ------
    LengthMismatch
        The moves do not have one column for each factor.
    SeriesHasNaN
        A move is missing or infinite; the factor is named.
    BadParameter
        A volatility or an exchange rate would fall to zero or below; the factor is named.
    """
    check_moves(factors, moves)
    cells = price_cells(market, factors)
    padded = np.concatenate([moves, np.zeros((len(moves), 1))], axis=1)  # position -1 reads a move of zero
    currency = tuple(sorted({*market.curves.currency, market.reporting}))
    column = {name: at for at, name in enumerate(currency)}
    fx = np.tile([market.fx.get(name, np.nan) for name in currency], (len(moves), 1))
    rate_shift = np.zeros((len(moves), len(currency)))
    vol_factor = np.ones((len(moves), len(market.curves.id)))
    for at in factors.of_kind(FactorKind.VOL).tolist():
        vol_factor[:, market.curves.id == factors.curve[at]] += moves[:, at, None]
    for at in factors.of_kind(FactorKind.FX).tolist():
        fx[:, column[factors.currency[at]]] *= 1.0 + moves[:, at]
    for at in factors.of_kind(FactorKind.RATE).tolist():
        rate_shift[:, column[factors.currency[at]]] += moves[:, at]
    return MovedMarkets(market.marks.price + padded[:, cells], vol_factor, currency, fx, rate_shift)


def moved_market(market: Market, factors: FactorSet, moves: FloatArray1D) -> Market:
    """The market after one move of all factors.

    Parameters
    ----------
    market : Market
        Market of today.
    factors : FactorSet
        Factors.
    moves : ndarray of shape (k,)
        Absolute moves in the unit of each factor.

    Returns
    -------
    Market
        Same day, fixings and correlations; what is missing stays missing.

    Raises
    ------
    LengthMismatch, SeriesHasNaN, BadParameter
        As for :func:`moved_markets`.
    """
    moved = moved_markets(market, factors, np.asarray(moves, np.float64)[None, :])
    at = {name: place for place, name in enumerate(moved.currency)}
    row = {key: place for place, key in enumerate(market.curves.id.tolist())}
    return replace(
        market,
        marks=replace(market.marks, price=moved.price[0]),
        vols={
            key: replace(surface, vol=surface.vol * moved.vol_factor[0, row[key]]) if key in row else surface
            for key, surface in market.vols.items()
        },
        rates={
            name: replace(curve, rate=curve.rate + moved.rate_shift[0, at[name]]) if name in at else curve
            for name, curve in market.rates.items()
        },
        fx={name: float(moved.fx[0, at[name]]) if name in at else rate for name, rate in market.fx.items()},
    )


def check_moves(factors: FactorSet, moves: FloatArray2D) -> None:
    """Refuse moves that no market can make.

    Parameters
    ----------
    factors : FactorSet
        Factors of the columns.
    moves : ndarray of shape (b, k)
        Absolute moves in the unit of each factor.

    Raises
    ------
    LengthMismatch, SeriesHasNaN, BadParameter
        As for :func:`moved_markets`.
    """
    if moves.ndim != 2 or moves.shape[1] != len(factors):
        raise LengthMismatch(
            f"The moves have shape {moves.shape}, but there are {len(factors)} factors; give one column for each.",
            first=moves.shape[-1] if moves.ndim else 0,
            second=len(factors),
        )
    bad = ~np.isfinite(moves)
    if bad.any():
        where = int(np.flatnonzero(bad.any(axis=0))[0])
        raise SeriesHasNaN(
            f"The moves of {factors.label[where]} have {int(bad[:, where].sum())} missing or infinite values; leave "
            "these scenarios out or fill them with a flagged value first.",
            name=factors.label[where],
            position=int(np.flatnonzero(bad[:, where])[0]),
        )
    shares = np.flatnonzero((factors.kind == FactorKind.VOL) | (factors.kind == FactorKind.FX))
    if len(moves) and len(shares):
        lowest = moves[:, shares].min(axis=0)
        worst = int(np.argmin(lowest))
        if not lowest[worst] > -1.0:
            raise BadParameter(
                f"{factors.label[shares[worst]]} would fall by {-lowest[worst]:.0%}, to zero or below, which it "
                "cannot; choose a smaller shock.",
                name=factors.label[shares[worst]],
                value=float(lowest[worst]),
            )
