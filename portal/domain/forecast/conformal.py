"""Quantiles that keep their promise: served quantiles moved by what past ones missed.

API: ``PastErrors``, ``past_errors``, ``calibrate``, ``calibrate_evaluation``.

Conformalised quantile regression, one level at a time: a past error is the value less its forecast quantile, as a share
of the forecast's own width. The level p is moved by the error of rank p (n + 1), rounded away from the median. When the
past errors and the next one could have come in any order, the moved quantile is above the value with at least
probability p (below, for levels under one half), for every n that has such a rank, whatever the model and the
distribution. Prices are not exchangeable; ``gamma`` above zero lets each level follow its misses instead.
"""

from dataclasses import dataclass, replace

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D
from portal.domain.forecast.base import LEVELS, MEDIAN, Forecast
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.market.errors import BadParameter, LengthMismatch

INNER = LEVELS.index(0.1), LEVELS.index(0.9)  # what a width is taken of
LEVEL = np.array(LEVELS)
EXACT = 1e-9  # (n + 1) p is a whole number but for rounding
LEAST = 20  # past errors of a step; fewer move nothing


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class PastErrors:
    """What past quantiles missed.

    Attributes
    ----------
    scores : ndarray of shape (n, h, len(LEVELS))
        Value less quantile over the width of its forecast, oldest first; NaN where the value is not known.
    """

    scores: FloatArray

    def __len__(self) -> int:
        """Past forecasts."""
        return len(self.scores)

    def pooled(self) -> "PastErrors":
        """Return all steps as one, for horizons of which too few past forecasts are known; shape (n h, 1, levels)."""
        return PastErrors(self.scores.reshape(-1, 1, self.scores.shape[2]))


def past_errors(actual: FloatArray2D, quantiles: FloatArray) -> PastErrors:
    """Return what past quantiles missed.

    Parameters
    ----------
    actual : ndarray of shape (n, h)
        What happened; NaN where it is not known at the new origin.
    quantiles : ndarray of shape (n, h, len(LEVELS))
        What was forecast; NaN where nothing was.

    Returns
    -------
    PastErrors
        Misses as shares of widths.

    Raises
    ------
    LengthMismatch
        The shapes do not fit.
    """
    if quantiles.shape != (*actual.shape, len(LEVELS)):
        raise LengthMismatch(
            f"Values of shape {actual.shape} need quantiles of shape {(*actual.shape, len(LEVELS))}, "
            f"not {quantiles.shape}.",
            first=actual.size,
            second=quantiles.size,
        )
    return PastErrors((actual[:, :, None] - quantiles) / _width(quantiles)[:, :, None])


def calibrate(forecast: Forecast, past: PastErrors, *, gamma: float = 0.0) -> Forecast:
    """Move the quantiles of a forecast by what past ones missed; the median stays.

    Parameters
    ----------
    forecast : Forecast
        The model's answer.
    past : PastErrors
        Misses of the same model at earlier origins, for the same steps or pooled.
    gamma : float
        How much of a miss each level takes over, from 0 (split conformal) to below 1; 0.01 to 0.05 follow a market
        that changes, without the guarantee for a single forecast.

    Returns
    -------
    Forecast
        The same point forecast with moved quantiles; ``facts["calibration"]`` says by how many errors. Steps with
        fewer than ``LEAST`` past errors stay as they are; where a level needs more errors than there are, the outermost
        one is taken, and a note says which interval is without guarantee.

    Raises
    ------
    LengthMismatch
        The past errors are for another number of steps.
    BadParameter
        ``gamma`` is negative, or 1 or more.

    References
    ----------
    Romano, Patterson and Candès, "Conformalized quantile regression", NeurIPS 2019; Gibbs and Candès, "Adaptive
    conformal inference under distribution shift", NeurIPS 2021.
    """
    steps = past.scores.shape[1]
    if steps not in {1, len(forecast.mean)}:
        raise LengthMismatch(
            f"A forecast of {len(forecast.mean)} steps cannot be moved by past errors of {steps} steps.",
            first=len(forecast.mean),
            second=steps,
        )
    if not 0.0 <= gamma < 1.0:
        raise BadParameter(f"The adaption lies between 0 and 1, not {gamma}.", name="gamma", value=gamma)
    counts = np.isfinite(past.scores[:, :, MEDIAN]).sum(axis=0)
    facts = {**forecast.facts, "calibration": {"errors": int(counts.min(initial=len(past))), "gamma": gamma}}
    if not len(past) or counts.max() < LEAST:
        return replace(forecast, facts=facts)
    moves = _moves(past.scores, counts, gamma)
    moved = _ordered(
        forecast.quantiles + moves * _width(forecast.quantiles)[:, None], forecast.quantiles[:, MEDIAN]
    )
    return replace(forecast, quantiles=moved, facts=facts, notes=(*forecast.notes, *_limits(counts)))


def calibrate_evaluation(
    evaluation: Evaluation, *, window: int = 182, gamma: float = 0.0, pooled: bool = False
) -> Evaluation:
    """Calibrate each origin of a rolling evaluation by the origins before it, as it would have been served.

    Parameters
    ----------
    evaluation : Evaluation
        Of o origins and h steps.
    window : int
        Most earlier origins.
    gamma, pooled
        See :func:`calibrate` and :meth:`PastErrors.pooled`.

    Returns
    -------
    Evaluation
        The same with moved quantiles. A value is used from the first origin on whose history holds it.
    """
    found = np.array(evaluation.quantiles)
    steps = np.arange(evaluation.actual.shape[1])
    for row, origin in enumerate(evaluation.origins):
        if not np.isfinite(evaluation.mean[row]).all():
            continue
        earlier = slice(max(0, row - window), row)
        known = evaluation.origins[earlier, None] + steps < origin
        errors = past_errors(
            np.where(known, evaluation.actual[earlier], np.nan), evaluation.quantiles[earlier]
        )
        served = Forecast(evaluation.mean[row], evaluation.quantiles[row])
        found[row] = calibrate(served, errors.pooled() if pooled else errors, gamma=gamma).quantiles
    return replace(evaluation, quantiles=found)


def _width(quantiles: FloatArray) -> FloatArray:
    """Width of the inner 80 %, at least a trace of the level so that nothing is divided by zero."""
    width = quantiles[..., INNER[1]] - quantiles[..., INNER[0]]
    return np.maximum(width, 1e-9 * np.maximum(np.abs(quantiles[..., MEDIAN]), 1.0))


def _moves(scores: FloatArray, counts: FloatArray1D, gamma: float) -> FloatArray2D:
    """Return the past error at the rank of each level, shape (h, levels); 0 where too few are known."""
    levels = np.broadcast_to(LEVEL, scores.shape[1:])
    if gamma > 0.0:
        levels = _followed(scores, gamma)
    ordered = np.sort(scores, axis=0)  # NaN last
    size = counts[:, None]
    rank = np.where(LEVEL > 0.5, np.ceil((size + 1) * levels - EXACT), np.floor((size + 1) * levels + EXACT))
    at = np.clip(rank, 1, np.maximum(size, 1)).astype(np.int64) - 1
    moves: FloatArray2D = np.take_along_axis(ordered, at[None], axis=0)[0]
    moves = np.where(size >= LEAST, moves, 0.0)
    moves[:, MEDIAN] = 0.0
    return moves


def _followed(scores: FloatArray, gamma: float) -> FloatArray2D:
    """Return the level that each level has become by following its misses, shape (h, levels)."""
    level = np.array(np.broadcast_to(LEVEL, scores.shape[1:]))
    for at in range(LEAST, len(scores)):
        seen = np.isfinite(scores[:at])
        below = (scores[:at] < scores[at]) & seen
        share = (below.sum(axis=0) + 1.0) / (seen.sum(axis=0) + 1.0)
        step = gamma * (LEVEL - (share <= level))
        level = np.clip(level + np.where(np.isfinite(scores[at]), step, 0.0), 0.0, 1.0)
    return level


def _ordered(quantiles: FloatArray2D, median: FloatArray1D) -> FloatArray2D:
    """Let quantiles fall away from the median only: wider where they cross, so that no level covers less."""
    found = np.array(quantiles)
    found[:, MEDIAN] = median
    found[:, MEDIAN:] = np.maximum.accumulate(found[:, MEDIAN:], axis=1)
    found[:, MEDIAN::-1] = np.minimum.accumulate(found[:, MEDIAN::-1], axis=1)
    return found


def _limits(counts: FloatArray1D) -> tuple[str, ...]:
    """Name the narrowest interval whose ends need more past errors than there are."""
    least = int(counts.min())
    if least < LEAST:
        return (f"Some steps have fewer than {LEAST} past errors; their quantiles are the model's own.",)
    lacking = [level for level in LEVELS if level < 0.5 and (least + 1) * level < 1.0 - EXACT]
    if not lacking:
        return ()
    widest = 1.0 - 2.0 * min(level for level in LEVELS if (least + 1) * level >= 1.0 - EXACT)
    return (f"With {least} past errors a step, coverage is guaranteed up to the {widest:.0%} interval.",)
