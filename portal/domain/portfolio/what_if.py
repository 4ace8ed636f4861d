"""What a few deals, or changes to existing ones, would do to a book: values, sensitivities and deltas by month.

API: ``scaled(book, factors) -> Book``, ``effect(book, valuation, market) -> Effect``, ``deltas(...) -> Deltas``,
``fair_price(...)``.
"""

from dataclasses import dataclass, replace

import numpy as np

from portal.core.arrays import FloatArray1D, IntArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.trade import OPTIONAL, Kind
from portal.domain.portfolio.valuation import Valuation, value_book
from portal.domain.portfolio.volatility_marks import points_of

_OPTIONAL = np.array([kind in OPTIONAL for kind in Kind])
BASIS_POINT, YEAR_DAYS, MOVE = 1e-4, 365.0, 0.01


def scaled(book: Book, factors: FloatArray1D) -> Book:
    """The trades with their quantities multiplied; a negative factor turns the side round.

    Parameters
    ----------
    book : Book
        Trades.
    factors : ndarray of shape (n,)
        Multiples; a trade with 0 is left out.

    Returns
    -------
    Book
        What would be left, at the prices agreed.
    """
    changed = replace(
        book, quantity=book.quantity * np.abs(factors), side=book.side * np.where(factors < 0.0, -1.0, 1.0)
    )
    return changed.take(factors != 0.0)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Effect:
    """Figures of trades, each of shape (n,), in the reporting currency.

    Attributes
    ----------
    value : ndarray
        Realised and unrealised.
    move : ndarray
        Profit of a rise of all marks by 1 %, first order.
    gamma : ndarray
        What the same rise adds in second order.
    vega : ndarray
        For one point of volatility as ``points_of`` has it: 0.01, or one price unit for a normal volatility.
    theta : ndarray
        For one calendar day that passes.
    rho : ndarray
        For one basis point of rate.
    """

    value: FloatArray1D
    move: FloatArray1D
    gamma: FloatArray1D
    vega: FloatArray1D
    theta: FloatArray1D
    rho: FloatArray1D


def effect(book: Book, valuation: Valuation, market: Market) -> Effect:
    """The figures of each trade in money that people compare.

    Parameters
    ----------
    book, valuation : Book, Valuation
        Trades with sensitivities.
    market : Market
        What they were valued in.

    Returns
    -------
    Effect
        NaN for a trade without value.
    """
    legs, fx, n = valuation.legs, valuation.to_eur, len(valuation.to_eur)
    price = market.marks.price[legs.curve, legs.month]
    money = market.curves.money[legs.curve]
    step = np.where(np.isfinite(price), price, 0.0) * MOVE
    gone = np.where(valuation.is_missing, np.nan, 0.0)
    return Effect(
        value=valuation.total_eur,
        move=np.bincount(legs.trade, np.nan_to_num(legs.delta) * step * money, n) * fx + gone,
        gamma=np.bincount(legs.trade, 0.5 * np.nan_to_num(legs.gamma) * step**2 * money, n) * fx + gone,
        vega=valuation.vega * points_of(book) * fx + gone,
        theta=valuation.theta / YEAR_DAYS * fx + gone,
        rho=valuation.rho * BASIS_POINT * fx + gone,
    )


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Deltas:
    """Delta-equivalent volumes by curve and month, arrays of shape (k,), in ascending order of both.

    ``curve`` and ``month`` are positions in the market; ``volume`` is in the volume unit of the curve, ``firm`` the
    part of it that is an obligation.
    """

    curve: IntArray1D
    month: IntArray1D
    volume: FloatArray1D
    firm: FloatArray1D


def deltas(book: Book, valuation: Valuation, sign: FloatArray1D, market: Market) -> Deltas:
    """Sum the deltas of trades by curve and month.

    Parameters
    ----------
    book, valuation : Book, Valuation
        Trades and their values.
    sign : ndarray of shape (n,)
        What each trade counts: 1 for what is added, -1 for what is taken away.
    market : Market
        What they were valued in.

    Returns
    -------
    Deltas
        Only curves and months with a delta or an obligation.
    """
    legs = valuation.legs
    width = len(market.marks.months)
    cell = legs.curve * width + legs.month
    weight = sign[legs.trade]
    here = np.datetime64(market.as_of, "M")
    open_month = market.marks.months[legs.month] >= here
    delta = np.nan_to_num(legs.delta) * weight
    optional = _OPTIONAL[book.kind][legs.trade]
    firm = np.where(open_month & ~optional, np.nan_to_num(legs.volume) * weight, 0.0)
    size = len(market.curves.id) * width
    volume, obliged = (np.asarray(np.bincount(cell, part, size), np.float64) for part in (delta, firm))
    kept = np.flatnonzero((volume != 0.0) | (obliged != 0.0))
    return Deltas(kept // max(width, 1), kept % max(width, 1), volume[kept], obliged[kept])


def fair_price(book: Book, valuation: Valuation, market: Market) -> FloatArray1D:
    """The agreed price at which each linear trade would be worth nothing.

    Parameters
    ----------
    book, valuation : Book, Valuation
        Trades and their values.
    market : Market
        What they were valued in.

    Returns
    -------
    ndarray of shape (n,)
        In the unit of the curve, over the whole delivery, what is fixed of it included; NaN for options and for trades
        without value.
    """
    raised = value_book(replace(book, price=book.price + 1.0), market, greeks=False)
    lost = valuation.total - raised.total  # by a price higher by 1: the value is linear in it
    linear = np.isfinite(book.price) & (lost != 0.0)
    return np.where(linear, book.price + valuation.total / np.where(lost == 0.0, np.nan, lost), np.nan)
