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
from portal.domain.portfolio.market import VolSurface
from portal.domain.portfolio.option_terms import (
    OptionTerms,
    SpreadTerms,
    asian_terms,
    european_terms,
    exchange,
    fixings_to_come,
    is_call,
    premium,
    spread_terms,
)
from portal.domain.portfolio.trade import Kind
from portal.domain.portfolio.valuation import value_legs
from portal.domain.portfolio.valued_rows import Parts, Rows
from portal.domain.portfolio.volatility_marks import as_model, moneyness, smile_lines
from portal.domain.risk.revaluation.moved_inputs import MovedInputs

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
        Native money; NaN where a model knows no price of the scenario.
    """
    rows, parts = value_legs(book, inputs.market, greeks=False)
    run = _Run(rows, parts, inputs, max(1, values // max(len(inputs), 1)), step)
    with np.errstate(invalid="ignore", over="ignore"):  # what has no value stays NaN, and is refused by name
        for kind, fill in (
            (Kind.OPTION, run.europeans),
            (Kind.ASIAN, run.asians),
            (Kind.SPREAD_OPTION, run.spreads),
        ):
            at = np.flatnonzero((rows.kind == kind) & ~rows.legs.second)
            if len(at):
                fill(at)
    money = inputs.market.curves.money[np.searchsorted(inputs.market.curves.id, book.curve)]
    run.out *= money[:, None]
    return run.out


class _Run:
    """One book in all scenarios: what is found is added to ``out`` by trade."""

    def __init__(self, rows: Rows, parts: Parts, inputs: MovedInputs, legs: int, step: Step) -> None:
        self.rows, self.parts, self.inputs, self.legs, self.step = rows, parts, inputs, legs, step
        self.out = np.zeros((len(rows.book), len(inputs)))

    def europeans(self, at: IntArray1D) -> None:
        """Options that expire before their month."""
        over, volume = self.rows.expired(at), self.rows.legs.volume[at]
        self._ended(at[over], volume[over], self.rows.book.expiry[self.rows.legs.trade[at[over]]])
        self._paid(at, volume)
        self._single(Kind.OPTION, european_terms(self.rows, at[~over], volume[~over]))

    def asians(self, at: IntArray1D) -> None:
        """Options on averages; those whose fixings are all known have ended."""
        left, volume = fixings_to_come(self.rows, at), self.rows.legs.volume[at]
        over = ~np.isfinite(left).any(axis=1)
        self._ended(at[over], volume[over], self.rows.month_end(at[over]))
        self._paid(at, volume)
        self._single(Kind.ASIAN, asian_terms(self.rows, at[~over], volume[~over], left[~over]))

    def spreads(self, at: IntArray1D) -> None:
        """Options on the difference of two prices."""
        rows = self.rows
        second = np.flatnonzero((rows.kind == Kind.SPREAD_OPTION) & rows.legs.second)
        volume = rows.legs.volume[at] / rows.term("ratio1", at)
        over = rows.expired(at)
        self._ended_spreads(spread_terms(rows, at[over], second[over], volume[over]))
        self._paid(at, volume)
        every = spread_terms(rows, at[~over], second[~over], volume[~over])
        for terms in self._blocks(every, rows.legs.curve[every.at], rows.legs.curve[every.second]):
            one, two = int(rows.legs.curve[terms.at[0]]), int(rows.legs.curve[terms.second[0]])
            forwards = self._prices(terms.at), self._prices(terms.second)
            at_money = np.full(len(terms), np.nan)
            vols = (
                self._vols(terms, terms.at, forwards[0], at_money),
                self._vols(terms, terms.second, forwards[1], at_money),
            )
            price = terms.undiscounted_spread(forwards, vols, self._exchange(terms, one, two))
            self._add(terms, price * self._discount(terms, one))
            self.step(Kind.SPREAD_OPTION, len(terms))

    def _single(self, kind: Kind, every: OptionTerms) -> None:
        """Options on one price."""
        curve = self.rows.legs.curve
        for terms in self._blocks(every, curve[every.at]):
            forward = self._prices(terms.at)
            vol = self._vols(terms, terms.at, forward, terms.strike)
            price = terms.undiscounted(forward, vol)
            self._add(terms, price * self._discount(terms, int(curve[terms.at[0]])))
            self.step(kind, len(terms))

    def _blocks(self, every: TermsT, *curves: IntArray1D) -> Iterator[TermsT]:
        """A few legs at a time that share their curves and their kind of model."""
        keys = np.column_stack([*curves, every.normal]) if len(every) else np.zeros((0, 1), np.int64)
        _, group = np.unique(keys, axis=0, return_inverse=True)
        for key in range(int(group.max(initial=-1)) + 1):
            own = np.flatnonzero(group == key)
            for start in range(0, len(own), self.legs):
                yield every.take(own[start : start + self.legs])

    def _prices(self, at: IntArray1D) -> FloatArray2D:
        legs = self.rows.legs
        return self.inputs.prices(legs.curve[at], legs.month[at])

    def _discount(self, terms: OptionTerms, curve: int) -> FloatArray2D:
        """Discount factors in the currency of a curve."""
        shifted = terms.rate[:, None] + self.inputs.rate_moves(curve)
        return np.exp(-shifted * terms.pay[:, None])

    def _exchange(self, terms: SpreadTerms, one: int, two: int) -> FloatArray2D:
        """Money of the first leg's price unit for one of the second's; nothing moves within one currency."""
        today = exchange(self.rows, terms.at, terms.second)[:, None]
        if self.inputs.currencies[one] == self.inputs.currencies[two]:
            return today
        return today * (self.inputs.fx_scales(two) / self.inputs.fx_scales(one))

    def _vols(
        self, terms: OptionTerms, marked: IntArray1D, forward: FloatArray2D, strike: FloatArray1D
    ) -> FloatArray2D:
        """Volatility of one curve's moved surface, in the model of the options."""
        legs, market = self.rows.legs, self.inputs.market
        curve = int(legs.curve[marked[0]])
        surface = market.vols[int(market.curves.id[curve])]
        lines = smile_lines(surface, market.marks.months[legs.month[marked]].astype(np.int64))
        vol = _along(surface, lines, forward, strike, terms.years, self.inputs.vol_scales(curve))
        if surface.is_normal == bool(terms.normal[0]) and (surface.is_normal or not terms.shift.any()):
            return vol
        is_normal, normal = np.array(surface.is_normal), terms.normal[:, None]
        return as_model(vol, is_normal, normal, forward, terms.years[:, None], terms.shift[:, None])

    def _add(self, terms: OptionTerms, price: FloatArray2D) -> None:
        trades = self.rows.legs.trade[terms.at]
        for trade, volume, row in zip(trades.tolist(), terms.volume.tolist(), price, strict=True):
            self.out[trade] += volume * row

    def _paid(self, at: IntArray1D, volume: FloatArray1D) -> None:
        """Premiums, which nothing moves."""
        for trade, money in zip(
            self.rows.legs.trade[at].tolist(), premium(self.rows, at, volume).tolist(), strict=True
        ):
            self.out[trade] += money

    def _ended(self, at: IntArray1D, volume: FloatArray1D, event: NDArray[np.datetime64]) -> None:
        """Payoffs that are known and wait for their payment."""
        _, pay, _ = self.rows.discount(at, event)
        known = self.parts.realised[at] - premium(self.rows, at, volume)
        self._settled(at, known, pay)

    def _ended_spreads(self, terms: SpreadTerms) -> None:
        """The same for spreads, whose second leg is turned into the money of the first at the moved rate."""
        rows = self.rows
        _, pay, factor = rows.discount(terms.at, rows.book.expiry[rows.legs.trade[terms.at]])
        for i in range(len(terms)):
            leg = terms.take(np.array([i]))
            one, two = (int(rows.legs.curve[at[0]]) for at in (leg.at, leg.second))
            ratio2 = leg.ratio2[:, None] * self._exchange(leg, one, two)
            gap = (
                leg.ratio1[0] * rows.final(leg.at)[0] - ratio2[0] * rows.final(leg.second)[0] - leg.strike[0]
            )
            payoff = np.maximum(gap if is_call(rows, leg.at)[0] else -gap, 0.0) * leg.volume[0] * factor[i]
            later = np.exp(-self.inputs.rate_moves(one) * pay[i])
            self.out[rows.legs.trade[leg.at[0]]] += payoff * later

    def _settled(self, at: IntArray1D, known: FloatArray1D, pay: FloatArray1D) -> None:
        legs = self.rows.legs
        for row, money, years in zip(at.tolist(), known.tolist(), pay.tolist(), strict=True):
            later = np.exp(-self.inputs.rate_moves(int(legs.curve[row])) * years)
            self.out[legs.trade[row]] += money * later


def _along(
    surface: VolSurface,
    lines: FloatArray2D,
    forward: FloatArray2D,
    strike: FloatArray1D,
    years: FloatArray1D,
    scale: FloatArray1D,
) -> FloatArray2D:
    """Volatility at the moved moneyness of each leg, shape (k, s), from the smiles ``lines`` of shape (k, nodes)."""
    nodes = surface.moneyness
    at_money = np.array([np.interp(0.0, nodes, line) for line in lines])
    if np.isnan(strike).all():  # at the money
        return at_money[:, None] * scale
    deviation = (at_money * np.sqrt(np.maximum(years, 0.0)))[:, None] * scale
    at = moneyness(surface.is_normal, forward, strike[:, None], deviation)
    vol = np.empty_like(at)
    for row, line in enumerate(lines):
        vol[row] = np.interp(at[row], nodes, line)
    vol *= scale
    return vol
