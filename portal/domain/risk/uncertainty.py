"""How far a sample VaR or expected shortfall can be trusted: intervals, standard errors, bootstrap bands.

API: ``read_tail(pnl, level) -> TailReading`` (figures with everything that must stand beside them), ``var_interval``,
``es_standard_error``, ``bootstrap_es``.

500 days at 99 % are 5 observations: every figure carries the number of observations in its tail, an interval, and the
flag ``thin``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, ndtri

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.risk.inputs import as_pnl, as_weights, require_level
from portal.domain.risk.tail import Tail, sample_es, tail_of

_BLOCK = 1_000_000  # numbers that a bootstrap draws at a time


@dataclass(frozen=True)
class Interval:
    """A confidence interval, in EUR.

    Attributes
    ----------
    low, high : float or None
        Ends; None where the sample has no loss far enough out to bound it.
    confidence : float
        Chance to cover the true figure: at least what was asked for, where both ends exist.
    """

    low: float | None
    high: float | None
    confidence: float


@dataclass(frozen=True, eq=False)
class TailReading:
    """VaR and expected shortfall with what must be shown beside them.

    Attributes
    ----------
    tail : Tail
        Figures, and the scenarios that they come from.
    var_interval : Interval
        By ranks, without an assumption on the distribution.
    es_standard_error : float
        Asymptotic, in EUR.
    es_interval : Interval
        Expected shortfall plus and minus its standard errors, or the bootstrap band.
    """

    tail: Tail
    var_interval: Interval
    es_standard_error: float
    es_interval: Interval

    @property
    def thin(self) -> bool:
        """Whether fewer than 5 observations carry the figures."""
        return self.tail.thin

    @property
    def warning(self) -> str:
        """A sentence for a thin tail; empty otherwise."""
        if not self.thin:
            return ""
        return (
            f"Only {self.tail.observations:.1f} observations lie beyond {100 * self.tail.level:g} %: "
            "read the interval, not the figure."
        )


def read_tail(
    pnl: ArrayLike,
    level: float,
    weights: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
    resamples: int = 0,
    seed: int = 0,
) -> TailReading:
    """Return VaR and expected shortfall with their uncertainty.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of the book in each scenario, in EUR.
    level : float
        Confidence c of the figures, in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.
    confidence : float, default 0.95
        Coverage of the intervals.
    resamples : int, default 0
        Bootstrap samples for the band of the expected shortfall; 0 takes the asymptotic one.
    seed : int, default 0
        Seed of the bootstrap.

    Returns
    -------
    TailReading
        Figures, intervals and flag.

    Raises
    ------
    InsufficientHistory, SeriesHasNaN, BadParameter, LengthMismatch
        As `portal.domain.risk.tail.tail_of`.
    """
    values = as_pnl(pnl)
    tail = tail_of(values, level, weights)
    error = es_standard_error(values, level, weights)
    if resamples:
        band = bootstrap_es(values, level, weights, confidence=confidence, resamples=resamples, seed=seed)
    else:
        width = float(ndtri(0.5 + 0.5 * confidence)) * error
        band = Interval(tail.es - width, tail.es + width, confidence)
    return TailReading(tail, var_interval(values, level, weights, confidence=confidence), error, band)


def var_interval(
    pnl: ArrayLike, level: float, weights: ArrayLike | None = None, *, confidence: float = 0.95
) -> Interval:
    """Return the order-statistic interval of a VaR.

    The number of losses below the true VaR is binomial (n, c), whatever the distribution; the ranks that hold all but
    the outer chances bound it. With weights, the quantiles at c plus and minus the normal error of a share (Woodruff).

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of the book in each scenario, independent, in EUR.
    level : float
        Confidence c of the VaR, in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.
    confidence : float, default 0.95
        Least coverage of the interval.

    Returns
    -------
    Interval
        Losses of the two ranks, and the exact coverage.

    Raises
    ------
    InsufficientHistory, SeriesHasNaN, BadParameter, LengthMismatch
        As `portal.domain.risk.tail.tail_of`.

    References
    ----------
    David and Nagaraja (2003), Order Statistics, 3rd ed., section 7.1.
    Woodruff (1952), "Confidence intervals for medians and other position measures", JASA 47.

    Examples
    --------
    >>> found = var_interval(-np.arange(1.0, 501.0), 0.99)
    >>> found.low, found.high, round(found.confidence, 4)
    (490.0, 500.0, 0.9802)
    """
    require_level(confidence)
    values = as_pnl(pnl)
    tail = tail_of(values, level, weights)
    losses, outer = np.sort(-values), 0.5 * (1.0 - confidence)
    chances = as_weights(weights, len(values))
    if chances is not None:
        return _woodruff(values, tail, chances, confidence)
    n = len(values)
    # P(rank r lies above the true VaR) = P(B <= r - 1): the largest r below the outer chance, the smallest s above
    below = bdtr(np.arange(n), n, level)
    low = int(np.searchsorted(below, outer, side="right"))  # ranks from 1: bdtr(r - 1) <= outer
    high = int(np.searchsorted(below, 1.0 - outer, side="left")) + 1
    left = float(below[low - 1]) if low else 0.0
    right = float(below[high - 1]) if high <= n else 1.0
    return Interval(
        float(losses[low - 1]) if low else None, float(losses[high - 1]) if high <= n else None, right - left
    )


def _woodruff(values: FloatArray1D, tail: Tail, weights: FloatArray1D, confidence: float) -> Interval:
    step = float(ndtri(0.5 + 0.5 * confidence)) * np.sqrt(tail.level * (1.0 - tail.level) / tail.effective)
    order = np.argsort(-values, kind="stable")
    reached = np.cumsum(weights[order])
    ends: list[float | None] = []
    for at in (tail.level - step, tail.level + step):
        rank = int(np.searchsorted(reached, at))
        ends.append(float(-values[order[rank]]) if at > 0.0 and rank < len(order) else None)
    return Interval(ends[0], ends[1], confidence)


def es_standard_error(pnl: ArrayLike, level: float, weights: ArrayLike | None = None) -> float:
    """Return the asymptotic standard error of a sample expected shortfall.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of the book in each scenario, independent, in EUR.
    level : float
        Confidence c, in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.

    Returns
    -------
    float
        ``sqrt((Var(L | tail) + c (ES - VaR)^2) / (n (1 - c)))``, in EUR, with the effective n.

    Raises
    ------
    InsufficientHistory, SeriesHasNaN, BadParameter, LengthMismatch
        As `portal.domain.risk.tail.tail_of`.

    References
    ----------
    Manistre and Hancock (2005), "Variance of the CTE estimator", North American Actuarial Journal 9.
    """
    values = as_pnl(pnl)
    tail = tail_of(values, level, weights)
    spread = float(tail.shares @ (-values[tail.scenarios] - tail.es) ** 2)
    return float(np.sqrt((spread + level * (tail.es - tail.var) ** 2) / tail.observations))


def bootstrap_es(
    pnl: ArrayLike,
    level: float,
    weights: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """Return the percentile band of the expected shortfall over samples drawn again from the scenarios.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of the book in each scenario, independent, in EUR.
    level : float
        Confidence c, in (0, 1).
    weights : array_like of shape (n,), optional
        Chances to be drawn; equal ones by default.
    confidence : float, default 0.95
        Coverage of the band.
    resamples : int, default 1000
        Samples drawn, at least 20.
    seed : int, default 0
        Each block draws from its own child of this seed, so the band does not depend on memory or machine.

    Returns
    -------
    Interval
        In EUR.

    Raises
    ------
    InsufficientHistory, SeriesHasNaN, BadParameter, LengthMismatch
        As `portal.domain.risk.tail.tail_of`, or too few samples.

    References
    ----------
    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    require_level(confidence)
    if resamples < 20:
        raise BadParameter(
            f"A bootstrap band needs at least 20 samples, not {resamples}.", name="resamples", value=resamples
        )
    values = as_pnl(pnl)
    tail_of(values, level, weights)  # refuses what cannot be measured
    chances, n = as_weights(weights, len(values)), len(values)
    rows = max(1, _BLOCK // n)
    starts = range(0, resamples, rows)
    found = np.empty(resamples)
    for start, child in zip(starts, np.random.SeedSequence(seed).spawn(len(starts)), strict=True):
        random, size = np.random.default_rng(child), (n, min(rows, resamples - start))
        drawn = random.integers(0, n, size) if chances is None else random.choice(n, size, p=chances)
        found[start : start + rows] = sample_es(values[drawn], level)
    outer = 0.5 * (1.0 - confidence)
    low, high = np.quantile(found, [outer, 1.0 - outer])
    return Interval(float(low), float(high), confidence)
