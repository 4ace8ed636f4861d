"""The value of European, Asian and spread options in every scenario, a few legs and all scenarios at a time.

API: ``option_values(book, inputs, step) -> ndarray (n, s)``.

Options are priced by the same terms as on any other day (``portfolio.option_terms``) at moved prices, volatilities read
off the moved surface at the moved moneyness, moved exchange rates and moved discount factors. Blocks are small, so that
their arrays stay in the processor's cache; how they are cut changes no digit.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.option_terms import (
    OptionTerms,
    SpreadTerms,
    asian_terms,
    european_terms,
    exchange,
    fixings_to_come,
    premium,
    spread_terms,
)
from portal.domain.portfolio.trade import Kind
from portal.domain.portfolio.valuation import value_legs
from portal.domain.portfolio.valued_rows import Parts, Rows
from portal.domain.risk.revaluation.moved_inputs import MovedInputs
from portal.domain.risk.revaluation.option_inputs import OptionLegs, groups_of
from portal.domain.risk.revaluation.option_series import SERIES_FROM, priced_by_series

TermsT = TypeVar("TermsT", bound=OptionTerms)
Step = Callable[[Kind, int], None]
"""Told how many legs of a kind are done; what it raises stops the revaluation."""


def option_values(book: Book, inputs: MovedInputs, values: int, step: Step) -> NDArray[np.float64]:
    """Realised and unrealised of options in every scenario.

    Parameters
    ----------
    book : Book
        Options that have a value today; other kinds are passed over.
    inputs : MovedInputs
        Scenarios.
    values : int
        Legs times scenarios that are priced at a time.
    step : callable
        Told after each block.

    Returns
    -------
    ndarray of shape (n, s)
        In the price unit of the first curve times volume; NaN where a model knows no price of the scenario.
    """
    rows, parts = value_legs(book, inputs.market, greeks=False)
    run = _Run(rows, parts, inputs, values, step)
    with np.errstate(invalid="ignore", over="ignore"):  # what has no value stays NaN, and is refused by name
        for kind, fill in (
            (Kind.OPTION, run.europeans),
            (Kind.ASIAN, run.asians),
            (Kind.SPREAD_OPTION, run.spreads),
        ):
            at = np.flatnonzero((rows.kind == kind) & ~rows.legs.second)
            if len(at):
                fill(at)
    return run.out


class _Run:
    """One book in all scenarios: what is found is added to ``out`` by trade."""

    def __init__(self, rows: Rows, parts: Parts, inputs: MovedInputs, values: int, step: Step) -> None:
        self.rows, self.parts, self.inputs, self.values, self.step = rows, parts, inputs, values, step
        self.legs = OptionLegs(rows, inputs)
        self.out = np.empty((len(rows.book), len(inputs)))
        self.out[:] = _premiums(rows)[:, None]  # which nothing moves

    def europeans(self, at: IntArray1D) -> None:
        """Options that expire before their month."""
        over, volume = self.rows.expired(at), self.rows.legs.volume[at]
        self._ended(at[over], volume[over], self.rows.book.expiry[self.rows.legs.trade[at[over]]])
        self._single(Kind.OPTION, european_terms(self.rows, at[~over], volume[~over]))

    def asians(self, at: IntArray1D) -> None:
        """Options on averages; those whose fixings are all known have ended."""
        left, volume = fixings_to_come(self.rows, at), self.rows.legs.volume[at]
        over = ~np.isfinite(left).any(axis=1)
        self._ended(at[over], volume[over], self.rows.month_end(at[over]))
        self._single(Kind.ASIAN, asian_terms(self.rows, at[~over], volume[~over], left[~over]))

    def spreads(self, at: IntArray1D) -> None:
        """Options on the difference of two prices."""
        rows, legs = self.rows, self.legs
        second = np.flatnonzero((rows.kind == Kind.SPREAD_OPTION) & rows.legs.second)
        volume = rows.legs.volume[at] / rows.term("ratio1", at)
        over = rows.expired(at)
        self._ended_spreads(spread_terms(rows, at[over], second[over], volume[over]))
        every = spread_terms(rows, at[~over], second[~over], volume[~over])
        for terms in self._blocks(every, rows.legs.curve[every.at], rows.legs.curve[every.second]):
            forwards = legs.prices(terms.at), legs.prices(terms.second)
            at_money = np.full(len(terms), np.nan)
            vols = (
                legs.vols(terms, terms.at, forwards[0], at_money),
                legs.vols(terms, terms.second, forwards[1], at_money),
            )
            self._add(terms, terms.undiscounted_spread(forwards, vols, self._exchange(terms)))
            self.step(Kind.SPREAD_OPTION, len(terms))

    def _single(self, kind: Kind, every: OptionTerms) -> None:
        """Options on one price: by series where scenarios are many, else and where a series fails by the formula."""

        def add(terms: OptionTerms, price: FloatArray2D) -> None:
            self._add(terms, price)
            self.step(kind, len(terms))

        if len(self.inputs) >= SERIES_FROM and len(every):
            every = every.take(~priced_by_series(self.legs, every, self.values, add))
        for terms in self._blocks(every, self.rows.legs.curve[every.at]):
            forward = self.legs.prices(terms.at)
            vol = self.legs.vols(terms, terms.at, forward, terms.strike)
            add(terms, terms.undiscounted(forward, vol))

    def _blocks(self, every: TermsT, *curves: IntArray1D) -> Iterator[TermsT]:
        """A few legs at a time that share their curves and their kind of model."""
        size = max(1, self.values // max(len(self.inputs), 1))
        for own in groups_of(*curves, every.normal):
            for start in range(0, len(own), size):
                yield every.take(own[start : start + size])

    def _exchange(self, terms: SpreadTerms) -> FloatArray2D:
        """Money of the first leg's price unit for one of the second's; nothing moves within one currency."""
        today = exchange(self.rows, terms.at, terms.second)[:, None]
        one, two = (int(self.rows.legs.curve[at[0]]) for at in (terms.at, terms.second))
        if self.inputs.currencies[one] == self.inputs.currencies[two]:
            return today
        return today * (self.inputs.fx_scales(two) / self.inputs.fx_scales(one))

    def _add(self, terms: OptionTerms, price: FloatArray2D) -> None:
        """Add prices, discounted to today, to their trades."""
        moves = self.inputs.rate_moves(self.legs.curve_of(terms))
        weight = terms.volume * np.exp(-terms.rate * terms.pay)
        price *= weight[:, None]
        if moves.any():
            price *= np.exp(-terms.pay[:, None] * moves)
        for trade, row in zip(self.rows.legs.trade[terms.at].tolist(), price, strict=True):
            self.out[trade] += row

    def _ended(self, at: IntArray1D, volume: FloatArray1D, event: NDArray[np.datetime64]) -> None:
        """Payoffs that are known and wait for their payment."""
        _, pay, _ = self.rows.discount(at, event)
        known = self.parts.realised[at] - premium(self.rows, at, volume)
        self._settled(at, known, pay)

    def _ended_spreads(self, terms: SpreadTerms) -> None:
        """The same for spreads, whose second leg is turned into the money of the first at the moved rate."""
        rows = self.rows
        for i in range(len(terms)):
            leg = terms.take(np.array([i]))
            ratio2 = leg.ratio2[:, None] * self._exchange(leg)
            gap = (
                leg.ratio1[0] * rows.final(leg.at)[0] - ratio2[0] * rows.final(leg.second)[0] - leg.strike[0]
            )
            self._add(leg, np.maximum(gap if leg.call[0] else -gap, 0.0)[None, :])

    def _settled(self, at: IntArray1D, known: FloatArray1D, pay: FloatArray1D) -> None:
        legs = self.rows.legs
        for row, money, years in zip(at.tolist(), known.tolist(), pay.tolist(), strict=True):
            later = np.exp(-self.inputs.rate_moves(int(legs.curve[row])) * years)
            self.out[legs.trade[row]] += money * later


def _premiums(rows: Rows) -> FloatArray1D:
    """What premiums have brought by now, by trade."""
    first = np.flatnonzero(~rows.legs.second)
    volume = rows.legs.volume[first] / rows.term("ratio1", first)  # of a spread: that of one unit
    return np.asarray(
        np.bincount(rows.legs.trade[first], premium(rows, first, volume), len(rows.book)), np.float64
    )
