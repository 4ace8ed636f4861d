"""Options on one price by Chebyshev series, when there are more scenarios than it takes to make the series.

API: ``priced_by_series(legs, every, values, add) -> (which legs)``, ``SERIES_FROM``.

The first variable is the move of the forward price, the same for all options of one price factor. The second one is the
quoted volatility of each option, read off the moved surface as in any valuation, so that the corners of a smile are met
exactly. Reading it takes as long as Black's formula, so that is for averages, whose formula is thirty times dearer.
Where smiles are flat and do not move, the price alone is left, and a series takes a tenth of Black's formula. Payment
is discounted afterwards.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.market import VolSurface
from portal.domain.portfolio.option_terms import AverageTerms, OptionTerms
from portal.domain.portfolio.volatility_marks import moneyness
from portal.domain.risk.revaluation.option_inputs import OptionLegs, groups_of, in_model, middle_of
from portal.domain.risk.revaluation.tables import (
    LADDER,
    LADDER_SECOND,
    Box,
    Series,
    above,
    basis_of,
    padded,
    series_of,
    terms_for,
    terms_for_second,
)

SERIES_FROM = 1000  # scenarios
_TRIES = 3  # a series that misses is tried again with more terms
Add = Callable[[OptionTerms, FloatArray2D], None]


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class _Built:
    """Series of some options of one curve: ``index`` are their positions, ``flat`` whether their smile is."""

    index: IntArray1D
    series: Series
    flat: bool
    terms: int


def priced_by_series(legs: OptionLegs, every: OptionTerms, values: int, add: Add) -> BoolArray1D:
    """Price options by series where they agree with the formula.

    Parameters
    ----------
    legs : OptionLegs
        Rows and scenarios.
    every : OptionTerms
        Live options on one price.
    values : int
        Legs times scenarios that are priced at a time.
    add : callable
        Given options and their discounted price, shape (k, s).

    Returns
    -------
    ndarray of shape (k,), bool
        The options that were priced; the others are left to the formula.
    """
    done = np.zeros(len(every), dtype=np.bool_)
    curve, month = legs.rows.legs.curve[every.at], legs.rows.legs.month[every.at]
    column = legs.inputs.cells[curve, month]
    for whole in groups_of(curve, every.normal):
        own = whole[_is_worth_it(legs, every.take(whole))]
        if not len(own):
            continue
        built = list(_built(legs, every, own, column[own], values))
        for part in built:
            done[part.index[part.series.good]] = True
        _evaluate(legs, every, built, column, values, add)
    return done


def _is_worth_it(legs: OptionLegs, terms: OptionTerms) -> BoolArray1D:
    """Averages, and options on a flat smile that does not move."""
    if isinstance(terms, AverageTerms):
        return np.ones(len(terms), dtype=np.bool_)
    still = np.ptp(legs.inputs.vol_scales(legs.curve_of(terms))) == 0.0
    return np.asarray(still & (np.ptp(legs.lines(terms.at), axis=1) == 0.0), np.bool_)


def _built(
    legs: OptionLegs, every: OptionTerms, own: IntArray1D, column: IntArray1D, values: int
) -> Iterator[_Built]:
    """Series of the options ``own``, those with as many terms together; some are not good."""
    frame = _frame(legs, every.take(own), column)
    wanted, more = terms_for(frame.reach), frame.more
    for _ in range(_TRIES):
        missed = np.zeros(len(own), dtype=np.int64)
        for here in groups_of(wanted, more, frame.flat):
            terms, others = int(wanted[here[0]]), int(more[here[0]])
            size = max(1, values // (max(terms, 1) * others))
            for start in range(0, len(here) if terms else 0, size):
                part = here[start : start + size]
                series = frame.series(part, terms, others)
                missed[part[~series.good]] = above(LADDER, terms)
                yield _Built(own[part], series, bool(frame.flat[part[0]]), terms)
        wanted = missed
        more = np.array([above(LADDER_SECOND, number) or number for number in more.tolist()])
        if not wanted.any():
            return


@dataclass(frozen=True, eq=False)
class _Frame:
    """Options of one curve, the ranges of their variables, and what their prices are made of."""

    terms: OptionTerms
    surface: VolSurface
    forward: FloatArray1D
    at_money: FloatArray1D
    box: Box
    flat: BoolArray1D
    reach: FloatArray1D
    more: IntArray1D

    def series(self, part: IntArray1D, terms: int, more: int) -> Series:
        """Series of the options ``part``, which are all flat or all not."""
        chosen, forward = self.terms.take(part), self.forward[part][:, None]
        scale = self.at_money[part][:, None] if self.flat[part[0]] else 1.0

        def price(move: FloatArray2D, second: FloatArray2D) -> FloatArray2D:
            here = forward + move
            found: FloatArray2D = chosen.undiscounted(
                here, in_model(chosen, self.surface, scale * second, here)
            )
            return found

        return series_of(price, self.box.take(part), terms, more)


def _frame(legs: OptionLegs, terms: OptionTerms, column: IntArray1D) -> _Frame:
    curve = legs.curve_of(terms)
    surface, lines, scale = legs.surface(curve), legs.lines(terms.at), legs.inputs.vol_scales(curve)
    moves = legs.inputs.by_factor
    low, high = moves[column].min(axis=1), moves[column].max(axis=1)
    forward, at_money = legs.rows.forward(terms.at), middle_of(surface, lines)
    flat = np.ptp(lines, axis=1) == 0.0
    ends = float(scale.min()), float(scale.max())
    least, most = _range_of_vol(surface, lines, at_money, terms, (forward + low, forward + high), ends)
    box = Box(low, high, np.where(flat, ends[0], least), np.where(flat, ends[1], most))
    years = terms.years
    if isinstance(terms, AverageTerms):
        years = np.nanmean(terms.left, axis=1) * (2.0 / 3.0)  # the average's variance is at least that
    level = 1.0 if surface.is_normal else np.abs(forward)
    deviation = at_money * level * np.sqrt(np.maximum(years, 0.0))
    reach = 0.5 * (high - low) / np.where(deviation > 0.0, deviation, np.nan)
    more = terms_for_second(box.low_second, box.high_second)
    return _Frame(terms, surface, forward, at_money, box, flat, reach, more)


def _range_of_vol(
    surface: VolSurface,
    lines: FloatArray2D,
    at_money: FloatArray1D,
    terms: OptionTerms,
    forwards: tuple[FloatArray1D, FloatArray1D],
    scales: tuple[float, float],
) -> tuple[FloatArray1D, FloatArray1D]:
    """Least and greatest quoted volatility of each option over the ranges of its price and of the surface's scale."""
    root = at_money * np.sqrt(np.maximum(terms.years, 0.0))
    corners = np.stack(
        [
            moneyness(surface.is_normal, forward, terms.strike, root * scale)
            for forward in forwards
            for scale in scales
        ]
    )
    left, right = corners.min(axis=0), corners.max(axis=0)
    if not surface.is_normal:  # below zero there is no moneyness: anything may be read
        left, right = (
            np.where(forwards[0] > 0.0, side, sign * np.inf) for side, sign in ((left, -1.0), (right, 1.0))
        )
    nodes = surface.moneyness
    at_ends = np.array(
        [np.interp([a, b], nodes, line) for a, b, line in zip(left, right, lines, strict=True)]
    )
    inside = (nodes >= left[:, None]) & (nodes <= right[:, None])
    least = np.minimum(at_ends.min(axis=1), np.where(inside, lines, np.inf).min(axis=1))
    most = np.maximum(at_ends.max(axis=1), np.where(inside, lines, -np.inf).max(axis=1))
    return least * scales[0], most * scales[1]


def _evaluate(
    legs: OptionLegs, every: OptionTerms, built: list[_Built], column: IntArray1D, values: int, add: Add
) -> None:
    """Sum the series that are good, price factor by price factor, so that polynomials are found once for each."""
    inputs, count = legs.inputs, len(legs.inputs)
    size = max(1, values // max(count, 1))
    used = [column[part.index[part.series.good]] for part in built]
    for key in np.unique(np.concatenate(used)).tolist() if used else []:
        moves = inputs.by_factor[key]
        here = [(part, np.flatnonzero(part.series.good & (column[part.index] == key))) for part in built]
        here = [(part, own) for part, own in here if len(own)]
        basis = basis_of(float(moves.min()), float(moves.max()), moves, max(part.terms for part, _ in here))
        for part, own in here:
            for start in range(0, len(own), size):
                index = own[start : start + size]
                terms = every.take(part.index[index])
                second = padded(_second(legs, terms, part.flat))
                price = part.series.values(index, basis, second)[:, :count]
                add(terms, price)


def _second(legs: OptionLegs, terms: OptionTerms, flat: bool) -> FloatArray2D | FloatArray1D:
    """The second variable in every scenario: the scale of the surface, or the volatility of each option."""
    if flat:
        return legs.inputs.vol_scales(legs.curve_of(terms))
    return legs.quoted_vols(terms.at, legs.prices(terms.at), terms.strike, terms.years)
