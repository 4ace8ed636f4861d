"""Absolute, simple and logarithmic returns, and the change shown beside a price.

API: ``compute_returns(prices, kind, dates=..., gaps=...) -> ReturnSeries``, ``recommended_kind(prices)``,
``change(now, before)``, ``percent_change(now, before)``.

Prices stand on a calendar grid, a missing day is NaN. A return is taken between two known prices and remembers how many
steps lie between them; a gap is never filled forward, because that would invent a day of zero risk. Logarithms and
percentages of prices at or below zero are refused: such days exist in energy and may not disappear.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D, FloatLike1D, IntArray1D
from portal.domain.market.errors import NonPositivePrices
from portal.domain.market.series import as_vector, label, require_length, require_same_length


class ReturnKind(StrEnum):
    """How the step from one price to the next is measured."""

    ABSOLUTE = "absolute"
    SIMPLE = "simple"
    LOG = "log"


class GapRule(StrEnum):
    """What happens with a return that spans missing days."""

    KEEP = "keep"
    DROP = "drop"
    SQRT_SPAN = "sqrt_span"


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class ReturnSeries:
    """Returns with the steps that each of them spans.

    Attributes
    ----------
    kind : ReturnKind
        Absolute returns are in the unit of the price, the others are decimal (0.01 is 1 %).
    values : ndarray of shape (n,)
        Returns, oldest first; no NaN.
    spans : ndarray of shape (n,), int
        Grid steps between the two prices of each return; 1 when neighbours.
    positions : ndarray of shape (n,), int
        Position of each later price in the input.
    dates : ndarray of shape (n,), datetime64, or None
        Dates of the later prices, when dates were given.
    """

    kind: ReturnKind
    values: FloatArray1D
    spans: IntArray1D
    positions: IntArray1D
    dates: DateArray1D | None = None

    def __len__(self) -> int:
        return len(self.values)


def recommended_kind(prices: FloatLike1D) -> ReturnKind:
    """Log returns when every known price is positive, absolute returns otherwise.

    Parameters
    ----------
    prices : array_like of shape (n,)
        Prices, NaN where missing.

    Returns
    -------
    ReturnKind
        ``LOG`` or ``ABSOLUTE``.

    Examples
    --------
    >>> recommended_kind([18.31, -36.98, 8.91])
    <ReturnKind.ABSOLUTE: 'absolute'>
    """
    known = as_vector(prices, "prices")
    known = known[np.isfinite(known)]
    return ReturnKind.LOG if bool(np.all(known > 0.0)) else ReturnKind.ABSOLUTE


def compute_returns(
    prices: FloatLike1D,
    kind: ReturnKind | str = ReturnKind.LOG,
    *,
    dates: DateArray1D | None = None,
    gaps: GapRule | str = GapRule.KEEP,
) -> ReturnSeries:
    """Return the steps between neighbouring known prices.

    Parameters
    ----------
    prices : array_like of shape (n,)
        Prices on a calendar grid, oldest first, in one unit; NaN where there is none.
    kind : ReturnKind
        Absolute (p1 - p0), simple (p1 / p0 - 1) or log (ln p1 / p0).
    dates : ndarray of shape (n,), datetime64, optional
        Dates of the prices, for the result and for messages.
    gaps : GapRule
        ``KEEP`` a return over a gap as it is with its span, ``DROP`` it, or scale it by 1 / sqrt(span).

    Returns
    -------
    ReturnSeries
        One return fewer than there are known prices (fewer still when gaps are dropped).

    Raises
    ------
    NonPositivePrices
        Log or simple returns of a price at or below zero; names the first one.
    InsufficientHistory
        Fewer than two known prices.
    LengthMismatch
        Prices and dates differ in length.

    Examples
    --------
    >>> compute_returns([10.0, float("nan"), 12.0, 9.0], "absolute").values
    array([ 2., -3.])
    """
    kind, gaps = ReturnKind(kind), GapRule(gaps)
    vector = as_vector(prices, "prices")
    if dates is not None:
        require_same_length(vector, dates, "prices and dates")
    positions = np.flatnonzero(np.isfinite(vector)).astype(np.int64)
    known = vector[positions]
    require_length(known, 2, "A return")
    if kind is not ReturnKind.ABSOLUTE:
        _require_positive(known, positions, dates, kind)
    values, spans, ends = _steps(known, kind), np.diff(positions), positions[1:]
    if gaps is GapRule.DROP:
        near = spans == 1
        values, spans, ends = values[near], spans[near], ends[near]
    elif gaps is GapRule.SQRT_SPAN:
        values = values / np.sqrt(spans)
    return ReturnSeries(kind, values, spans, ends, None if dates is None else dates[ends])


def change(now: float | None, before: float | None) -> float | None:
    """Difference of two prices, in their unit.

    Parameters
    ----------
    now, before : float or None
        Prices; None or NaN when unknown.

    Returns
    -------
    float or None
        ``now - before``; None unless both are known, so that "no data" is never shown as 0.
    """
    if now is None or before is None or not (np.isfinite(now) and np.isfinite(before)):
        return None
    return float(now - before)


def percent_change(now: float | None, before: float | None) -> float | None:
    """Relative change as a decimal (0.01 is 1 %), or None where a percentage would mislead.

    Parameters
    ----------
    now, before : float or None
        Prices; None or NaN when unknown.

    Returns
    -------
    float or None
        ``now / before - 1``; None over a base at or below zero: the day after WTI's -36.98 would read -124 %
        although the price rose by 45.89.

    Examples
    --------
    >>> percent_change(8.91, -36.98) is None
    True
    """
    step = change(now, before)
    if step is None or before is None or before <= 0.0:
        return None
    return step / float(before)


def _steps(known: FloatArray1D, kind: ReturnKind) -> FloatArray1D:
    """Steps between neighbours; ``log1p`` keeps the digits of small log returns, ``log`` those of a collapse."""
    absolute = np.diff(known)
    if kind is ReturnKind.ABSOLUTE:
        return absolute
    simple = absolute / known[:-1]
    if kind is ReturnKind.SIMPLE:
        return simple
    log = np.log(known[1:] / known[:-1])
    small = np.abs(simple) < 0.5
    log[small] = np.log1p(simple[small])
    return log


def _require_positive(
    known: FloatArray1D, positions: IntArray1D, dates: DateArray1D | None, kind: ReturnKind
) -> None:
    """Refuse prices at or below zero, naming the first."""
    bad = np.flatnonzero(known <= 0.0)
    if not bad.size:
        return
    first = int(positions[bad[0]])
    name = "Log returns" if kind is ReturnKind.LOG else "Percentage returns"
    raise NonPositivePrices(
        f"{name} do not exist for this series: the price at {label(first, dates)} is {known[bad[0]]:g}, "
        "which is not positive. Use absolute returns.",
        position=first,
        price=float(known[bad[0]]),
        count=int(bad.size),
        date=None if dates is None else str(dates[first]),
    )
