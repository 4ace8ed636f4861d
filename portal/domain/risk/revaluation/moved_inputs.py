"""What each scenario does to the inputs of a valuation: prices, volatilities, exchange rates and zero rates.

API: ``MovedInputs.of(market, factors, moves)`` with ``prices``, ``vol_scales``, ``fx_scales``, ``rate_moves``. It reads
the same moves as ``scenarios.market_moves``, but only where a trade asks, one row for each leg.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D, IntArray1D, IntArray2D
from portal.domain.portfolio.market import Market
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet
from portal.domain.risk.scenarios.market_moves import price_cells


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class MovedInputs:
    """Moves of k factors in s scenarios, found by curve and month.

    Attributes
    ----------
    market : Market
        Market of today.
    by_factor : ndarray of shape (k + 1, s)
        Moves, and a last row of zeros that stands for what does not move.
    cells : ndarray of shape (c, m), int64
        Row of the price of each curve and month.
    vols, currencies, rates : ndarray of shape (c,), int64
        Rows of the surface, the exchange rate and the zero rate of each curve.
    """

    market: Market
    by_factor: FloatArray2D
    cells: IntArray2D
    vols: IntArray1D
    currencies: IntArray1D
    rates: IntArray1D

    @classmethod
    def of(cls, market: Market, factors: FactorSet, moves: FloatArray2D) -> Self:
        """Sort moves by what they move.

        Parameters
        ----------
        market : Market
            Market of today.
        factors : FactorSet
            Factors of the columns.
        moves : ndarray of shape (s, k)
            Absolute moves.

        Returns
        -------
        MovedInputs
            Holds a copy of the moves, factor by factor.
        """
        still = len(factors)
        by_factor = np.concatenate([np.ascontiguousarray(moves.T), np.zeros((1, len(moves)))])
        cells = price_cells(market, factors)
        vols = {int(factors.curve[at]): at for at in factors.of_kind(FactorKind.VOL).tolist()}
        names: list[IntArray1D] = []
        for kind in (FactorKind.FX, FactorKind.RATE):
            place = {factors.currency[at]: at for at in factors.of_kind(kind).tolist()}
            names.append(np.array([place.get(name, still) for name in market.curves.currency], np.int64))
        rows = np.array([vols.get(key, still) for key in market.curves.id.tolist()], dtype=np.int64)
        return cls(market, by_factor, np.where(cells < 0, still, cells), rows, *names)

    def __len__(self) -> int:
        return int(self.by_factor.shape[1])

    def price_moves(self, curve: IntArray1D, month: IntArray1D) -> FloatArray2D:
        """Moves of prices by their positions, shape (n, s)."""
        return self.by_factor[self.cells[curve, month]]

    def prices(self, curve: IntArray1D, month: IntArray1D) -> FloatArray2D:
        """Moved prices by their positions, shape (n, s)."""
        return self.market.marks.price[curve, month][:, None] + self.price_moves(curve, month)

    def vol_scales(self, curve: int) -> FloatArray1D:
        """What the volatilities of a curve are multiplied by, shape (s,)."""
        return np.asarray(1.0 + self.by_factor[self.vols[curve]], np.float64)

    def fx_scales(self, curve: int) -> FloatArray1D:
        """What the exchange rate of a curve's currency is multiplied by, shape (s,)."""
        return np.asarray(1.0 + self.by_factor[self.currencies[curve]], np.float64)

    def rate_moves(self, curve: int) -> FloatArray1D:
        """What is added to the zero rates of a curve's currency, shape (s,)."""
        moves: FloatArray1D = self.by_factor[self.rates[curve]]
        return moves
