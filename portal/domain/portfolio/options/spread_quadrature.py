"""The exact value of an option on the difference of two lognormal prices, by one numeric integral over the second leg.

API: ``integrate(legs) -> Moments``. Given the second leg, the first is lognormal and the option is Black's: what
is left is an integral of one normal variable. Legs are turned round (a call on A - B - K is a put on B - A + K) so
that the strike is never negative and the conditional strike never crosses zero.

How fast the integrand turns from worthless to forward decides about the nodes: its width is the conditional deviation
over the slope of the conditional moneyness. Wide turns take 32 or 64 Gauss-Hermite nodes; narrow ones (correlation near
1, or very unlike volatilities) take Gauss-Legendre panels that are cut where the integrand turns.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray1D, FloatArray, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.options.normal import FAR, cumulative, density

HERMITE_NODES = 32
MORE_HERMITE_NODES = 64
PANEL_NODES = 32
# Widths of the turn (in standard deviations of leg 2) from which 32 nodes give 1e-12, and 64 nodes do.
_WIDE, _NARROW = 0.8, 0.5
_MAX_CORRELATION = (
    1.0 - 1e-13
)  # at 1 the conditional law is a point, which the panels resolve but not divide by
_LEAST_REST = 1e-8  # of both deviations: a first leg without volatility is given that little
_STEEP = 2.5  # deviation from which the mass of the second leg leaves the Hermite nodes
_MOST_DEVIATION = 20.0  # a larger one means nothing but would overflow
_REACH = 9.0  # standard deviations that the panels cover; beyond lies 1e-19 of the mass
_LAYER = 8.0  # turn widths on each side of a turn that get panels of their own
_BLOCK = 2048  # options whose nodes are placed at a time
_PIECE = 32_768  # values at a time in each array over nodes
_BISECTIONS = 60


@dataclass(frozen=True, eq=False)
class Legs:
    """Two lognormal legs of live options (positive prices and total deviations), one element an option.

    Attributes
    ----------
    forward1, forward2 : ndarray of shape (n,)
        Futures prices.
    strike : ndarray of shape (n,)
        Strike, any sign.
    deviation1, deviation2 : ndarray of shape (n,)
        Volatility times root of time.
    correlation : ndarray of shape (n,)
        Correlation of the logarithms.
    side : ndarray of shape (n,)
        +1 for the call on the difference, -1 for the put.
    """

    forward1: FloatArray1D
    forward2: FloatArray1D
    strike: FloatArray1D
    deviation1: FloatArray1D
    deviation2: FloatArray1D
    correlation: FloatArray1D
    side: FloatArray1D

    def take(self, chosen: BoolArray1D | IntArray1D) -> "Legs":
        """The options that are chosen.

        Parameters
        ----------
        chosen : ndarray
            Which ones: flags or positions.

        Returns
        -------
        Legs
            As many elements as are chosen.
        """
        return Legs(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class Moments:
    """Undiscounted expectation of the payoff and its derivatives with respect to the two prices.

    Attributes
    ----------
    value, delta1, delta2, gamma1, gamma2, cross : ndarray of shape (n,)
        Expectation, first and second derivatives; the second ones are 0 when only the value was asked for.
    """

    value: FloatArray1D
    delta1: FloatArray1D
    delta2: FloatArray1D
    gamma1: FloatArray1D
    gamma2: FloatArray1D
    cross: FloatArray1D


def integrate(legs: Legs, *, greeks: bool) -> Moments:
    """Expected payoff, and its derivatives when asked for.

    Parameters
    ----------
    legs : Legs
        Live options.
    greeks : bool
        Whether derivatives are wanted.

    Returns
    -------
    Moments
        To about 1e-12 of the larger price.

    References
    ----------
    Pearson (1995), "An efficient approach for pricing spread options", Journal of Derivatives 3(1).
    """
    flipped = _flipped(legs)
    turned = _turn(legs, flipped)
    width = _turn_width(turned)
    out = np.zeros((6, len(width)))
    narrow = (width < _NARROW) | (np.maximum(turned.deviation1, turned.deviation2) > _STEEP)
    wide = ~narrow & (width >= _WIDE)
    for chosen, nodes in ((wide, HERMITE_NODES), (~wide & ~narrow, MORE_HERMITE_NODES), (narrow, 0)):
        places = np.flatnonzero(chosen)
        for start in range(0, len(places), _BLOCK):
            part = places[start : start + _BLOCK]
            legs_of_part = turned.take(part)
            z, weights = _hermite(nodes) if nodes else _panels(legs_of_part)
            out[:, part] = _in_pieces(legs_of_part, z, weights, greeks=greeks)
    value, delta1, delta2, gamma1, gamma2, cross = out
    return Moments(
        value,
        np.where(flipped, delta2, delta1),
        np.where(flipped, delta1, delta2),
        np.where(flipped, gamma2, gamma1),
        np.where(flipped, gamma1, gamma2),
        cross,
    )


def _flipped(legs: Legs) -> BoolArray1D:
    """Whether to turn round: for a negative strike; without strike when that makes the turn wider."""
    no_strike = legs.strike == 0.0
    flipped: BoolArray1D = (legs.strike < 0.0) | (no_strike & (legs.deviation1 < legs.deviation2))
    return flipped


def _turn(legs: Legs, flipped: BoolArray1D) -> Legs:
    return Legs(
        np.where(flipped, legs.forward2, legs.forward1),
        np.where(flipped, legs.forward1, legs.forward2),
        np.where(flipped, -legs.strike, legs.strike),
        np.minimum(np.where(flipped, legs.deviation2, legs.deviation1), _MOST_DEVIATION),
        np.minimum(np.where(flipped, legs.deviation1, legs.deviation2), _MOST_DEVIATION),
        np.clip(legs.correlation, -_MAX_CORRELATION, _MAX_CORRELATION),
        np.where(flipped, -legs.side, legs.side),
    )


def _conditional(legs: Legs) -> tuple[FloatArray1D, FloatArray1D, FloatArray1D]:
    """Slopes of the two log prices in the variable of leg 2, and the deviation that is left of leg 1."""
    rest = legs.deviation1 * np.sqrt((1.0 - legs.correlation) * (1.0 + legs.correlation))
    least = _LEAST_REST * (legs.deviation1 + legs.deviation2)
    return legs.correlation * legs.deviation1, legs.deviation2, np.maximum(rest, least)


def _turn_width(legs: Legs) -> FloatArray1D:
    slope1, slope2, rest = _conditional(legs)
    steepest = np.maximum(np.abs(slope1), np.abs(slope1 - slope2))
    return np.where(steepest > 0.0, rest / np.where(steepest > 0.0, steepest, 1.0), np.inf)


@cache
def _hermite(nodes: int) -> tuple[FloatArray1D, FloatArray1D]:
    """Nodes and weights for the expectation of a function of a standard normal variable."""
    z, weights = np.polynomial.hermite_e.hermegauss(nodes)
    return z, weights / np.sqrt(2.0 * np.pi)


def _in_pieces(legs: Legs, z: FloatArray, weights: FloatArray, *, greeks: bool) -> FloatArray2D:
    """The six sums over nodes, a few options at a time: a dozen arrays over nodes then stay in the cache."""
    size, count = max(1, _PIECE // z.shape[-1]), len(legs.side)
    used = np.full(count, z.shape[-1]) if z.ndim == 1 else np.count_nonzero(weights, axis=1)
    order = np.argsort(used, kind="stable")  # options with as many nodes together
    found = np.zeros((6, count))
    for start in range(0, count, size):
        here = order[start : start + size]
        most = used[here[-1]]
        nodes = (z, weights) if z.ndim == 1 else (z[here, :most], weights[here, :most])
        found[:, here] = _expectations(legs.take(here), *nodes, greeks=greeks)
    return found


def _expectations(legs: Legs, z: FloatArray, weights: FloatArray, *, greeks: bool) -> FloatArray2D:
    """The six sums over nodes; ``z`` and ``weights`` of shape (m,) or (n, m)."""
    slope1, slope2, rest = (x[:, np.newaxis] for x in _conditional(legs))
    side = legs.side[:, np.newaxis]
    move1 = np.exp(slope1 * (z - 0.5 * slope1))
    move2 = np.exp(slope2 * (z - 0.5 * slope2))
    given = legs.forward1[:, np.newaxis] * move1
    against = legs.forward2[:, np.newaxis] * move2 + legs.strike[:, np.newaxis]
    d1 = np.clip(np.log(given / against) / rest + 0.5 * rest, -FAR, FAR)
    d2 = d1 - rest
    p1, p2 = cumulative(side * d1), cumulative(side * d2)
    parts = np.zeros((6, len(legs.side)))
    parts[0] = np.sum(np.maximum(side * (given * p1 - against * p2), 0.0) * weights, axis=1)
    if greeks:
        parts[1] = legs.side * np.sum(p1 * move1 * weights, axis=1)
        parts[2] = -legs.side * np.sum(p2 * move2 * weights, axis=1)
        bell = density(d1) / rest * weights
        pull = move2 / against
        parts[3] = np.sum(bell * move1, axis=1) / legs.forward1
        parts[4] = np.sum(bell * given * pull * pull, axis=1)
        parts[5] = -np.sum(bell * move1 * pull, axis=1)
    return parts


@cache
def _legendre() -> tuple[FloatArray1D, FloatArray1D]:
    """Nodes on (0, 1) and weights that sum to 1."""
    x, weights = np.polynomial.legendre.leggauss(PANEL_NODES)
    return 0.5 * (x + 1.0), 0.5 * weights


def _panels(legs: Legs) -> tuple[FloatArray2D, FloatArray2D]:
    """Nodes and weights that are dense where the integrand turns; those without weight come last."""
    slope1, slope2, rest = _conditional(legs)
    low = -_REACH + np.minimum(slope1, 0.0)
    high = _REACH + np.maximum(slope1, slope2)
    peak = np.clip(_peak(legs), low, high)
    cuts = [low, high]
    for start, end in ((low, peak), (peak, high)):
        root = _root(legs, start, end)
        price = legs.forward2 * np.exp(slope2 * (root - 0.5 * slope2))
        slope = np.abs(slope1 - slope2 * price / (price + legs.strike))
        layer = _LAYER * rest / np.maximum(slope, rest)
        cuts += [root - layer, root, root + layer]
    top = legs.forward2 * np.exp(slope2 * (peak - 0.5 * slope2))
    bend = slope2 * slope2 * top * legs.strike / (top + legs.strike) ** 2
    layer = _LAYER * np.sqrt(rest / np.maximum(bend, rest))
    cuts += [peak - layer, peak + layer]
    edges = np.sort(np.clip(np.stack(cuts, axis=1), low[:, np.newaxis], high[:, np.newaxis]), axis=1)
    x, weights = _legendre()
    lengths = np.diff(edges, axis=1)
    order = np.argsort(lengths == 0.0, axis=1, kind="stable")  # half of the panels are empty: they come last
    starts, lengths = (np.take_along_axis(part, order, axis=1) for part in (edges[:, :-1], lengths))
    lengths = lengths[:, :, np.newaxis]
    z = (starts[:, :, np.newaxis] + lengths * x).reshape(len(rest), -1)
    return z, (lengths * weights).reshape(len(rest), -1) * density(z)


def _peak(legs: Legs) -> FloatArray1D:
    """Where the conditional difference of the legs has its one extreme; 0 where it has none."""
    slope1, slope2, _rest = _conditional(legs)
    gap = slope2 - slope1
    has = (slope1 > 0.0) & (slope2 > 0.0) & (np.abs(gap) > 1e-9 * slope2)
    ratio = np.where(has, slope1 * legs.forward1 / np.where(has, slope2 * legs.forward2, 1.0), 1.0)
    drift = 0.5 * (slope2 * slope2 - slope1 * slope1)
    return np.where(has, (np.log(ratio) + drift) / np.where(has, gap, 1.0), 0.0)


def _root(legs: Legs, start: FloatArray1D, end: FloatArray1D) -> FloatArray1D:
    """Zero of the conditional difference between two points, by bisection; one of the points where there is none."""
    slope1, slope2, _rest = _conditional(legs)

    def above(z: FloatArray1D) -> NDArray[np.bool_]:
        first = legs.forward1 * np.exp(slope1 * (z - 0.5 * slope1))
        second = legs.forward2 * np.exp(slope2 * (z - 0.5 * slope2))
        positive: NDArray[np.bool_] = first - second > legs.strike
        return positive

    at_start = above(start)
    for _ in range(_BISECTIONS):
        middle = 0.5 * (start + end)
        same = above(middle) == at_start
        start, end = np.where(same, middle, start), np.where(same, end, middle)
    return end
