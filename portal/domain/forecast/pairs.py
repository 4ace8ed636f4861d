"""Two models on the same forecasts: losses by origin, the tests of their difference, and what many tests ask for.

API: ``Pair``, ``pair_of``, ``paired``, ``overlap``, ``correct_pairs``, ``holm``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray2D, FloatArray1D, FloatArray2D, IntArray1D
from portal.core.errors import DomainError
from portal.domain.forecast.cells import step_between
from portal.domain.forecast.comparison.diebold_mariano import DieboldMariano, diebold_mariano
from portal.domain.forecast.comparison.giacomini_white import GiacominiWhite, giacomini_white
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.scoring import Score

Parts = tuple[FloatArray2D, FloatArray2D | None, BoolArray2D]  # of Score.parts


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Pair:
    """Mean losses of a model and of what it is held against, by origin.

    Attributes
    ----------
    ours, theirs : ndarray of shape (n,)
        Losses on the cells that both have, oldest origin first.
    origins : ndarray of shape (n,)
        Values of history at each of them.
    overlap : int
        Origins that pass until the last counted step of an origin is known; 1 without overlap.
    """

    ours: FloatArray1D
    theirs: FloatArray1D
    origins: IntArray1D
    overlap: int

    @property
    def gain(self) -> float | None:
        """How much lower the mean loss is, 1 for all of it; None when there is nothing to gain on."""
        below = float(self.theirs.mean()) if len(self.theirs) else 0.0
        return 1.0 - float(self.ours.mean()) / below if below > 0.0 else None

    def test(self) -> tuple[DieboldMariano | None, str]:
        """Test the gain; without a test say why."""
        try:
            return diebold_mariano(self.theirs, self.ours, horizon=self.overlap), ""
        except DomainError as refusal:
            return None, refusal.message

    def test_conditionally(self) -> GiacominiWhite | None:
        """Test whether it can be told beforehand who will be better; None with too few origins."""
        try:
            return giacomini_white(self.theirs, self.ours, horizon=self.overlap)
        except DomainError:
            return None  # the sentence of the first test says that there are too few origins


def correct_pairs(pairs: Mapping[str, Pair]) -> dict[str, float]:
    """Test every pair and correct the one-sided p-values of a gain for their number.

    Parameters
    ----------
    pairs : mapping
        Every model of a leaderboard but the baseline, against it.

    Returns
    -------
    dict
        Adjusted p-value by model; those that could not be tested are left out.
    """
    tests = {code: pair.test()[0] for code, pair in pairs.items()}
    tested = {code: made.p_better for code, made in tests.items() if made is not None}
    return dict(zip(tested, holm(list(tested.values())), strict=True))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values so that the chance of any false finding stays below the level.

    Parameters
    ----------
    p_values : sequence of float
        Of tests that were made together, in any order.

    Returns
    -------
    list of float
        Adjusted, in the same order.

    References
    ----------
    Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian J. Statistics 6.
    """
    order = np.argsort(p_values, kind="stable")
    found, largest = [0.0] * len(p_values), 0.0
    for place, at in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[at]))
        found[at] = largest
    return found


def pair_of(one: Evaluation, other: Evaluation, score: Score, cells: BoolArray2D | None = None) -> Pair:
    """Mean losses of two models by origin, on the cells that both have.

    Parameters
    ----------
    one, other : Evaluation
        A model and what it is held against, on the same origins.
    score : Score
        What the losses are of.
    cells : ndarray of shape (o, h), bool, optional
        Cells that count.

    Returns
    -------
    Pair
        Losses of both; origins without a common cell are left out.
    """
    return paired(score.parts(one), score.parts(other), one, cells)


def paired(first: Parts, second: Parts, one: Evaluation, cells: BoolArray2D | None) -> Pair:
    """Pair the parts of two models' scores.

    Parameters
    ----------
    first, second : tuple
        What ``Score.parts`` gave of the model and of what it is held against.
    one : Evaluation
        The model.
    cells : ndarray of shape (o, h), bool, optional
        Cells that count.

    Returns
    -------
    Pair
        Losses of both.
    """
    counted = first[2] & second[2]
    counted = counted if cells is None else counted & cells
    number = counted.sum(axis=1)
    kept = number > 0
    ours, theirs = (
        np.where(counted, losses, 0.0).sum(axis=1)[kept] / number[kept] for losses in (first[0], second[0])
    )
    return Pair(ours, theirs, one.origins[kept], overlap(one, cells))


def overlap(evaluation: Evaluation, cells: BoolArray2D | None = None) -> int:
    """Return how many origins pass until the last counted step of an origin is known; 1 without overlap."""
    steps = evaluation.actual.shape[1]
    if cells is not None and cells.any():
        steps = int(np.flatnonzero(cells.any(axis=0))[-1]) + 1
    return max(1, int(-(-steps // step_between(evaluation))))
