"""Risk factors in one fixed order, and scenarios as absolute moves of them.

API: ``FactorKind``, ``Shock``, ``FactorSet``, ``ScenarioSet``.

A price factor is the price of one curve at a constant time to delivery, in whole months: the delivery month ``n``
months after the month of the valuation day has tenor ``n``. Its history holds moves of one delivery (the contract that
has that tenor on the later day), so no roll is mistaken for a move. A month in delivery moves as the next one does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import FloatArray1D, FloatArray2D, IntArray1D


class FactorKind(IntEnum):
    """What a factor is; also their order within a set."""

    PRICE = 0
    VOL = 1
    FX = 2
    RATE = 3


class Shock(StrEnum):
    """How the history of a factor is carried to today's level."""

    ABSOLUTE = "absolute"  # the same move in units
    RELATIVE = "relative"  # the same percentage; only where the factor cannot reach zero
    SHIFTED = "shifted"  # the same logarithm of level plus shift


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class FactorSet:
    """Factors in arrays of shape (k,), ordered by kind, then by curve and tenor, or by currency.

    Attributes
    ----------
    as_of : date
        Day of the levels.
    kind : ndarray of int8
        Members of ``FactorKind``.
    curve : ndarray of int64
        Database id of the curve of a price or volatility; -1 for others.
    tenor : ndarray of int64
        Months ahead of the month of ``as_of``, from 1, of a price; 0 for others.
    currency : tuple of str
        Currency of the curve, or the currency itself of an exchange or zero rate.
    label : tuple of str
        As shown, such as ``TTF +3``.
    unit : tuple of str
        Unit of level and move: of prices that of the curve. A volatility moves by a share of itself (``relative``,
        0.01 is 1 % of it); an exchange rate by a share of the reporting currency's price of one unit; a zero rate in
        decimals a year, the whole curve alike.
    level : ndarray of float64
        Today's level in ``unit``; 1 for volatilities and exchange rates, whose moves are shares; NaN without one.
    shock : tuple of Shock
        How the history of each was carried over.
    shift : ndarray of float64
        Added to the level before a logarithm is taken; 0 unless shifted.
    """

    as_of: date
    kind: NDArray[np.int8]
    curve: IntArray1D
    tenor: IntArray1D
    currency: tuple[str, ...]
    label: tuple[str, ...]
    unit: tuple[str, ...]
    level: FloatArray1D
    shock: tuple[Shock, ...]
    shift: FloatArray1D

    def __len__(self) -> int:
        return len(self.kind)

    def price_positions(self, curve: IntArray1D, tenor: IntArray1D) -> IntArray1D:
        """Positions of price factors; tenors beyond the first and last of a curve are held at its ends.

        Parameters
        ----------
        curve, tenor : ndarray of shape (n,)
            Curve ids and months ahead.

        Returns
        -------
        ndarray of shape (n,), int64
            Positions; -1 for a curve without factors.
        """
        found = np.full(len(curve), -1, dtype=np.int64)
        prices = np.flatnonzero(self.kind == FactorKind.PRICE)
        for key in np.unique(curve).tolist():
            own = prices[self.curve[prices] == key]
            if len(own):
                rows = np.flatnonzero(curve == key)
                tenors = self.tenor[own]
                at = np.searchsorted(tenors, np.clip(tenor[rows], tenors[0], tenors[-1]))
                found[rows] = own[at]
        return found

    def of_kind(self, kind: FactorKind) -> IntArray1D:
        """Positions of the factors of one kind.

        Parameters
        ----------
        kind : FactorKind
            The kind.

        Returns
        -------
        ndarray of int64
            Ascending.
        """
        return np.flatnonzero(self.kind == kind)


@dataclass(frozen=True, eq=False)
class ScenarioSet:
    """Moves of all factors in s scenarios, oldest (or first drawn) first.

    Attributes
    ----------
    factors : FactorSet
        What moves.
    moves : ndarray of shape (s, k)
        Absolute moves in the unit of each factor; no NaN.
    label : tuple of str
        Of each scenario: the day of history (ISO), or ``path 17``.
    weight : ndarray of shape (s,)
        Probabilities; they sum to 1.
    method : str
        Code of the method that made them.
    horizon_days : int
        Business days that a move spans.
    facts : mapping
        What a reader should know: parameters used, capped ratios, proxied cells, distance of a repaired matrix,
        variance kept by principal components; plain JSON values.
    notes : tuple of str
        The same as sentences.
    """

    factors: FactorSet
    moves: FloatArray2D
    label: tuple[str, ...]
    weight: FloatArray1D
    method: str
    horizon_days: int = 1
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.moves)
