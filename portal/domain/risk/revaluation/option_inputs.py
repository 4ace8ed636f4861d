"""Moved prices, volatilities and discount factors of the legs of options.

API: ``OptionLegs`` (rows of a book and the scenarios) with ``prices``, ``quoted_vols``, ``vols``, ``discount``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.market import VolSurface
from portal.domain.portfolio.option_terms import OptionTerms
from portal.domain.portfolio.valued_rows import Rows
from portal.domain.portfolio.volatility_marks import as_model, moneyness, smile_lines
from portal.domain.risk.revaluation.moved_inputs import MovedInputs


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class OptionLegs:
    """The legs of a book in s scenarios. Terms handed in share one curve and one kind of model."""

    rows: Rows
    inputs: MovedInputs

    def curve_of(self, terms: OptionTerms) -> int:
        """Position of the curve of the first legs."""
        return int(self.rows.legs.curve[terms.at[0]])

    def prices(self, at: IntArray1D) -> FloatArray2D:
        """Moved prices of the rows ``at``, shape (k, s)."""
        legs = self.rows.legs
        return self.inputs.prices(legs.curve[at], legs.month[at])

    def surface(self, curve: int) -> VolSurface:
        """Volatilities of a curve today."""
        market = self.inputs.market
        return market.vols[int(market.curves.id[curve])]

    def lines(self, at: IntArray1D) -> FloatArray2D:
        """Today's smile of the rows ``at``, all of one curve: shape (k, nodes)."""
        months = self.inputs.market.marks.months[self.rows.legs.month[at]].astype(np.int64)
        return smile_lines(self.surface(int(self.rows.legs.curve[at[0]])), months)

    def quoted_vols(
        self, at: IntArray1D, forward: FloatArray2D, strike: FloatArray1D, years: FloatArray1D
    ) -> FloatArray2D:
        """Volatilities of the moved surface of one curve at the moved moneyness.

        Parameters
        ----------
        at : ndarray of shape (k,), int64
            Rows of one curve.
        forward : ndarray of shape (k, s)
            Their moved prices.
        strike, years : ndarray of shape (k,)
            Strikes (NaN for at the money) and years to expiry.

        Returns
        -------
        ndarray of shape (k, s)
            As quoted, in the model of the surface.
        """
        curve = int(self.rows.legs.curve[at[0]])
        surface, lines, scale = self.surface(curve), self.lines(at), self.inputs.vol_scales(curve)
        at_money = middle_of(surface, lines)
        if np.isnan(strike).all() or not np.ptp(lines, axis=1).any():
            return at_money[:, None] * scale  # at the money, or the same wherever it is read
        deviation = (at_money * np.sqrt(np.maximum(years, 0.0)))[:, None] * scale
        place = moneyness(surface.is_normal, forward, strike[:, None], deviation)
        vol = np.empty_like(place)
        for row, line in enumerate(lines):
            vol[row] = np.interp(place[row], surface.moneyness, line)
        vol *= scale
        return vol

    def vols(
        self, terms: OptionTerms, at: IntArray1D, forward: FloatArray2D, strike: FloatArray1D
    ) -> FloatArray2D:
        """The same in the model of the options, on the rows ``at`` of first or second legs."""
        surface = self.surface(int(self.rows.legs.curve[at[0]]))
        return in_model(terms, surface, self.quoted_vols(at, forward, strike, terms.years), forward)

    def discount(self, terms: OptionTerms) -> FloatArray2D:
        """Discount factors in the currency of the first legs, shape (k, s)."""
        shifted = terms.rate[:, None] + self.inputs.rate_moves(self.curve_of(terms))
        return np.exp(-shifted * terms.pay[:, None])


def in_model(terms: OptionTerms, surface: VolSurface, vol: FloatArray, forward: FloatArray) -> FloatArray:
    """Quoted volatilities turned into those of the model of options.

    Parameters
    ----------
    terms : OptionTerms
        Options of one kind of model.
    surface : VolSurface
        Where the volatilities come from.
    vol, forward : ndarray of shape (k, s)
        Quoted volatilities and forward prices.

    Returns
    -------
    ndarray of shape (k, s)
        Volatilities; the same array where nothing is to be turned.
    """
    if surface.is_normal == bool(terms.normal[0]) and (surface.is_normal or not terms.shift.any()):
        return vol
    is_normal = np.array(surface.is_normal)
    return as_model(
        vol, is_normal, terms.normal[:, None], forward, terms.years[:, None], terms.shift[:, None]
    )


def middle_of(surface: VolSurface, lines: FloatArray2D) -> FloatArray1D:
    """Volatility at the money of smiles of shape (k, nodes)."""
    return np.array([np.interp(0.0, surface.moneyness, line) for line in lines])


def groups_of(*keys: IntArray1D | BoolArray1D) -> list[IntArray1D]:
    """Positions that share all keys (arrays of shape (k,)), group by group."""
    if not len(keys[0]):
        return []
    _, group = np.unique(np.column_stack(keys), axis=0, return_inverse=True)
    order = np.argsort(group, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
