"""Euler splits of a sample tail: what each trade, factor or desk adds to VaR and expected shortfall.

API: ``split_es(pnl, level)``, ``split_var(pnl, level, half_width=...)`` -> ``Split``; ``var_ranks`` (the scenarios that
a smoothed VaR split looks at); ``normal_split`` for the closed form; ``herfindahl(parts)``.

The parts of the expected shortfall are mean losses over the tail and stable: show these. The parts of the VaR are the
losses of one scenario: they add up, but say little about tomorrow; ``half_width`` averages them over the neighbouring
ranks with triangular weights and scales the average back to the VaR.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.risk.inputs import as_columns, as_covariance, as_pnl
from portal.domain.risk.tail import Tail, tail_of


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Split:
    """A figure and its parts.

    Attributes
    ----------
    total : float
        VaR or expected shortfall of the whole, in EUR.
    parts : ndarray of shape (k,)
        What each column adds, in EUR; they sum to the total. Negative parts hedge the rest.
    tail : Tail
        The scenarios behind it.
    """

    total: float
    parts: FloatArray1D
    tail: Tail

    @property
    def shares(self) -> FloatArray1D:
        """Parts over the total; zero when there is no risk."""
        return self.parts / self.total if self.total else np.zeros_like(self.parts)

    @property
    def residual(self) -> float:
        """Total less the sum of the parts: rounding only."""
        return self.total - float(self.parts.sum())


def split_es(pnl: ArrayLike, level: float, weights: ArrayLike | None = None) -> Split:
    """Split the expected shortfall of the sum of all columns.

    Parameters
    ----------
    pnl : array_like of shape (n, k)
        P&L scenarios of k columns, in EUR; (n,) is one column.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.

    Returns
    -------
    Split
        Mean loss of each column over the tail of the sum.

    Raises
    ------
    InsufficientHistory, SeriesHasNaN, BadParameter, LengthMismatch, EmptyPortfolio
        As `portal.domain.risk.tail.tail_of`.

    References
    ----------
    Tasche (1999), "Risk contributions and performance measurement", TU München.
    """
    table = as_columns(pnl)
    tail = tail_of(table.sum(axis=1), level, weights)
    return Split(tail.es, -(tail.shares @ table[tail.scenarios]), tail)


def split_var(
    pnl: ArrayLike, level: float, weights: ArrayLike | None = None, *, half_width: int = 0
) -> Split:
    """Split the VaR of the sum of all columns.

    Parameters
    ----------
    pnl : array_like of shape (n, k)
        P&L scenarios of k columns, in EUR; (n,) is one column.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.
    half_width : int, default 0
        Neighbouring ranks on each side to average over; 0 takes the VaR scenario alone.

    Returns
    -------
    Split
        Losses of each column in the VaR scenario, or their smoothed average scaled to the VaR.

    Raises
    ------
    BadParameter
        ``half_width`` is negative, or as `portal.domain.risk.tail.tail_of`.
    InsufficientHistory, SeriesHasNaN, LengthMismatch, EmptyPortfolio
        As `portal.domain.risk.tail.tail_of`.

    References
    ----------
    Hallerbach (2003), "Decomposing portfolio value-at-risk: a general analysis", J. Risk 5.
    """
    table = as_columns(pnl)
    total = table.sum(axis=1)
    tail = tail_of(total, level, weights)
    rows, kernel = var_ranks(total, tail, half_width)
    return Split(tail.var, fitted(-(kernel @ table[rows]), tail.var), tail)


def var_ranks(pnl: FloatArray1D, tail: Tail, half_width: int) -> tuple[IntArray1D, FloatArray1D]:
    """Return the scenarios around the VaR and their triangular weights.

    Parameters
    ----------
    pnl : ndarray of shape (n,)
        P&L of the whole, in EUR.
    tail : Tail
        Its tail.
    half_width : int
        Neighbouring ranks on each side; cut off at the ends.

    Returns
    -------
    tuple of (ndarray of int, ndarray)
        Positions and weights that sum to 1; the tied scenarios, equally, when ``half_width`` is 0.

    Raises
    ------
    BadParameter
        ``half_width`` is negative.
    """
    if half_width < 0:
        raise BadParameter(
            f"The VaR split is smoothed over 0 or more ranks on each side, not {half_width}.",
            name="half_width",
            value=half_width,
        )
    if half_width == 0:
        return tail.tied, np.full(len(tail.tied), 1.0 / len(tail.tied))
    order = np.argsort(pnl, kind="stable")
    at = np.flatnonzero(np.isin(order, tail.tied))
    ranks = np.arange(max(0, int(at[0]) - half_width), min(len(pnl), int(at[-1]) + half_width + 1))
    distance = np.maximum(0, np.maximum(at[0] - ranks, ranks - at[-1]))
    kernel = half_width + 1.0 - distance
    return order[ranks], kernel / kernel.sum()


def fitted(parts: FloatArray1D, total: float) -> FloatArray1D:
    """Move parts so that they sum to the total, each by a share of its size.

    Parameters
    ----------
    parts : ndarray of shape (k,)
        Raw parts, in EUR.
    total : float
        What they should sum to, in EUR.

    Returns
    -------
    ndarray of shape (k,)
        Parts that sum to ``total``; as they are when all of them are zero.
    """
    size = np.abs(parts)
    whole = float(size.sum())
    return parts if whole == 0.0 else parts + size * ((total - float(parts.sum())) / whole)


def herfindahl(parts: FloatArray1D) -> float:
    """Concentration of the parts of a figure: the sum of the squared shares of their sizes.

    Parameters
    ----------
    parts : ndarray of shape (k,)
        Parts, in EUR; one that hedges counts by its size.

    Returns
    -------
    float
        1 when one part carries all, 1/k when k parts carry the same; 0 when no part carries any.

    References
    ----------
    Hirschman (1964), "The paternity of an index", American Economic Review 54.

    Examples
    --------
    >>> herfindahl(np.array([3.0, -1.0]))
    0.625
    """
    size = np.abs(parts)
    whole = float(size.sum())
    return 0.0 if whole == 0.0 else float(((size / whole) ** 2).sum())


def normal_split(exposures: ArrayLike, covariance: ArrayLike, tail_factor: float) -> FloatArray1D:
    """Return Euler parts of ``tail_factor`` standard deviations of a linear book.

    Parameters
    ----------
    exposures : array_like of shape (k,)
        EUR for a move of 1 in each factor.
    covariance : array_like of shape (k, k)
        Covariance of the moves.
    tail_factor : float
        Standard deviations, such as 2.326 for a normal VaR at 99 %.

    Returns
    -------
    ndarray of shape (k,)
        ``tail_factor x_i (Sigma x)_i / sd``, in EUR; zero for a book without variance.

    Raises
    ------
    NotPositiveSemidefinite
        The matrix is no covariance.
    SeriesHasNaN, LengthMismatch, BadParameter
        Exposures or matrix cannot be used.
    """
    x = as_pnl(exposures)
    sigma: FloatArray2D = as_covariance(covariance, len(x))
    pull = sigma @ x
    variance = float(x @ pull)
    if variance <= 0.0:
        return np.zeros(len(x))
    parts: FloatArray1D = tail_factor * x * pull / np.sqrt(variance)
    return parts
