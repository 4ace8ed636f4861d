"""What live options of a book are priced with, as plain arrays: terms that no market moves, and today's inputs.

API: ``european_terms``, ``asian_terms``, ``spread_terms``, ``fixings_to_come``, ``premium``, ``exchange``. The classes
``OptionTerms``, ``AverageTerms``, ``SpreadTerms`` price themselves at any forward price and volatility: arguments of
shape (k,), or (k, s) for s scenarios.
"""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray1D, FloatArray, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.discounting import years_to
from portal.domain.portfolio.options import asian, european, spread
from portal.domain.portfolio.options.plain import plain_price
from portal.domain.portfolio.trade import VolModel
from portal.domain.portfolio.valued_rows import Rows

_LEAST = 1e-6  # deviation from which the textbook formula is used in scenarios


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class OptionTerms:
    """Options on one price, in arrays of shape (k,).

    Attributes
    ----------
    at : ndarray of int64
        Rows of the legs.
    volume, strike, shift : ndarray of float64
        Signed volume, strike, and the shift of a shifted lognormal model (0 for others).
    years, pay, rate : ndarray of float64
        Years to expiry (of an average: to its last fixing) and to the payment, and the zero rate to that.
    call, normal : ndarray of bool
        Call or put; whether the model is normal.
    """

    at: IntArray1D
    volume: FloatArray1D
    strike: FloatArray1D
    shift: FloatArray1D
    years: FloatArray1D
    pay: FloatArray1D
    rate: FloatArray1D
    call: BoolArray1D
    normal: BoolArray1D

    def __len__(self) -> int:
        return len(self.at)

    def take(self, index: NDArray[Any]) -> Self:
        """The options at ``index`` (positions or a mask of shape (k,))."""
        return type(self)(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def undiscounted(self, forward: FloatArray, vol: FloatArray) -> FloatArray:
        """Price at the payment day of options that all have one kind of model.

        Parameters
        ----------
        forward, vol : ndarray of shape (k,) or (k, s)
            Forward price, and volatility in the model of the options.

        Returns
        -------
        ndarray of the same shape
            For one unit of volume; NaN where the model knows no such price.
        """
        strike, years, call, shift = (
            _beside(part, forward) for part in (self.strike, self.years, self.call, self.shift)
        )
        is_normal = bool(len(self) and self.normal[0])
        if forward.ndim > 1:
            deviation, price, at = vol * np.sqrt(np.maximum(years, 0.0)), forward, strike
            if shift.any() and not is_normal:
                price, at = forward + shift, strike + shift
            if deviation.min() > _LEAST and (is_normal or (price.min() > 0.0 and at.min() > 0.0)):
                return plain_price(price, at, deviation, call, is_normal=is_normal)
        if is_normal:
            return european.bachelier_price(forward, strike, years, vol, 0.0, call, pay_years=0.0)
        return european.black76_price(forward, strike, years, vol, 0.0, call, pay_years=0.0, shift=shift)


@dataclass(frozen=True, eq=False)
class AverageTerms(OptionTerms):
    """Options on the average of a month's fixings: ``left`` (k, 31) years to those to come, sum and count of the past.

    The average is taken as lognormal, shifted where asked, whatever the model says.
    """

    left: FloatArray2D
    past_sum: FloatArray1D
    past_count: FloatArray1D

    def undiscounted(self, forward: FloatArray, vol: FloatArray) -> FloatArray:
        """As for :class:`OptionTerms`."""
        width = 1 if forward.ndim == 1 else forward.shape[1]

        def flat(part: NDArray[Any]) -> NDArray[Any]:
            return np.repeat(part, width, axis=0)

        shift = flat(self.shift)
        found = asian.turnbull_wakeman_price(
            forward.ravel() + shift,
            flat(self.strike) + shift,
            flat(self.left),
            vol.ravel(),
            0.0,
            flat(self.call),
            past_sum=flat(self.past_sum) + shift * flat(self.past_count),
            past_count=flat(self.past_count),
            pay_years=0.0,
        )
        return found.reshape(forward.shape)


@dataclass(frozen=True, eq=False)
class SpreadTerms(OptionTerms):
    """Options on the difference of two prices; ``second`` holds the rows of the other legs.

    ``volume`` is that of one unit of the spread. ``ratio2`` lacks the exchange of money into that of the first leg.
    """

    second: IntArray1D
    ratio1: FloatArray1D
    ratio2: FloatArray1D
    correlation: FloatArray1D

    def undiscounted_spread(
        self,
        forwards: tuple[FloatArray, FloatArray],
        vols: tuple[FloatArray, FloatArray],
        exchange: FloatArray,
    ) -> FloatArray:
        """Price at the payment day of options that all have one kind of model.

        Parameters
        ----------
        forwards : tuple of ndarray of shape (k,) or (k, s)
            Prices of both legs, each in its own unit.
        vols : tuple of ndarray of the same shape
            Volatilities of both in the model of the options.
        exchange : ndarray of shape (k,) or (k, s)
            Money of the first leg's price unit for one of the second's.

        Returns
        -------
        ndarray of the same shape
            For one unit of volume, in the price unit of the first leg.
        """
        one = _beside(self.ratio1, forwards[0])
        two = _beside(self.ratio2, forwards[0]) * _beside(exchange, forwards[0])
        strike, years, call, rho = (
            _beside(part, forwards[0]) for part in (self.strike, self.years, self.call, self.correlation)
        )
        terms = one * forwards[0], two * forwards[1], strike, years
        if len(self) and self.normal[0]:  # a normal volatility is in units of the price
            return spread.bachelier_spread(
                *terms, vols[0] * one, vols[1] * two, rho, 0.0, call, pay_years=0.0
            )
        return spread.spread_exact(*terms, *vols, rho, 0.0, call, pay_years=0.0)


def _beside(part: NDArray[Any], forward: FloatArray) -> NDArray[Any]:
    """An array of shape (k,) that goes with forward prices of shape (k,) or (k, s)."""
    return part if part.ndim == forward.ndim else part[:, None]


def premium(rows: Rows, at: IntArray1D, volume: FloatArray1D) -> FloatArray1D:
    """What the premium has brought by now: paid by the buyer on the trade date.

    Parameters
    ----------
    rows : Rows
        Legs and market.
    at : ndarray of shape (k,), int64
        Rows of options.
    volume : ndarray of shape (k,)
        Their volumes.

    Returns
    -------
    ndarray of shape (k,)
        Price unit times volume.
    """
    paid = rows.book.trade_date[rows.legs.trade[at]] <= np.datetime64(rows.market.as_of, "D")
    return np.where(paid, -volume * rows.term("premium", at), 0.0)


def is_call(rows: Rows, at: IntArray1D) -> BoolArray1D:
    """Whether the options of the rows ``at`` are calls, shape (k,)."""
    call: BoolArray1D = rows.book.is_call[rows.legs.trade[at]]
    return call


def models(rows: Rows, at: IntArray1D) -> tuple[BoolArray1D, FloatArray1D]:
    """Whether the model is normal, and the shift of a shifted lognormal one, of the rows ``at``."""
    model = rows.book.vol_model[rows.legs.trade[at]]
    shift = np.where(model == VolModel.SHIFTED, rows.term("shift", at), 0.0)
    return model == VolModel.BACHELIER, shift


def european_terms(rows: Rows, at: IntArray1D, volume: FloatArray1D) -> OptionTerms:
    """Terms of live European options.

    Parameters
    ----------
    rows : Rows
        Legs and market.
    at : ndarray of shape (k,), int64
        Rows of options that have not expired.
    volume : ndarray of shape (k,)
        Their volumes.

    Returns
    -------
    OptionTerms
        In the order of ``at``.
    """
    expiry = rows.book.expiry[rows.legs.trade[at]]
    rate, pay, _ = rows.discount(at, expiry)
    normal, shift = models(rows, at)
    years = years_to(expiry, rows.market.as_of)
    return OptionTerms(
        at, volume, rows.term("strike", at), shift, years, pay, rate, is_call(rows, at), normal
    )


def asian_terms(rows: Rows, at: IntArray1D, volume: FloatArray1D, left: FloatArray2D) -> AverageTerms:
    """Terms of options on averages that still have fixings to come.

    Parameters
    ----------
    rows : Rows
        Legs and market.
    at : ndarray of shape (k,), int64
        Their rows.
    volume : ndarray of shape (k,)
        Their volumes.
    left : ndarray of shape (k, 31)
        As of :func:`fixings_to_come`.

    Returns
    -------
    AverageTerms
        In the order of ``at``.
    """
    cell = rows.legs.curve[at], rows.legs.month[at]
    rate, pay, _ = rows.discount(at, rows.month_end(at))
    return AverageTerms(
        at,
        volume,
        rows.term("strike", at),
        models(rows, at)[1],
        np.nanmax(left, axis=1) if len(at) else np.zeros(0),
        pay,
        rate,
        is_call(rows, at),
        np.zeros(len(at), dtype=np.bool_),
        left,
        rows.market.fixings.total[cell],
        rows.market.fixings.count[cell],
    )


def fixings_to_come(rows: Rows, at: IntArray1D) -> FloatArray2D:
    """Years to the fixings after the valuation day.

    Parameters
    ----------
    rows : Rows
        Legs and market.
    at : ndarray of shape (k,), int64
        Rows.

    Returns
    -------
    ndarray of shape (k, 31)
        NaN where a month has fewer.
    """
    months = rows.market.marks.months[rows.legs.month[at]]
    first = months.astype("datetime64[D]")
    every_day = (
        rows.market.fixings.expected[rows.legs.curve[at], rows.legs.month[at]] > 23.5
    )  # no 24 weekdays
    days = first[:, None] + np.arange(31)
    kept = (days < (months + 1).astype("datetime64[D]")[:, None]) & (
        days > np.datetime64(rows.market.as_of, "D")
    )
    kept &= every_day[:, None] | np.is_busday(days)
    return np.where(kept, years_to(np.asarray(days, "M8[D]"), rows.market.as_of), np.nan)


def spread_terms(rows: Rows, at: IntArray1D, second: IntArray1D, volume: FloatArray1D) -> SpreadTerms:
    """Terms of live spread options.

    Parameters
    ----------
    rows : Rows
        Legs and market.
    at, second : ndarray of shape (k,), int64
        Rows of both legs of options that have not expired.
    volume : ndarray of shape (k,)
        Volume of one unit of the spread.

    Returns
    -------
    SpreadTerms
        In the order of ``at``.
    """
    terms = european_terms(rows, at, volume)
    return SpreadTerms(
        **{f.name: getattr(terms, f.name) for f in fields(OptionTerms)},
        second=second,
        ratio1=rows.term("ratio1", at),
        ratio2=rows.term("ratio2", at),
        correlation=correlation(rows, rows.legs.curve[at], rows.legs.curve[second]),
    )


def exchange(rows: Rows, at: IntArray1D, second: IntArray1D) -> FloatArray1D:
    """Money of the first leg's price unit for one of the second's (rows ``at`` and ``second``), shape (k,).

    No exchange rate is needed within one currency; NaN where one is missing.
    """
    fx = np.array([rows.market.fx.get(currency, np.nan) for currency in rows.market.curves.currency])
    worth = fx * rows.market.curves.money
    one, two = rows.legs.curve[at], rows.legs.curve[second]
    same = np.array(rows.market.curves.currency)[one] == np.array(rows.market.curves.currency)[two]
    money = rows.market.curves.money
    return np.where(same, money[two] / money[one], worth[two] / worth[one])


def correlation(rows: Rows, one: IntArray1D, two: IntArray1D) -> FloatArray1D:
    """Correlation of the marks of the curves at two arrays of positions: 1 within one, NaN where none is marked."""
    ids = rows.market.curves.id
    found = np.full((len(ids), len(ids)), np.nan)
    np.fill_diagonal(found, 1.0)
    place = {key: at for at, key in enumerate(ids.tolist())}
    for (first, second), value in rows.market.correlations.items():
        if first in place and second in place:
            found[place[first], place[second]] = found[place[second], place[first]] = value
    chosen: FloatArray1D = found[one, two]
    return chosen
