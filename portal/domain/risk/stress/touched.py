"""Which trades a change of the market can touch, so that the others need not be valued again.

API: ``touched(book, before, after)``.
"""

from collections.abc import Iterable

import numpy as np

from portal.core.arrays import BoolArray1D, IntArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.market import Market, VolSurface
from portal.domain.portfolio.trade import Kind

_READS_VOLS = np.array([kind in (Kind.OPTION, Kind.ASIAN, Kind.SPREAD_OPTION) for kind in Kind])


def touched(book: Book, before: Market, after: Market) -> BoolArray1D:
    """Tell which trades may have another value.

    Parameters
    ----------
    book : Book
        Trades.
    before, after : Market
        The same curves, months and fixings.

    Returns
    -------
    ndarray of shape (n,), bool
        True for trades on curves whose prices (or whose peak prices), exchange or zero rates differ; options also where
        volatilities differ, options on spreads where any correlation does. The value of all others is the same.
    """
    curves = before.curves
    prices = ((before.marks.price != after.marks.price) & np.isfinite(before.marks.price)).any(axis=1)
    prices = prices | (np.isfinite(before.marks.price) != np.isfinite(after.marks.price)).any(axis=1)
    prices = prices | np.where(curves.peak >= 0, prices[curves.peak], False)
    money = {currency for currency in set(curves.currency) if _money_differs(currency, before, after)}
    paid = np.array([currency in money for currency in curves.currency], dtype=np.bool_)
    smiles = {
        key for key in {*before.vols, *after.vols} if _differ(before.vols.get(key), after.vols.get(key))
    }
    bases = curves.id[(curves.peak >= 0) & np.isin(curves.id[curves.peak], sorted(smiles))].tolist()
    options = _READS_VOLS[book.kind]
    found = _names(book, curves.id[prices | paid].tolist()) | (options & _names(book, {*smiles, *bases}))
    if dict(before.correlations) != dict(after.correlations):
        found |= book.kind == Kind.SPREAD_OPTION
    return found


def _names(book: Book, curves: Iterable[int]) -> BoolArray1D:
    ids: IntArray1D = np.array(sorted(curves), dtype=np.int64)
    named: BoolArray1D = np.isin(book.curve, ids) | np.isin(book.curve2, ids)
    return named


def _money_differs(currency: str, before: Market, after: Market) -> bool:
    if before.fx.get(currency) != after.fx.get(currency):
        return True
    old, new = before.rates.get(currency), after.rates.get(currency)
    if old is None or new is None:
        return old is not new
    return not (np.array_equal(old.rate, new.rate) and np.array_equal(old.years, new.years))


def _differ(old: VolSurface | None, new: VolSurface | None) -> bool:
    if old is None or new is None or old is new:
        return old is not new
    return not (
        old.is_normal == new.is_normal
        and np.array_equal(old.vol, new.vol)
        and np.array_equal(old.months, new.months)
        and np.array_equal(old.moneyness, new.moneyness)
    )
