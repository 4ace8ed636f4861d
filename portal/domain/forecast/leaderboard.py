"""Models of one target side by side: which is better than the seasonal naive by more than luck.

API: ``Leader``, ``Leaderboard``, ``build_leaderboard``, ``Cut``, ``compare_groups``, ``RANKED``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from portal.core.arrays import BoolArray2D
from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.cells import Group
from portal.domain.forecast.comparison.diebold_mariano import DieboldMariano
from portal.domain.forecast.comparison.giacomini_white import GiacominiWhite
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.pairs import Pair, correct_pairs, pair_of, paired
from portal.domain.forecast.scores import score_of, scores_of
from portal.domain.forecast.scoring import Score
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
    pairs = {
        code: pair_of(one, entries[baseline], ranking, cells)
        for code, one in entries.items()
        if code != baseline
    }
    corrected = correct_pairs(pairs)
    rows = [
        _row(code, one, ranking, cells, pairs.get(code), corrected.get(code)) for code, one in entries.items()
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


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Cut:
    """Models on some of the forecasts.

    Attributes
    ----------
    group : Group
        Which forecasts.
    scores : mapping
        Score by model; None where it has none.
    pairs : mapping
        Losses beside those of the baseline, by model.
    p_values : mapping
        Adjusted p-values of the gains, by model that could be tested.
    """

    group: Group
    scores: Mapping[str, float | None]
    pairs: Mapping[str, Pair]
    p_values: Mapping[str, float]

    @property
    def leader(self) -> str | None:
        """The model with the best score."""
        known = {code: value for code, value in self.scores.items() if value is not None}
        return min(known, key=lambda code: known[code]) if known else None

    @property
    def gainers(self) -> int:
        """How many models gained more than luck explains."""
        return sum(p < SIGNIFICANCE for p in self.p_values.values())


def compare_groups(
    evaluations: Mapping[str, Evaluation], score: str, groups: Sequence[Group], *, baseline: str = BASELINE
) -> list[Cut]:
    """Compare models on each of several groups of cells.

    Parameters
    ----------
    evaluations : mapping
        Evaluation by name, the baseline among them; all on the same origins and steps.
    score : str
        One of ``RANKED``.
    groups : sequence of Group
        Cells.
    baseline : str
        Name of the baseline.

    Returns
    -------
    list of Cut
        One for each group; the p-values are corrected within each.
    """
    _check(evaluations, score)
    ranking = score_of(score)
    parts = {code: ranking.parts(one) for code, one in evaluations.items()}
    values = {
        code: ranking.by_groups(one, [group.cells for group in groups]) for code, one in evaluations.items()
    }
    found = []
    for at, group in enumerate(groups):
        pairs = {
            code: paired(parts[code], parts[baseline], one, group.cells)
            for code, one in evaluations.items()
            if code != baseline
        }
        scores = {code: values[code][at] for code in evaluations}
        found.append(Cut(group, scores, pairs, correct_pairs(pairs)))
    return found


def _row(
    code: str,
    one: Evaluation,
    ranking: Score,
    cells: BoolArray2D | None,
    pair: Pair | None,
    p_adjusted: float | None,
) -> Leader:
    scores = scores_of(one, cells)
    dm, note = (None, "") if pair is None else pair.test()
    if one.failures:
        note = f"Failed at {len(one.failures)} of {len(one.origins)} origins, which are in no score. {note}".strip()
    counted = one.scored if cells is None else one.scored & cells
    return Leader(
        code=code,
        rank=0,
        score=scores[ranking.code],
        scores=scores,
        gain=0.0 if pair is None else pair.gain,
        dm=dm,
        gw=None if pair is None else pair.test_conditionally(),
        p_adjusted=p_adjusted,
        significant=p_adjusted is not None and p_adjusted < SIGNIFICANCE,
        origins=int(counted.any(axis=1).sum()),
        cells=int(counted.sum()),
        failures=len(one.failures),
        note=note,
    )


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
    name = "the seasonal naive" if baseline.lower().replace(" ", "_") == BASELINE else baseline
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
