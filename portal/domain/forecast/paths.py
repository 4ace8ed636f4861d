"""Scenario paths of a forecast: each step as its quantiles say, all steps together as past errors went.

API: ``error_ranks``, ``paths``, ``Dependence``.

Between the served levels a step is interpolated in the normal score of the level; beyond the outermost levels it goes
on along the line through the last two, which is the tail of the normal distribution that both fit. A target that cannot
be below zero is cut there.
"""

from enum import StrEnum

import numpy as np
from scipy.special import ndtr, ndtri

from portal.core.arrays import FloatArray, FloatArray2D
from portal.domain.forecast.base import LEVELS, Forecast
from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch

SCORE = ndtri(np.array(LEVELS))
LEAST = 10  # past forecasts that say how errors go together
EDGE = 1e-6  # nearest to 0 and 1 that a rank comes


class Dependence(StrEnum):
    """How past errors say that steps go together."""

    EMPIRICAL = "empirical"  # Schaake shuffle: each path follows one past forecast's errors
    GAUSSIAN = "gaussian"  # correlations of the normal scores of past ranks


def error_ranks(actual: FloatArray2D, quantiles: FloatArray) -> FloatArray2D:
    """Return where past values fell in their forecasts: 0.5 for the median, uniform where forecasts are calibrated.

    Parameters
    ----------
    actual : ndarray of shape (m, h)
        What happened.
    quantiles : ndarray of shape (m, h, len(LEVELS))
        What was forecast.

    Returns
    -------
    ndarray of shape (m, h)
        Ranks between 0 and 1, without forecasts of which a value is missing.
    """
    whole = np.isfinite(actual).all(axis=1) & np.isfinite(quantiles).all(axis=(1, 2))
    kept, value = quantiles[whole], actual[whole]
    at = np.clip((kept <= value[:, :, None]).sum(axis=2), 1, len(LEVELS) - 1)
    low = np.take_along_axis(kept, at[:, :, None] - 1, axis=2)[:, :, 0]
    high = np.take_along_axis(kept, at[:, :, None], axis=2)[:, :, 0]
    gap = np.maximum(high - low, 1e-12 * np.maximum(np.abs(high), 1.0))
    score = SCORE[at - 1] + np.clip((value - low) / gap, -50.0, 50.0) * (SCORE[at] - SCORE[at - 1])
    ranks: FloatArray2D = np.clip(ndtr(score), EDGE, 1.0 - EDGE)
    return ranks


def paths(
    forecast: Forecast,
    past_ranks: FloatArray2D,
    n: int,
    seed: int,
    *,
    dependence: Dependence = Dependence.EMPIRICAL,
    positive: bool = False,
) -> FloatArray2D:
    """Draw paths with the forecast's own distribution at each step and the dependence of past errors over steps.

    Each step takes n values at stratified probabilities (one in each n-th part), so its quantiles are those served but
    for 1/n; only their order over paths is drawn.

    Parameters
    ----------
    forecast : Forecast
        Of h steps.
    past_ranks : ndarray of shape (m, h)
        From :func:`error_ranks`, of the same model at earlier origins.
    n : int
        Paths.
    seed : int
        The same seed gives the same paths.
    dependence : Dependence
        ``EMPIRICAL`` keeps any dependence and needs no estimate; ``GAUSSIAN`` also fills between past forecasts.
    positive : bool
        Whether values are cut at zero.

    Returns
    -------
    ndarray of shape (n, h)
        Values in the unit of the target.

    Raises
    ------
    BadParameter
        No path is asked for.
    LengthMismatch
        Past ranks are of another number of steps.
    InsufficientHistory
        Fewer than ``LEAST`` past forecasts.

    References
    ----------
    Clark et al. (2004), "The Schaake shuffle", J. Hydrometeorology 5; Pinson et al. (2009), "From probabilistic
    forecasts to statistical scenarios of short-term wind power production", Wind Energy 12.
    """
    _check(forecast, past_ranks, n)
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    order = _order(past_ranks, n, rng, Dependence(dependence))
    levels = (order + rng.random((n, len(forecast.mean)))) / n
    values = _at(forecast.quantiles, levels)
    return np.maximum(values, 0.0) if positive else values


def _check(forecast: Forecast, past_ranks: FloatArray2D, n: int) -> None:
    if n < 1:
        raise BadParameter(f"Ask for at least one path, not {n}.", name="n", value=n)
    if past_ranks.ndim != 2 or past_ranks.shape[1] != len(forecast.mean):
        raise LengthMismatch(
            f"A forecast of {len(forecast.mean)} steps needs past ranks of as many, not of shape {past_ranks.shape}.",
            first=len(forecast.mean),
            second=past_ranks.shape[-1],
        )
    if len(past_ranks) < LEAST:
        raise InsufficientHistory(
            f"Paths need {LEAST} past forecasts to know how errors go together, but there are {len(past_ranks)}; "
            "evaluate more origins.",
            have=len(past_ranks),
            need=LEAST,
        )


def _order(past_ranks: FloatArray2D, n: int, rng: np.random.Generator, how: Dependence) -> FloatArray2D:
    """Return the rank of each path at each step, 0 to n - 1: a permutation in every column."""
    count, steps = past_ranks.shape
    if how is Dependence.GAUSSIAN:
        scores = rng.standard_normal((n, steps)) @ _root(ndtri(np.clip(past_ranks, EDGE, 1.0 - EDGE))).T
    else:
        # Every past forecast is followed as often as the others; among those that follow the same, chance decides.
        rounds = -(-n // count)
        drawn = np.concatenate([rng.permutation(count) for _ in range(rounds)])[:n]
        scores = past_ranks[drawn]
    ties = rng.random((n, steps))
    order = np.empty((n, steps))
    for step in range(steps):
        order[np.lexsort((ties[:, step], scores[:, step])), step] = np.arange(n)
    return order


def _root(scores: FloatArray2D) -> FloatArray2D:
    """Root of the correlations of normal scores, pulled to independence when there are few past forecasts."""
    count, steps = scores.shape
    apart = scores - scores.mean(axis=0)
    size = np.sqrt(np.mean(np.square(apart), axis=0))
    apart = apart / np.where(size > 0.0, size, 1.0)
    sample = apart.T @ apart / count
    pull = _shrinkage(apart, sample)
    mixed = (1.0 - pull) * sample + pull * np.eye(steps)
    np.fill_diagonal(mixed, 1.0)
    values, vectors = np.linalg.eigh(mixed)
    root: FloatArray2D = vectors * np.sqrt(np.maximum(values, 0.0))
    return root


def _shrinkage(apart: FloatArray2D, sample: FloatArray2D) -> float:
    """Weight of independence by Schäfer and Strimmer (2005): estimated variances of correlations over their squares."""
    count = len(apart)
    squares = np.square(apart)
    variance = (squares.T @ squares / count - np.square(sample)) / max(count - 1, 1)
    off = ~np.eye(len(sample), dtype=np.bool_)
    total = float(np.square(sample[off]).sum())
    return float(np.clip(variance[off].sum() / total, 0.0, 1.0)) if total > 0.0 else 1.0


def _at(quantiles: FloatArray2D, levels: FloatArray2D) -> FloatArray2D:
    """Return the value of each step at levels of shape (n, h)."""
    score = ndtri(np.clip(levels, 1e-12, 1.0 - 1e-12))
    at = np.clip(np.searchsorted(SCORE, score), 1, len(SCORE) - 1)
    step = np.arange(quantiles.shape[0])
    low, high = quantiles[step, at - 1], quantiles[step, at]
    share = (score - SCORE[at - 1]) / (SCORE[at] - SCORE[at - 1])
    found: FloatArray2D = low + share * (high - low)
    return found
