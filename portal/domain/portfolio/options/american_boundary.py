"""The price at which an American put on a futures price is exercised, as a function of the time left.

API: ``put_boundary(years, vol, rate) -> FloatArray2D`` at ``NODES`` (fractions of the root of time), and
``boundary_matrix(points)``, which interpolates it. Prices are in units of the strike. With cost of carry zero a call is
the put with price and strike exchanged, so that one boundary serves both.

The boundary solves an integral equation (value matching in the form called FP-B). It is iterated on Chebyshev nodes in
the root of time, where the square of its logarithm is smooth.
"""

from functools import cache

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.portfolio.options.normal import cumulative, density

_COUNT = 12  # boundary nodes beside that of no time left
_POINTS = 24  # quadrature points of the integral at each node
_ITERATIONS = 24
_PRECISION = 1e-9
_NEWTON_STEPS = 30
NODES: FloatArray1D = 0.5 * (1.0 + np.cos(np.pi * np.arange(_COUNT + 1) / _COUNT))  # from 1 down to 0


def baw_exponent(years: FloatArray1D, vol: FloatArray1D, rate: FloatArray1D) -> FloatArray1D:
    """The exponent q1 of the quadratic approximation for puts, at cost of carry zero; that of calls is ``1 - q1``.

    Parameters
    ----------
    years, vol, rate : ndarray
        Years to expiry, annual volatility, continuous rate; all positive.

    Returns
    -------
    ndarray
        Negative numbers.

    References
    ----------
    Barone-Adesi and Whaley (1987), "Efficient analytic approximation of American option values", Journal of Finance 42.
    """
    kept = -np.expm1(-rate * years)
    result: FloatArray1D = 0.5 * (1.0 - np.sqrt(1.0 + 8.0 * rate / (vol * vol * kept)))
    return result


def baw_boundary(years: FloatArray1D, vol: FloatArray1D, rate: FloatArray1D) -> FloatArray1D:
    """Critical price of a put by the quadratic approximation, in units of the strike.

    Parameters
    ----------
    years, vol, rate : ndarray
        Years to expiry, annual volatility, continuous rate; all positive.

    Returns
    -------
    ndarray
        Between 0 and 1.
    """
    exponent, discount, deviation = (
        baw_exponent(years, vol, rate),
        np.exp(-rate * years),
        vol * np.sqrt(years),
    )
    low, high = np.zeros_like(deviation), np.ones_like(deviation)
    price = np.full_like(deviation, 0.9)
    for _ in range(_NEWTON_STEPS):
        d1 = np.log(price) / deviation + 0.5 * deviation
        tail = discount * cumulative(-d1)
        european = discount * cumulative(deviation - d1) - price * tail
        # what exercise pays beyond the approximation at this price: positive below the boundary
        gap = 1.0 - price - european + price * (1.0 - tail) / exponent
        slope = -(1.0 - tail) * (1.0 - 1.0 / exponent) + discount * density(d1) / deviation / exponent
        low, high = np.where(gap > 0.0, price, low), np.where(gap > 0.0, high, price)
        moved = price - gap / slope
        price = np.where((moved > low) & (moved < high), moved, 0.5 * (low + high))
    return price


@cache
def boundary_matrix(points: tuple[float, ...]) -> FloatArray2D:
    """Barycentric interpolation from `NODES` to other fractions of the root of time.

    Parameters
    ----------
    points : tuple of float
        Fractions between 0 and 1.

    Returns
    -------
    ndarray of shape (n_points, n_nodes)
        Multiply values at the nodes with its transpose.
    """
    weights = (-1.0) ** np.arange(_COUNT + 1)
    weights[[0, -1]] *= 0.5
    gaps = np.asarray(points)[:, np.newaxis] - NODES
    on_node = np.abs(gaps) < 1e-14
    terms = weights / np.where(on_node, 1.0, gaps)
    matrix: FloatArray2D = terms / terms.sum(axis=1, keepdims=True)
    hit = on_node.any(axis=1)
    matrix[hit] = on_node[hit]
    return matrix


@cache
def time_points(count: int) -> tuple[FloatArray1D, FloatArray1D]:
    """Fractions y of the root of elapsed time and weights: the integral of f(s) over s in (0, t) is t sum w f(t y^2).

    Parameters
    ----------
    count : int
        Number of points.

    Returns
    -------
    tuple of ndarray of shape (count,)
        Points and weights.
    """
    x, weights = np.polynomial.legendre.leggauss(count)
    y = 0.5 * (x + 1.0)
    return y, weights * y


def put_boundary(years: FloatArray1D, vol: FloatArray1D, rate: FloatArray1D) -> FloatArray2D:
    """Critical prices of American puts on futures at all nodes, in units of the strike.

    Parameters
    ----------
    years, vol, rate : ndarray of shape (n,)
        Years to expiry, annual volatility, continuous rate; all positive.

    Returns
    -------
    ndarray of shape (n, n_nodes)
        At `NODES`; 1 where no time is left.

    References
    ----------
    Andersen, Lake and Offengenden (2016), "High performance American option pricing", Journal of Computational
    Finance 20(1).
    """
    y, weights = time_points(_POINTS)
    inner = NODES[:-1]
    left = years[:, np.newaxis] * inner**2
    r, v = rate[:, np.newaxis], vol[:, np.newaxis]
    price = baw_boundary(left, np.broadcast_to(v, left.shape), np.broadcast_to(r, left.shape))
    # boundary at time t (1 - y^2) left, for each node and each point: always the same fractions of the whole root
    matrix = boundary_matrix(tuple((inner[:, np.newaxis] * np.sqrt(1.0 - y * y)).ravel()))
    ends = np.zeros((len(years), 1))
    elapsed = left[:, :, np.newaxis] * (y * y)
    deviation = v[:, :, np.newaxis] * np.sqrt(elapsed)
    factor = weights * np.exp(r[:, :, np.newaxis] * (left[:, :, np.newaxis] - elapsed))
    whole = v * np.sqrt(left)
    for _ in range(_ITERATIONS):
        logs = np.log(price)
        squares = np.concatenate([logs * logs, ends], axis=1) @ matrix.T
        earlier = -np.sqrt(np.maximum(squares, 0.0)).reshape(len(years), len(inner), len(y))
        ratio = (logs[:, :, np.newaxis] - earlier) / deviation
        numerator = cumulative(logs / whole - 0.5 * whole) + r * left * np.sum(
            factor * cumulative(ratio - 0.5 * deviation), axis=2
        )
        denominator = cumulative(logs / whole + 0.5 * whole) + r * left * np.sum(
            factor * cumulative(ratio + 0.5 * deviation), axis=2
        )
        moved = np.clip(numerator / denominator, 1e-12, 1.0)
        change = np.max(np.abs(moved - price), initial=0.0)
        price = moved
        if change < _PRECISION:
            break
    return np.concatenate([price, np.ones((len(years), 1))], axis=1)
