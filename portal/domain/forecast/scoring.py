"""What a score is: losses of cells and how they become one number; and the registry of scores.

API: ``Score``, ``@score(...)``, ``SCORES``, ``all_scores()``, ``score_of(code)``, ``scores_of(evaluation)``.

A cell is one origin and one step. Every score is made of losses per cell, so that it can be cut by step, hour, month or
regime, and so that two models can be tested cell against cell.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Any

import numpy as np

from portal.core.arrays import BoolArray2D, FloatArray1D, FloatArray2D
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.market.errors import NoSuchModel

Losses = Callable[[Evaluation], FloatArray2D]


class Better(StrEnum):
    """Which values of a score are good."""

    LOWER = "lower"
    NEAR = "near"  # the aim: nominal coverage, or no bias


@dataclass(frozen=True)
class Score:
    """One score.

    Attributes
    ----------
    code : str
        Name in stored trials and in the API.
    title : str
        Name on screen.
    unit : str
        "target" for the unit of the target, "%" or "1".
    losses : callable
        Evaluation -> losses of all cells, shape (o, h); NaN where a cell has none.
    over : callable or None
        Evaluation -> losses whose mean divides, shape (o, h); None for no division.
    root : bool
        Whether the score is the root of the mean.
    better : Better
        Which values are good.
    aim : float
        The good value of ``Better.NEAR``.
    order : int
        Place in tables.
    """

    code: str
    title: str
    unit: str
    losses: Losses
    over: Losses | None = None
    root: bool = False
    better: Better = Better.LOWER
    aim: float = 0.0
    order: int = 100

    def __call__(self, evaluation: Evaluation, cells: BoolArray2D | None = None) -> float | None:
        """Return the score over all scored cells, or over those of them that ``cells`` (o, h) marks."""
        losses, over, counted = self.parts(evaluation)
        return self._finish(losses, over, counted if cells is None else counted & cells)

    def per_origin(self, evaluation: Evaluation) -> FloatArray1D:
        """Return the score of each origin, shape (o,); NaN where it has none."""
        losses, over, counted = self.parts(evaluation)
        found = [
            self._finish(losses[row], None if over is None else over[row], counted[row])
            for row in range(len(losses))
        ]
        return np.array([np.nan if value is None else value for value in found])

    def by_groups(self, evaluation: Evaluation, groups: Sequence[BoolArray2D]) -> list[float | None]:
        """Return the score of each group of cells, masks of shape (o, h)."""
        losses, over, counted = self.parts(evaluation)
        return [self._finish(losses, over, counted & cells) for cells in groups]

    def parts(self, evaluation: Evaluation) -> tuple[FloatArray2D, FloatArray2D | None, BoolArray2D]:
        """Return losses, dividing losses and the cells that count, each of shape (o, h)."""
        losses = self.losses(evaluation)
        over = None if self.over is None else self.over(evaluation)
        counted = evaluation.scored & np.isfinite(losses)
        return losses, over, counted if over is None else counted & np.isfinite(over)

    def _finish(self, losses: FloatArray2D, over: FloatArray2D | None, counted: BoolArray2D) -> float | None:
        if not counted.any():
            return None
        mean = float(losses[counted].mean())
        if over is not None:
            below = float(over[counted].mean())
            if below == 0.0:
                return None
            mean /= below
        found = float(np.sqrt(mean)) if self.root else mean
        return found if np.isfinite(found) else None


SCORES: dict[str, Score] = {}


def score(
    code: str, title: str, *, unit: str = "target", over: Losses | None = None, **more: Any
) -> Callable[[Losses], Losses]:
    """Register a function that makes losses of cells as a score.

    Parameters
    ----------
    code : str
        Name of the score.
    title : str
        Name on screen.
    unit, over
        See :class:`Score`.
    **more
        Further fields of :class:`Score`.

    Returns
    -------
    callable
        A decorator that leaves the function as it is.

    Raises
    ------
    ValueError
        The code is taken by a function of another module.
    """

    def register(losses: Losses) -> Losses:
        known = SCORES.get(code)
        if known is not None and known.losses.__module__ != losses.__module__:
            raise ValueError(f"The score {code!r} is defined twice.")
        SCORES[code] = Score(code, title, unit, losses, over, **more)
        return losses

    return register


def all_scores() -> Mapping[str, Score]:
    """Return all scores by code in the order of tables, with every module imported."""
    import_module("portal.domain.forecast.scores")  # they register themselves
    return dict(sorted(SCORES.items(), key=lambda item: (item[1].order, item[0])))


def score_of(code: str) -> Score:
    """Return a score by its code.

    Parameters
    ----------
    code : str
        Such as ``mae``.

    Returns
    -------
    Score
        The score.

    Raises
    ------
    NoSuchModel
        There is no such score.
    """
    found = all_scores().get(code)
    if found is None:
        raise NoSuchModel(
            f"There is no score {code!r}; choose one of {', '.join(sorted(SCORES))}.", model=code
        )
    return found


def scores_of(evaluation: Evaluation, cells: BoolArray2D | None = None) -> dict[str, float | None]:
    """Return every score of an evaluation, as it is stored with a trial.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.
    cells : ndarray of shape (o, h), bool, optional
        Cells that count, all by default.

    Returns
    -------
    dict
        Score by code; None where it cannot be computed, never NaN.
    """
    return {code: one(evaluation, cells) for code, one in all_scores().items()}
