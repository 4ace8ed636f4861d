"""What Z1 and Z2 look like when the model is right: their distribution, p values and critical values.

API: ``z2_critical(n, p)``, ``z2_p_value(z, n, p)``, ``z1_critical(count, p)``, ``z1_p_value(z, count, p)``, ``TAILS``.

Nothing is simulated. With a right model each day's loss over ES is 0 with probability 1 - p and else a draw from the
tail, so that the sum is compound binomial: the tail is put on a lattice, its Fourier transform raised to the n-th
power, and the sum read off. This gives any n, p and test level in milliseconds, to about 1e-4, where published tables
are simulations of a few cases. The statistics do not depend on scale, so that a tail is named by its shape alone.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from portal.core.arrays import FloatArray, FloatArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.risk.backtests.base import check_count, check_probability

TAILS = ("normal", "t10", "t5", "t3")
"""Shapes of the tail under which statistics are judged; any other ``t<degrees>`` above 2 works too."""

_STEP = 0.01  # of the lattice at most, in units of ES
_LEAST_CELLS, _MOST_CELLS = 2**11, 2**20
HALF = 0.5
_BEYOND = 1e-7  # expected number of draws that the lattice cannot hold
_MARGIN = 12.0  # standard deviations that it holds at least


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class _Lattice:
    """Distribution of a sum of tail losses over ES, on equal steps from a first value."""

    first: float
    step: float
    cumulative: FloatArray1D

    def at_most(self, total: float) -> float:
        """Probability of a sum up to ``total``, interpolated between the cells' upper ends."""
        place = (total - self.first) / self.step + 0.5
        if place <= 0.0:
            return 0.0
        return float(np.interp(place, np.arange(1, len(self.cumulative) + 1), self.cumulative))

    def quantile(self, probability: float) -> float:
        """Smallest sum with at least this probability below it."""
        at = int(np.searchsorted(self.cumulative, probability, side="left"))
        if at == 0:
            return self.first
        at = min(at, len(self.cumulative) - 1)
        below, here = self.cumulative[at - 1], self.cumulative[at]
        inside = (probability - below) / max(here - below, 1e-300)
        return float(self.first + (at - 0.5 + inside) * self.step)


def z2_critical(n: int, p: float, *, test_level: float = 0.05, tail: str = "normal") -> float:
    """Value of Z2 below which the model is rejected.

    Parameters
    ----------
    n : int
        Days of the backtest.
    p : float
        Probability of an exception, 0.025 for an ES at 97.5 %.
    test_level : float, default 0.05
        Accepted probability of rejecting a right model.
    tail : str, default "normal"
        Shape of the losses: normal, or Student-t as ``t5``. For 97.5 % it hardly matters.

    Returns
    -------
    float
        Critical value, below 0 in all but tiny samples.

    Raises
    ------
    BadParameter
        ``n`` below 1, ``p`` not in (0, 0.5], or an unknown tail.

    References
    ----------
    Acerbi and Szekely (2014), "Backtesting expected shortfall", Risk, whose tables give -0.70 for 250 days, 97.5 %.

    Examples
    --------
    >>> round(z2_critical(250, 0.025), 2)
    -0.7
    """
    check_count(0, n)
    check_probability(p)
    check_probability(test_level, "level of the test")
    return 1.0 - _sum_of(n, p, tail, always=False).quantile(1.0 - test_level) / (n * p)


def z2_p_value(z: float, n: int, p: float, *, tail: str = "normal") -> float:
    """Probability of a Z2 at most this when the model is right.

    Parameters
    ----------
    z : float
        The statistic.
    n : int
        Days of the backtest.
    p : float
        Probability of an exception.
    tail : str, default "normal"
        Shape of the losses.

    Returns
    -------
    float
        In [0, 1]; small when risk is understated.

    Raises
    ------
    BadParameter
        ``n`` below 1, ``p`` not in (0, 0.5], or an unknown tail.
    """
    check_count(0, n)
    check_probability(p)
    return _at_least(_sum_of(n, p, tail, always=False), (1.0 - z) * n * p)


def z1_critical(count: int, p: float, *, test_level: float = 0.05, tail: str = "normal") -> float:
    """Value of Z1 below which the model is rejected, given the number of exceptions.

    Parameters
    ----------
    count : int
        Exceptions in the backtest, at least 1.
    p : float
        Probability of an exception.
    test_level : float, default 0.05
        Accepted probability of rejecting a right model.
    tail : str, default "normal"
        Shape of the losses.

    Returns
    -------
    float
        Critical value, below 0.

    Raises
    ------
    BadParameter
        ``count`` below 1, ``p`` not in (0, 0.5], or an unknown tail.
    """
    check_count(0, count)
    check_probability(p)
    check_probability(test_level, "level of the test")
    return 1.0 - _sum_of(count, p, tail, always=True).quantile(1.0 - test_level) / count


def z1_p_value(z: float, count: int, p: float, *, tail: str = "normal") -> float:
    """Probability of a Z1 at most this when the model is right, given the number of exceptions.

    Parameters
    ----------
    z : float
        The statistic.
    count : int
        Exceptions in the backtest.
    p : float
        Probability of an exception.
    tail : str, default "normal"
        Shape of the losses.

    Returns
    -------
    float
        In [0, 1]; 1 without an exception, where there is nothing to judge.

    Raises
    ------
    BadParameter
        ``count`` below 0, ``p`` not in (0, 0.5], or an unknown tail.
    """
    check_probability(p)
    if count == 0:
        return 1.0
    check_count(0, count)
    return _at_least(_sum_of(count, p, tail, always=True), (1.0 - z) * count)


def forget() -> None:
    """Forget the distributions that were computed; they are kept for the next call with the same n, p and tail."""
    _sum_of.cache_clear()


def _at_least(lattice: _Lattice, total: float) -> float:
    """Probability of a sum of at least ``total``; 1 where that is nothing."""
    return 1.0 if total <= 0.0 else min(max(1.0 - lattice.at_most(total), 0.0), 1.0)


def _shape(tail: str, p: float) -> tuple[Callable[[FloatArray], FloatArray], float, float]:
    """Survival function of a loss, its VaR and its ES, for the standard member of the family."""
    if tail == "normal":
        var = float(-ndtri(p))
        return lambda loss: ndtr(-loss), var, math.exp(-0.5 * var * var) / math.sqrt(2.0 * math.pi) / p
    degrees = float(tail[1:]) if tail[:1] == "t" and tail[1:].replace(".", "", 1).isdigit() else 0.0
    if not degrees > 2.0:
        raise BadParameter(
            f"The tail {tail!r} is not known; choose normal, or Student-t with more than 2 degrees such as t5.",
            name="tail",
            value=tail,
        )
    var = float(-stdtrit(degrees, p))
    # log of the density without its constants, which stdtr's own derivative would need
    constant = math.lgamma((degrees + 1.0) / 2.0) - math.lgamma(degrees / 2.0)
    density = math.exp(constant - (degrees + 1.0) / 2.0 * math.log1p(var * var / degrees))
    density /= math.sqrt(degrees * math.pi)
    return lambda loss: stdtr(degrees, -loss), var, density / p * (degrees + var * var) / (degrees - 1.0)


@lru_cache(maxsize=64)
def _sum_of(n: int, p: float, tail: str, *, always: bool) -> _Lattice:
    """Distribution of the sum over n days, each in the tail with probability p (or ``always``)."""
    if p > HALF:
        raise BadParameter(
            f"These tests judge losses in the tail: its probability must be at most 0.5, not {p:g}.",
            name="p",
            value=p,
        )
    survival, var, es = _shape(tail, p)
    # a fixed number of draws is that many times VaR, and what is beyond it
    offset, expected = (var / es, float(n)) if always else (0.0, n * p)
    reach = _reach(survival, es, p, expected, offset)
    cells = min(max(2 ** math.ceil(math.log2(reach / _STEP)), _LEAST_CELLS), _MOST_CELLS)
    step = reach / cells
    edges = ((np.arange(cells + 1) - 0.5) * step + offset) * es
    beyond = np.where(edges < var, 1.0, survival(np.maximum(edges, var)) / p)
    mass = -np.diff(beyond)
    mass[0] += 1.0 - beyond[0]
    chance = 1.0 if always else p
    # the lattice holds all but a ten-millionth of the sum, so that what comes round its end is nothing
    transform = np.fft.rfft(mass) * chance + (1.0 - chance)
    total = np.fft.irfft(_power(transform, n), cells)
    cumulative = np.minimum(np.maximum.accumulate(np.cumsum(np.maximum(total, 0.0))), 1.0)
    return _Lattice(n * offset if always else 0.0, step, cumulative)


def _power(values: NDArray[np.complex128], n: int) -> NDArray[np.complex128]:
    """Whole power by squaring, ten times as fast as numpy's, which goes through logarithms."""
    found = np.ones_like(values)
    while n:
        if n & 1:
            found = found * values
        values, n = values * values, n >> 1
    return found


def _reach(
    survival: Callable[[FloatArray], FloatArray], es: float, p: float, expected: float, offset: float
) -> float:
    """Largest sum over ES that the lattice must hold: the mean, many deviations, and one huge loss."""
    single = 2.0
    while expected * float(survival(np.array(single * es))) / p > _BEYOND and single < 1e4:
        single *= 1.5
    spread = 1.0 - offset  # of what a draw adds, about its mean
    return expected * spread + _MARGIN * spread * math.sqrt(2.0 * (expected + 1.0)) + single
