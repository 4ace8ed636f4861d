"""Models of one target side by side: which is better than the seasonal naive by more than luck.

API: ``Leader``, ``Leaderboard``, ``build_leaderboard``, ``holm``, ``RANKED``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from portal.core.arrays import BoolArray2D, FloatArray1D
from portal.core.errors import DomainError
from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.cells import step_between
from portal.domain.forecast.comparison.diebold_mariano import DieboldMariano, diebold_mariano
from portal.domain.forecast.comparison.giacomini_white import GiacominiWhite, giacomini_white
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.scores import Score, score_of, scores_of
from portal.domain.market.errors import BadParameter

BASELINE = "seasonal_naive"
SIGNIFICANCE = 0.05  # of all tests of a leaderboard together
RANKED = ("mae", "rmse", "rmae", "mase", "pinball", "crps", "winkler_80")
"""Scores that a ranking may go by: proper for what they look at, and lower is better."""


@dataclass(frozen=True)
class Leader:
    """One model of a leaderboard.

    Attributes
    ----------
    code : str
        Name that it was given: a model, or a trial.
    rank : int
        From 1.
    score : float or None
        Its value of the score that ranks.
    scores : mapping
        All scores.
    gain : float or None
        How much lower its mean loss is than that of the baseline on the same cells, 1 for all of it; below 0 is worse.
    dm : DieboldMariano or None
        Test against the baseline; None for the baseline itself and where there are too few origins.
    gw : GiacominiWhite or None
        Conditional test against the baseline; likewise.
    p_adjusted : float or None
        One-sided p-value of the gain after Holm's correction.
    significant : bool
        Whether the gain is; a model without is shown grey.
    origins, cells, failures : int
        Origins and cells that are scored, origins that failed.
    note : str
        Why there is no test, or at how many origins it failed.
    """

    code: str
    rank: int
    score: float | None
    scores: Mapping[str, float | None]
    gain: float | None
    dm: DieboldMariano | None
    gw: GiacominiWhite | None
    p_adjusted: float | None
    significant: bool
    origins: int
    cells: int
    failures: int
    note: str


@dataclass(frozen=True)
class Leaderboard:
    """Models in the order of a score, and how the tests are to be read.

    Attributes
    ----------
    score : str
        The score that ranks.
    baseline : str
        What the others are tested against.
    rows : tuple of Leader
        Best first; models without a score last.
    sentence : str
        How many tests were made and what was done about it.
    """

    score: str
    baseline: str
    rows: tuple[Leader, ...]
    sentence: str

    def row(self, code: str) -> Leader | None:
        """Return the row of a model; None when it is not there."""
        return next((row for row in self.rows if row.code == code), None)


def build_leaderboard(
    evaluations: Mapping[str, Evaluation],
    score: str = "mae",
    *,
    baseline: str = BASELINE,
    cells: BoolArray2D | None = None,
) -> Leaderboard:
    """Rank models and test each against the baseline.

    Parameters
    ----------
    evaluations : mapping
        Evaluation by name; all on the same origins and steps.
    score : str
        One of ``RANKED``.
    baseline : str
        Name of the baseline; when it is not among the evaluations, its point forecasts are taken from any of them.
    cells : ndarray of shape (o, h), bool, optional
        Cells that count (a block of steps, a regime); all by default.

    Returns
    -------
    Leaderboard
        Losses are averaged over the cells of an origin, so a test has one pair for each origin.

    Raises
    ------
    BadParameter
        The score does not rank, there is no model, or the models stand on different origins.
    """
    _check(evaluations, score)
    ranking = score_of(score)
    entries = dict(evaluations)
    if baseline not in entries:
        entries[baseline] = point_baseline(next(iter(entries.values())))
    rows = [
        _row(code, one, entries[baseline], ranking, cells, is_baseline=code == baseline)
        for code, one in entries.items()
    ]
    tested = [row for row in rows if row.dm is not None]
    adjusted = holm([row.dm.p_better for row in tested if row.dm is not None])
    corrected = dict(zip([row.code for row in tested], adjusted, strict=True))
    rows = [
        replace(row, p_adjusted=corrected[row.code], significant=corrected[row.code] < SIGNIFICANCE)
        if row.code in corrected
        else row
        for row in rows
    ]
    rows.sort(key=lambda row: (row.score is None, row.score or 0.0, row.code))
    ranked = tuple(replace(row, rank=at) for at, row in enumerate(rows, start=1))
    return Leaderboard(score, baseline, ranked, _sentence(ranked, baseline))


def point_baseline(evaluation: Evaluation) -> Evaluation:
    """Return the baseline of an evaluation as one of its own, without a spread.

    Parameters
    ----------
    evaluation : Evaluation
        Any model at the same origins.

    Returns
    -------
    Evaluation
        The seasonal naive; all its quantiles are its point forecast, so CRPS is its absolute error.
    """
    flat = np.repeat(evaluation.baseline[..., None], len(LEVELS), axis=-1)
    return replace(evaluation, mean=evaluation.baseline, quantiles=flat, failures={}, seconds=0.0, facts={})


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


def paired_losses(
    one: Evaluation, other: Evaluation, score: Score, cells: BoolArray2D | None = None
) -> tuple[FloatArray1D, FloatArray1D]:
    """Mean losses of two models by origin, on the cells that both have.

    Parameters
    ----------
    one, other : Evaluation
        Both models on the same origins.
    score : Score
        What the losses are of.
    cells : ndarray of shape (o, h), bool, optional
        Cells that count.

    Returns
    -------
    tuple of ndarray
        Losses of both, oldest origin first; origins without a common cell are left out.
    """
    first, _, counted = score.parts(one)
    second, _, also = score.parts(other)
    counted = counted & also if cells is None else counted & also & cells
    number = counted.sum(axis=1)
    kept = number > 0
    sums = [np.where(counted, losses, 0.0).sum(axis=1)[kept] / number[kept] for losses in (first, second)]
    return sums[0], sums[1]


def overlap(evaluation: Evaluation, cells: BoolArray2D | None = None) -> int:
    """Return how many origins pass until the last counted step of an origin is known; 1 without overlap."""
    steps = evaluation.actual.shape[1]
    if cells is not None and cells.any():
        steps = int(np.flatnonzero(cells.any(axis=0))[-1]) + 1
    return max(1, int(-(-steps // step_between(evaluation))))


def _row(
    code: str,
    one: Evaluation,
    naive: Evaluation,
    ranking: Score,
    cells: BoolArray2D | None,
    *,
    is_baseline: bool,
) -> Leader:
    scores = scores_of(one, cells)
    ours, theirs = paired_losses(one, naive, ranking, cells)
    gain = 1.0 - float(ours.mean() / theirs.mean()) if len(ours) and theirs.mean() > 0.0 else None
    dm, gw, note = None, None, ""
    if not is_baseline:
        dm, note = _tested(theirs, ours, overlap(one, cells))
        gw = _conditional(theirs, ours, overlap(one, cells))
    failed = len(one.failures)
    if failed:
        note = f"Failed at {failed} of {len(one.origins)} origins, which are in no score. {note}".strip()
    counted = one.scored if cells is None else one.scored & cells
    return Leader(
        code=code,
        rank=0,
        score=scores[ranking.code],
        scores=scores,
        gain=0.0 if is_baseline else gain,
        dm=dm,
        gw=gw,
        p_adjusted=None,
        significant=False,
        origins=int(counted.any(axis=1).sum()),
        cells=int(counted.sum()),
        failures=failed,
        note=note,
    )


def _tested(naive: FloatArray1D, ours: FloatArray1D, horizon: int) -> tuple[DieboldMariano | None, str]:
    try:
        return diebold_mariano(naive, ours, horizon=horizon), ""
    except DomainError as refusal:
        return None, refusal.message


def _conditional(naive: FloatArray1D, ours: FloatArray1D, horizon: int) -> GiacominiWhite | None:
    try:
        return giacomini_white(naive, ours, horizon=horizon)
    except DomainError:
        return None  # the sentence of the first test says that there are too few origins


def _check(evaluations: Mapping[str, Evaluation], score: str) -> None:
    if score not in RANKED:
        raise BadParameter(
            f"Models are not ranked by {score!r}; choose one of {', '.join(RANKED)}.",
            name="score",
            value=score,
        )
    if not evaluations:
        raise BadParameter("A leaderboard needs at least one evaluated model.", name="models", value=0)
    first, *others = evaluations.values()
    same = all(
        np.array_equal(first.origins, other.origins) and first.actual.shape == other.actual.shape
        for other in others
    )
    if not same:
        raise BadParameter(
            "The models stand on different origins, so they cannot be ranked; evaluate them in one run.",
            name="origins",
            value=len(first.origins),
        )


def _sentence(rows: Sequence[Leader], baseline: str) -> str:
    tested = [row for row in rows if row.p_adjusted is not None]
    if not tested:
        return "No model could be tested against the seasonal naive."
    better = sum(row.significant for row in tested)
    subject = "1 model was" if len(tested) == 1 else f"{len(tested)} models were"
    name = "the seasonal naive" if baseline == BASELINE else baseline
    chance = 1.0 - (1.0 - SIGNIFICANCE) ** len(tested)
    many = (
        f" {len(tested)} tests at {SIGNIFICANCE:.0%} would find a gain by luck alone in up to {chance:.0%} of cases, "
        "so the p-values are corrected for their number by Holm's method."
        if len(tested) > 1
        else ""
    )
    return (
        f"{subject} tested against {name}; {better or 'none'} gained more than luck explains "
        f"(Diebold-Mariano, one-sided, {SIGNIFICANCE:.0%}).{many}"
    )
