"""What a scenario leaves as it is although money rests on it.

API: ``unshocked(book, valuation, before, after) -> tuple of Unshocked``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D, IntArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.trade import Kind
from portal.domain.portfolio.valuation import Valuation

PRICE, VOL, CORRELATION = "price", "volatility", "correlation"
FX, RATE, MODEL = "exchange rate", "zero rate", "model"
RESTS = {
    PRICE: "delta at the mark",
    VOL: "notional of the options",
    CORRELATION: "notional of the spread options",
    FX: "net value in the currency",
    RATE: "net unrealised value",
    MODEL: "notional of storage and swing",
}


@dataclass(frozen=True, slots=True)
class Unshocked:
    """One factor that a scenario does not move.

    Attributes
    ----------
    kind : str
        One of ``RESTS``, which says what ``money`` counts.
    name : str
        Curve, pair or currency.
    money : tuple of float
        Of each trade, in the reporting currency.
    trades : tuple of int
        Their ids, ascending.
    """

    kind: str
    name: str
    money: tuple[float, ...]
    trades: tuple[int, ...]

    @property
    def money_eur(self) -> float:
        """What rests on the factor: the size of the sum."""
        return abs(float(np.sum(self.money)))


def unshocked(book: Book, valuation: Valuation, before: Market, after: Market) -> tuple[Unshocked, ...]:
    """List the factors that money rests on and that the scenario leaves as they are, the most money first.

    Parameters
    ----------
    book : Book
        Trades.
    valuation : Valuation
        Their values and sensitivities in ``before``.
    before, after : Market
        Without and with the shocks.

    Returns
    -------
    tuple of Unshocked
        Prices by curve (the months that do not move), volatilities by curve (where no month moves), correlations by
        pair, exchange and zero rates by currency, and the own models of storage and swing.
    """
    found = [
        *_prices(book, valuation, before, after),
        *_options(book, valuation, before, after),
        *_currencies(book, valuation, before, after),
        *_models(book, valuation),
    ]
    return tuple(
        sorted((one for one in found if one.money_eur > 0.0), key=lambda one: (-one.money_eur, one.name))
    )


def _of(kind: str, name: str, book: Book, at: IntArray1D, money: FloatArray1D) -> Unshocked:
    numbers, place = np.unique(book.trade_id[at], return_inverse=True)
    sums = np.bincount(place, np.nan_to_num(money), len(numbers))
    return Unshocked(kind, name, tuple(sums.tolist()), tuple(numbers.tolist()))


def _prices(book: Book, valuation: Valuation, before: Market, after: Market) -> Iterator[Unshocked]:
    legs, mark = valuation.legs, before.marks.price[valuation.legs.curve, valuation.legs.month]
    still = mark == after.marks.price[legs.curve, legs.month]
    fx = np.array([before.fx.get(name, np.nan) for name in before.curves.currency])
    money = np.abs(legs.delta * mark) * (before.curves.money * fx)[legs.curve]
    rows = np.flatnonzero(still & np.isfinite(money) & (money > 0.0))
    for curve in np.unique(legs.curve[rows]).tolist():
        at = rows[legs.curve[rows] == curve]
        yield _of(PRICE, before.curves.code[curve], book, legs.trade[at], money[at])


def _options(book: Book, valuation: Valuation, before: Market, after: Market) -> Iterator[Unshocked]:
    notional = np.abs(np.nan_to_num(valuation.notional_eur))
    vega = np.nan_to_num(valuation.vega) != 0.0
    for number, surface in before.vols.items():
        other = after.vols.get(number)
        still = (
            other is not None
            and other.vol.shape == surface.vol.shape
            and bool((other.vol == surface.vol).all())
        )
        rows = np.flatnonzero(vega & ((book.curve == number) | (book.curve2 == number)))
        if still and len(rows):
            yield _of(VOL, _code(before, number), book, rows, notional[rows])
    pairs = np.sort(np.column_stack([book.curve, book.curve2]), axis=1)
    spreads = (book.kind == Kind.SPREAD_OPTION) & vega
    for pair, value in before.correlations.items():
        rows = np.flatnonzero(spreads & (pairs[:, 0] == pair[0]) & (pairs[:, 1] == pair[1]))
        if len(rows) and after.correlations.get(pair) == value:
            yield _of(
                CORRELATION, " and ".join(_code(before, one) for one in pair), book, rows, notional[rows]
            )


def _currencies(book: Book, valuation: Valuation, before: Market, after: Market) -> Iterator[Unshocked]:
    own = np.array(valuation.currency, dtype=object)
    for currency in sorted(set(valuation.currency)):
        rows = np.flatnonzero((own == currency) & np.isfinite(valuation.total_eur))
        if currency != before.reporting and before.fx.get(currency) == after.fx.get(currency):
            yield _of(FX, currency, book, rows, valuation.total_eur[rows])
        zero, other = before.rates.get(currency), after.rates.get(currency)
        if zero is not None and other is not None and bool((zero.rate == other.rate).all()):
            yield _of(RATE, currency, book, rows, valuation.unrealised_eur[rows])


def _models(book: Book, valuation: Valuation) -> Iterator[Unshocked]:
    """Storage and swing carry the volatility and mean reversion of their spot price in their own terms."""
    rests: dict[str, Callable[[], BoolArray1D]] = {
        "Spot volatility and mean reversion of storage": lambda: book.kind == Kind.STORAGE,
        "Spot volatility and mean reversion of swing": lambda: book.kind == Kind.SWING,
    }
    for name, chosen in rests.items():
        rows = np.flatnonzero(chosen() & np.isfinite(valuation.total_eur))
        if len(rows):
            yield _of(MODEL, name, book, rows, np.abs(valuation.notional_eur[rows]))


def _code(market: Market, number: int) -> str:
    at = int(np.searchsorted(market.curves.id, number))
    there = at < len(market.curves.id) and market.curves.id[at] == number
    return market.curves.code[at] if there else f"curve {number}"
