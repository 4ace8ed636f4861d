"""Prices at or below zero: the steps that have no percentage, and shifted logarithms as shocks for such prices.

API: ``undefined_returns(prices)``, ``shifted_log_returns(prices, shift)`` and ``shifted_moves`` (what these mean at
today's price).
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D, FloatLike1D
from portal.domain.market.errors import NonPositivePrices
from portal.domain.market.returns import GapRule, ReturnKind, ReturnSeries, compute_returns
from portal.domain.market.series import as_vector, label


@dataclass(frozen=True)
class UndefinedReturn:
    """A step for which neither a logarithm nor a percentage exists.

    Attributes
    ----------
    position : int
        Position of the later price in the input.
    move : float
        Absolute move, in the unit of the price.
    percentage : float or None
        What ``p1 / p0 - 1`` would read (a decimal), for the explanation of the refusal only: its sign may be the
        opposite of the move's. None over a base of zero.
    """

    position: int
    move: float
    percentage: float | None


def undefined_returns(prices: FloatLike1D) -> tuple[UndefinedReturn, ...]:
    """Return the steps from or to a price at or below zero: those that absolute returns keep and others cannot have.

    Parameters
    ----------
    prices : array_like of shape (n,)
        Prices, oldest first, NaN where missing.

    Returns
    -------
    tuple of UndefinedReturn
        Oldest first; empty when log returns exist.

    Examples
    --------
    >>> [step.position for step in undefined_returns([18.31, -36.98, 8.91, 13.64])]
    [1, 2]
    """
    vector = as_vector(prices, "prices")
    positions = np.flatnonzero(np.isfinite(vector))
    known = vector[positions]
    found = np.flatnonzero((known[1:] <= 0.0) | (known[:-1] <= 0.0))
    return tuple(
        UndefinedReturn(
            int(positions[at + 1]),
            float(known[at + 1] - known[at]),
            None if known[at] == 0.0 else float(known[at + 1] / known[at] - 1.0),
        )
        for at in found.tolist()
    )


def shifted_log_returns(
    prices: FloatLike1D,
    shift: float,
    *,
    dates: DateArray1D | None = None,
    gaps: GapRule | str = GapRule.KEEP,
) -> ReturnSeries:
    """Return logarithms of price plus a shift: shocks for a price that may fall below zero, but not below ``-shift``.

    Parameters
    ----------
    prices : array_like of shape (n,)
        Prices on a calendar grid, oldest first, in one unit; NaN where there is none.
    shift : float
        Added to every price, in its unit.
    dates : ndarray of shape (n,), datetime64, optional
        Dates of the prices, for the result and for messages.
    gaps : GapRule
        As for `compute_returns`.

    Returns
    -------
    ReturnSeries
        ``ln((p1 + shift) / (p0 + shift))``; turn them into moves with `shifted_moves`.

    Raises
    ------
    NonPositivePrices
        A price at or below ``-shift``; names the first one.
    InsufficientHistory
        Fewer than two known prices.
    LengthMismatch
        Prices and dates differ in length.

    Examples
    --------
    >>> shifted_log_returns([18.0, -36.0], 40.0).values.round(6)
    array([-2.674149])
    """
    try:
        return compute_returns(as_vector(prices, "prices") + shift, ReturnKind.LOG, dates=dates, gaps=gaps)
    except NonPositivePrices as error:
        price = error.subject["price"] - shift
        where = label(error.subject["position"], dates)
        raise NonPositivePrices(
            f"The price at {where} is {price:g}, which a shift of {shift:g} does not make positive. "
            "Choose a larger shift, or absolute returns.",
            **{**error.subject, "price": price, "shift": shift},
        ) from error


def shifted_moves(returns: FloatLike1D, today: float, shift: float) -> FloatArray1D:
    """Return what shifted log returns mean at today's price.

    Parameters
    ----------
    returns : array_like of shape (n,)
        As from `shifted_log_returns`.
    today : float
        Today's price, in its unit.
    shift : float
        The same shift.

    Returns
    -------
    ndarray of shape (n,)
        Absolute moves, in the unit of the price.

    Raises
    ------
    NonPositivePrices
        Today's price is at or below ``-shift``.
    """
    base = today + shift
    if not base > 0.0:
        raise NonPositivePrices(
            f"Today's price is {today:g}, which a shift of {shift:g} does not make positive. Choose a larger shift.",
            price=today,
            shift=shift,
        )
    moves: FloatArray1D = base * np.expm1(as_vector(returns, "returns"))
    return moves
