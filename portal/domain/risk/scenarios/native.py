"""Moves in the form in which each factor is shocked, and back to absolute moves at today's level.

API: ``shocks_of_history(factors, history, forced)``, ``native_moves(history, factors)``,
``absolute_moves(factors, native)``.

Native moves add up over time and scale with its square root: differences for absolute shocks, and for the others the
logarithm of the ratio of the levels, with the shift added. Over one day the latter is the same percentage; over
longer horizons it cannot take a price below zero (or below minus the shift).
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from portal.core.arrays import BoolArray1D, BoolArray2D, FloatArray1D, FloatArray2D
from portal.domain.market.errors import LengthMismatch, NonPositivePrices, SeriesHasNaN
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet, Shock
from portal.domain.risk.scenarios.history import FactorHistory


def shocks_of_history(
    factors: FactorSet, history: FactorHistory, *, forced: Collection[int] = ()
) -> FactorSet:
    """Shock the prices of a curve absolutely where any of them reached zero or below, so that its months move alike.

    Parameters
    ----------
    factors : FactorSet
        Factors with the types that today's market suggests.
    history : FactorHistory
        Moves of the window.
    forced : collection of int
        Ids of curves whose type a user chose; these stay as they are.

    Returns
    -------
    FactorSet
        The same with some prices made absolute.

    Raises
    ------
    NonPositivePrices
        A volatility or exchange rate reached zero or below: no shock type fits that.
    """
    low = _at_or_below_zero(history, np.zeros(len(factors)))
    prices = factors.kind == FactorKind.PRICE
    shares = np.flatnonzero(low & ((factors.kind == FactorKind.VOL) | (factors.kind == FactorKind.FX)))
    if len(shares):
        _refuse(history, factors, int(shares[0]), np.zeros(len(factors)))
    curves = set(factors.curve[prices & low].tolist()) - set(forced)
    absolute = prices & np.isin(factors.curve, sorted(curves))
    shock = tuple(
        Shock.ABSOLUTE if now else old for now, old in zip(absolute.tolist(), factors.shock, strict=True)
    )
    return replace(factors, shock=shock, shift=np.where(absolute, 0.0, factors.shift))


def native_moves(history: FactorHistory, factors: FactorSet) -> FloatArray2D:
    """Moves of one day each; one that runs over several is divided by the square root of their number.

    Parameters
    ----------
    history : FactorHistory
        Levels before and after.
    factors : FactorSet
        The same factors with their shock types.

    Returns
    -------
    ndarray of shape (n, k)
        Differences or logarithms; NaN where there is no move.

    Raises
    ------
    LengthMismatch
        The history is of other factors.
    NonPositivePrices
        A relative or shifted shock is asked of levels at or below zero (minus the shift); names factor and day.
    """
    if history.before.shape[1] != len(factors):
        raise LengthMismatch(
            f"The history is of {history.before.shape[1]} factors, but {len(factors)} are asked for; load it anew.",
            first=history.before.shape[1], second=len(factors),
        )  # fmt: skip
    logarithmic = _logarithmic(factors)
    low = np.flatnonzero(_at_or_below_zero(history, factors.shift) & logarithmic)
    if len(low):
        _refuse(history, factors, int(low[0]), factors.shift)
    root = np.sqrt(np.where(history.span > 0, history.span, 1).astype(np.float64))
    out: FloatArray2D = (history.after - history.before) / root
    shift = factors.shift[logarithmic]
    after, before = history.after[:, logarithmic] + shift, history.before[:, logarithmic] + shift
    out[:, logarithmic] = np.log(after / before) / root[:, logarithmic]
    return out


def absolute_moves(factors: FactorSet, native: FloatArray2D) -> FloatArray2D:
    """Carry native moves to today's levels.

    Parameters
    ----------
    factors : FactorSet
        Factors with types and levels.
    native : ndarray of shape (s, k)
        Differences or logarithms.

    Returns
    -------
    ndarray of shape (s, k)
        In the unit of each factor; a relative one never takes its factor to zero or below.

    Raises
    ------
    SeriesHasNaN
        A move, or the level of a factor that is not shocked absolutely, is missing; the factor is named.
    """
    bad = ~np.isfinite(native).all(axis=0)
    logarithmic = _logarithmic(factors)
    bad |= logarithmic & ~np.isfinite(factors.level)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise SeriesHasNaN(
            f"{factors.label[at]} has missing moves or no level today, and {int(bad.sum()) - 1} further factors lack "
            "theirs; leave its curve out or choose another day.",
            name=factors.label[at],
            position=at,
        )
    out: FloatArray2D = np.array(native, dtype=np.float64)
    base = factors.level[logarithmic] + factors.shift[logarithmic]
    out[:, logarithmic] = base * np.expm1(out[:, logarithmic])
    return out


def _logarithmic(factors: FactorSet) -> BoolArray1D:
    return np.array([shock is not Shock.ABSOLUTE for shock in factors.shock], dtype=np.bool_)


def _low(history: FactorHistory, shift: FloatArray1D) -> BoolArray2D:
    """Return where a known level, with the shift, is not above zero."""
    with np.errstate(invalid="ignore"):
        low: BoolArray2D = ((history.before + shift) <= 0.0) | ((history.after + shift) <= 0.0)
    return low


def _at_or_below_zero(history: FactorHistory, shift: FloatArray1D) -> BoolArray1D:
    low: BoolArray1D = np.any(_low(history, shift), axis=0)
    return low


def _refuse(history: FactorHistory, factors: FactorSet, at: int, shift: FloatArray1D) -> None:
    row = int(np.flatnonzero(_low(history, shift)[:, at])[0])
    level = min(history.before[row, at], history.after[row, at])
    words = f" with a shift of {shift[at]:g}" if shift[at] else ""
    raise NonPositivePrices(
        f"{factors.label[at]} stood at {level:g} around {history.day[row]}, so it has no {factors.shock[at]} "
        f"move{words} on that day. Shock its curve absolutely, or with a larger shift, rather than leave the day out.",
        name=factors.label[at], day=str(history.day[row]), value=float(level),
    )  # fmt: skip
