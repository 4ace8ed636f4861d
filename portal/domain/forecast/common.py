"""Two evaluations at the origins that they share.

API: ``Common``, ``common_errors(first, first_stamp, second, second_stamp)``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray2D
from portal.domain.forecast.base import MEDIAN
from portal.domain.forecast.evaluation import Evaluation

StampArray2D = np.ndarray[tuple[int, int], np.dtype[np.datetime64]]


@dataclass(frozen=True)
class Common:
    """Two models at the same cells.

    Attributes
    ----------
    origins : int
        Origins with a cell that both were scored at.
    first, second : float or None
        Mean absolute errors of their medians there, in the unit of the target; None without such a cell.
    """

    origins: int
    first: float | None
    second: float | None


def absolute_errors(evaluation: Evaluation) -> FloatArray2D:
    """Absolute errors of the medians.

    Parameters
    ----------
    evaluation : Evaluation
        Of o origins and h steps.

    Returns
    -------
    ndarray of shape (o, h)
        In the unit of the target; NaN where a cell is not scored.
    """
    errors = np.abs(evaluation.quantiles[:, :, MEDIAN] - evaluation.actual)
    return np.where(evaluation.scored, errors, np.nan)


def common_errors(
    first: Evaluation, first_stamp: StampArray2D, second: Evaluation, second_stamp: StampArray2D
) -> Common:
    """Mean absolute errors of two models at the cells that both were scored at.

    Parameters
    ----------
    first, second : Evaluation
        Of the same target; origins may differ.
    first_stamp, second_stamp : ndarray of shape (o, h), datetime64[s]
        Intervals of their cells.

    Returns
    -------
    Common
        Origins are the same when their first steps are.
    """
    if not first_stamp.size or not second_stamp.size:
        return Common(0, None, None)
    _same, at, other = np.intersect1d(first_stamp[:, 0], second_stamp[:, 0], return_indices=True)
    steps = min(first_stamp.shape[1], second_stamp.shape[1])
    mine = absolute_errors(first)[at, :steps]
    theirs = absolute_errors(second)[other, :steps]
    both = np.isfinite(mine) & np.isfinite(theirs)
    if not both.any():
        return Common(0, None, None)
    return Common(int(both.any(axis=1).sum()), float(mine[both].mean()), float(theirs[both].mean()))
