"""Prices of options as Chebyshev series in two variables, for thousands of scenarios in less time than by formula.

API: ``series_of(price, box) -> Series``, ``Series.values(first, second)``, ``Box``, ``terms_for(reach)``,
``terms_for_second(low, high)``.

A price is smooth in the move of its forward and in its volatility, so that a few products of Chebyshev polynomials give
it to ten digits over the whole range of the scenarios. Every series is compared with the formula between its nodes; one
that misses ``TOLERANCE`` (an option about to expire has a kink) is not used.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray, FloatArray1D, FloatArray2D, IntArray1D

TOLERANCE = 1e-9  # of the range of the prices: between the points compared it stays within 1e-8
LADDER = (8, 10, 12, 16, 20, 24, 32, 40, 48, 64)
"""Numbers of terms in the first variable; what needs more is left to the formula."""
LADDER_SECOND = (1, 4, 6, 8, 10, 12, 16, 20)
"""Numbers of terms in the second variable."""
_SLICE = 2048  # scenarios at a time: the sums over the second variable stay in the cache
_PAD = 64  # scenarios are filled up to full tiles, so that a sum does not depend on its place
_CHECKS_SECOND = 3  # beside all places between nodes of the first variable
_ROUNDING = 1e-13  # of the largest price: a price that hardly moves is as good as its digits
_DIGITS = 14.0  # natural logarithm of what the first neglected term is smaller than the first one


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Box:
    """Ranges of both variables of n series: arrays of shape (n,)."""

    low: FloatArray1D
    high: FloatArray1D
    low_second: FloatArray1D
    high_second: FloatArray1D

    def take(self, index: IntArray1D) -> "Box":
        """The ranges at ``index``."""
        return Box(self.low[index], self.high[index], self.low_second[index], self.high_second[index])

    def first(self, nodes: FloatArray1D) -> FloatArray2D:
        """Nodes of (-1, 1) in the range of the first variable, shape (n, p)."""
        return _scaled(self.low, self.high, nodes)

    def second(self, nodes: FloatArray1D) -> FloatArray2D:
        """Nodes of (-1, 1) in the range of the second variable, shape (n, p)."""
        return _scaled(self.low_second, self.high_second, nodes)


Price = Callable[[FloatArray2D, FloatArray2D], FloatArray2D]
"""Prices (n, p) at p points of the two variables, each of shape (n, p)."""


@dataclass(frozen=True, eq=False)
class Series:
    """n series over their boxes.

    Attributes
    ----------
    box : Box
        Ranges.
    coefficient : ndarray of shape (n, i, j)
        Of the products of polynomials.
    good : ndarray of shape (n,), bool
        Whether a series agrees with the formula.
    """

    box: Box
    coefficient: FloatArray
    good: BoolArray1D

    def values(self, index: IntArray1D, basis: FloatArray2D, second: FloatArray) -> FloatArray2D:
        """Sums of some series whose first variables are the same.

        Parameters
        ----------
        index : ndarray of shape (l,), int64
            Which series.
        basis : ndarray of shape (i or more, p)
            Polynomials of the first variable, of :func:`basis_of`.
        second : ndarray of shape (p,) or (l, p)
            The second variable, of all or of each; p as in ``basis``.

        Returns
        -------
        ndarray of shape (l, p)
            Prices.
        """
        chosen = self.coefficient[index]
        i, j = chosen.shape[1:]
        stacked = np.ascontiguousarray(chosen.transpose(2, 0, 1)).reshape(j * len(index), i)
        if j == 1:
            return stacked @ basis[:i]
        box = self.box.take(index)
        out = np.empty((len(index), basis.shape[1]))
        for start in range(0, basis.shape[1], _SLICE):
            part = slice(start, start + _SLICE)
            rows = (stacked @ basis[:i, part]).reshape(j, len(index), -1)
            out[:, part] = _clenshaw(rows, _unit(box.low_second, box.high_second, second[..., part]))
        return out


def basis_of(low: float, high: float, first: FloatArray1D, terms: int) -> FloatArray2D:
    """Chebyshev polynomials of a variable over its range.

    Parameters
    ----------
    low, high : float
        The range.
    first : ndarray of shape (s,)
        The variable.
    terms : int
        Number of polynomials.

    Returns
    -------
    ndarray of shape (terms, p)
        ``p`` is ``s`` filled up by :func:`padded`.
    """
    x = _unit(np.array([low]), np.array([high]), padded(first)[None, :])[0]
    basis = np.empty((terms, len(x)))
    basis[0] = 1.0
    if terms > 1:
        basis[1] = x
    twice = 2.0 * x
    for at in range(2, terms):
        np.multiply(twice, basis[at - 1], out=basis[at])
        basis[at] -= basis[at - 2]
    return basis


def padded(values: FloatArray) -> FloatArray:
    """Values (..., s) filled up with the last one to a whole number of tiles."""
    more = -values.shape[-1] % _PAD
    return np.concatenate([values, np.repeat(values[..., -1:], more, axis=-1)], axis=-1) if more else values


def terms_for(reach: FloatArray1D) -> IntArray1D:
    """How many terms of the first variable an option needs.

    Parameters
    ----------
    reach : ndarray of shape (n,)
        Half of the range of the forward price in standard deviations of its final price.

    Returns
    -------
    ndarray of shape (n,), int64
        A number of ``LADDER``, a first try; 0 where none is enough.

    Notes
    -----
    The coefficients of a bell of width ``1/r`` fall as the Bessel functions ``I_k(r^2 / 4)`` do.
    """
    wanted = 6.0 + 5.5 * np.where(np.isfinite(reach), reach, np.inf)
    place = np.searchsorted(LADDER, wanted)
    return np.array([*LADDER, 0], dtype=np.int64)[place]


def above(ladder: tuple[int, ...], terms: int) -> int:
    """The number two steps above on a ladder; 0 beyond its end, and 1 stays.

    Parameters
    ----------
    ladder : tuple of int
        ``LADDER`` or ``LADDER_SECOND``.
    terms : int
        One of its numbers.

    Returns
    -------
    int
        The next number to try.
    """
    place = ladder.index(terms) + 2
    return 1 if terms == 1 else ladder[place] if place < len(ladder) else 0


def terms_for_second(low: FloatArray1D, high: FloatArray1D) -> IntArray1D:
    """How many terms of the volatility an option needs.

    Parameters
    ----------
    low, high : ndarray of shape (n,)
        Its range.

    Returns
    -------
    ndarray of shape (n,), int64
        A number of ``LADDER_SECOND``, a first try; 1 where nothing moves.

    Notes
    -----
    Coefficients fall geometrically, by the ellipse around the range that ends at a volatility of zero.
    """
    width = np.where(high > low, (high - low) / (high + low), 0.0)
    moves = width > 0.0
    safe = np.where(moves, width, 0.5)
    ratio = np.log((1.0 + np.sqrt(np.maximum(1.0 - safe * safe, 0.0))) / safe)
    wanted = np.where(moves, 2.0 + _DIGITS / np.maximum(ratio, 1e-9), 1.0)
    place = np.minimum(np.searchsorted(LADDER_SECOND, wanted), len(LADDER_SECOND) - 1)
    return np.array(LADDER_SECOND, dtype=np.int64)[place]


def series_of(price: Price, box: Box, terms: int, more: int) -> Series:
    """Series of prices over their boxes, each compared with the formula between its nodes.

    Parameters
    ----------
    price : callable
        Prices at points of the two variables.
    box : Box
        Ranges.
    terms, more : int
        Number of terms in the first and in the second variable.

    Returns
    -------
    Series
        ``good`` where formula and series agree to ``TOLERANCE`` of the range of the prices, and the last terms are as
        small as that.
    """
    (x, to_first), (y, to_second) = _nodes(terms), _nodes(more)
    at_nodes = _on_grid(price, box, x, y)
    coefficient = to_first @ at_nodes @ to_second.T
    u, v = _between(terms, terms), _between(more, _CHECKS_SECOND) if more > 1 else np.zeros(1)
    here = _polynomials(u, terms).T @ coefficient @ _polynomials(v, more)
    miss = np.abs(here - _on_grid(price, box, u, v)).max(axis=(1, 2))
    spread = at_nodes.max(axis=(1, 2)) - at_nodes.min(axis=(1, 2))
    last = np.abs(coefficient[:, -2:]).max(axis=(1, 2))
    if more > 1:
        last = np.maximum(last, np.abs(coefficient[:, :, -2:]).max(axis=(1, 2)))
    room = TOLERANCE * spread + _ROUNDING * np.abs(at_nodes).max(axis=(1, 2))
    return Series(box, coefficient, np.maximum(miss, last) <= room)


def _on_grid(price: Price, box: Box, x: FloatArray1D, y: FloatArray1D) -> FloatArray:
    """Prices at all pairs of nodes, shape (n, i, j)."""
    n = len(box.low)
    first = np.repeat(box.first(x), len(y), axis=1)
    second = np.tile(box.second(y), (1, len(x)))
    return price(first, second).reshape(n, len(x), len(y))


@cache
def _nodes(terms: int) -> tuple[FloatArray1D, FloatArray2D]:
    """Chebyshev nodes, and the matrix that makes coefficients of the values there."""
    angle = np.pi * (np.arange(terms) + 0.5) / terms
    matrix = 2.0 / terms * np.cos(np.outer(np.arange(terms), angle))
    matrix[0] *= 0.5
    return np.cos(angle), matrix


@cache
def _between(terms: int, count: int) -> FloatArray1D:
    """Points about halfway between nodes, spread over the range."""
    chosen = np.unique(np.linspace(1, terms - 1, count).astype(np.int64)) if terms > 1 else np.zeros(1)
    return np.asarray(np.cos(np.pi * chosen / terms), np.float64)


def _polynomials(x: FloatArray1D, terms: int) -> FloatArray2D:
    """Chebyshev polynomials, shape (terms, p)."""
    return np.asarray(np.cos(np.outer(np.arange(terms), np.arccos(np.clip(x, -1.0, 1.0)))), np.float64)


def _scaled(low: FloatArray1D, high: FloatArray1D, nodes: FloatArray1D) -> FloatArray2D:
    return 0.5 * (high + low)[:, None] + 0.5 * (high - low)[:, None] * nodes


def _unit(low: FloatArray1D, high: FloatArray1D, values: FloatArray) -> FloatArray:
    """Values in (-1, 1); 0 where there is no range."""
    half = 0.5 * (high - low)
    scale = np.where(half > 0.0, 1.0 / np.where(half > 0.0, half, 1.0), 0.0)
    unit: FloatArray = (values - (0.5 * (high + low))[:, None]) * scale[:, None]
    return unit


def _clenshaw(rows: FloatArray, unit: FloatArray2D) -> FloatArray2D:
    """The sum over the second variable, ``rows`` of shape (j, l, p); it is used up."""
    twice, term = 2.0 * unit, np.empty_like(rows[0])
    for at in range(len(rows) - 2, -1, -1):
        np.multiply(twice if at else unit, rows[at + 1], out=term)
        rows[at] += term
        if at + 2 < len(rows):
            rows[at] -= rows[at + 2]
    found: FloatArray2D = rows[0]
    return found
