"""Scores by hand, their laws, and what is not computable."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri

from portal.domain.forecast import scores as package
from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.intervals import central_interval
from portal.domain.forecast.scores import all_scores, crps, score_of, scores_of
from portal.domain.market.errors import BadParameter, NoSuchModel

SHIFTS = np.arange(len(LEVELS)) - 7.0  # quantiles a whole number around the median


def evaluation(**more):
    """Two origins, two steps; the quantile of the middle is the mean."""
    mean = np.array([[10.0, 20.0], [30.0, 40.0]])
    parts = {
        "origins": np.array([50, 60]),
        "actual": np.array([[12.0, 20.0], [27.0, np.nan]]),
        "mean": mean,
        "quantiles": mean[..., None] + SHIFTS,
        "baseline": np.array([[16.0, 18.0], [25.0, 40.0]]),
        "scale": np.array([2.0, 4.0]),
    }
    return Evaluation(**{**parts, **more})


BY_HAND = {
    "mae": 5.0 / 3.0,
    "rmse": np.sqrt(13.0 / 3.0),
    "rmae": 5.0 / 8.0,
    "mase": (1.0 + 0.0 + 0.75) / 3.0,
    "smape": (200.0 * 2.0 / 22.0 + 200.0 * 3.0 / 57.0) / 3.0,
    "bias": (-2.0 + 0.0 + 3.0) / 3.0,
    "coverage_50": 2.0 / 3.0,  # the ends lie 2.5 away by interpolation: 2 is inside, 3 is not
    "coverage_80": 1.0,
    "coverage_95": 1.0,
    "width_50": 5.0,
    "width_80": 8.0,
    "width_95": 12.0,
    "winkler_80": 8.0,
    "winkler_95": 12.0,
    "msis": (6.0 + 6.0 + 3.0) / 3.0,
}


@pytest.mark.parametrize(("code", "value"), BY_HAND.items())
def test_by_hand(code, value):
    assert score_of(code)(evaluation()) == pytest.approx(value)


def test_pinball_and_crps_by_hand():
    expected, weights = [], crps.nearest_stretch(LEVELS)
    for miss in (2.0, 0.0, -3.0):
        losses = [max(p * (miss - s), (p - 1.0) * (miss - s)) for p, s in zip(LEVELS, SHIFTS, strict=True)]
        expected.append((np.mean(losses), 2.0 * weights @ losses))
    pinball, ranked = np.mean(expected, axis=0)
    assert score_of("pinball")(evaluation()) == pytest.approx(pinball)
    assert score_of("crps")(evaluation()) == pytest.approx(ranked)


def test_every_score_has_a_figure_by_hand_and_every_file_registers_one():
    assert set(all_scores()) == {*BY_HAND, "pinball", "crps"}
    files = {path.stem for path in Path(package.__file__).parent.glob("*.py")} - {"__init__"}
    homes = {one.losses.__module__.rpartition(".")[2] for one in all_scores().values()}
    assert homes == files


def test_a_score_that_does_not_exist_names_those_that_do():
    with pytest.raises(NoSuchModel, match="choose one of bias, coverage_50"):
        score_of("luck")


def test_the_lead_and_unknown_cells_do_not_count():
    late = evaluation(lead=1)
    assert score_of("mae")(late) == pytest.approx(0.0)
    assert score_of("mae").per_origin(late) == pytest.approx([0.0, np.nan], nan_ok=True)


def test_cells_can_be_chosen():
    chosen = np.array([[True, False], [True, True]])
    assert score_of("mae")(evaluation(), chosen) == pytest.approx(2.5)
    assert score_of("rmae")(evaluation(), chosen) == pytest.approx(5.0 / 6.0)


def test_what_cannot_be_computed_is_none_and_never_nan():
    nothing = evaluation(actual=np.full((2, 2), np.nan))
    assert set(scores_of(nothing).values()) == {None}
    flat = scores_of(evaluation(scale=np.full(2, np.nan), baseline=evaluation().actual))
    assert flat["mase"] is None
    assert flat["msis"] is None
    assert flat["rmae"] is None
    assert flat["mae"] == pytest.approx(5.0 / 3.0)


def test_crps_of_quantiles_is_near_that_of_the_normal_and_of_its_ensemble():
    y = np.array([-1.3, 0.2, 2.4])
    quantiles = np.tile(ndtri(np.array(LEVELS)), (3, 1))
    exact = crps.crps_normal(y, 0.0, 1.0)
    near = crps.crps_from_quantiles(y, quantiles, LEVELS, crps.nearest_stretch(LEVELS))
    assert near == pytest.approx(exact, rel=0.02)
    members = ndtri((np.arange(2000) + 0.5) / 2000.0)
    for at, value in enumerate(y):
        assert crps.crps_ensemble(value, members, fair=False) == pytest.approx(exact[at], rel=1e-3)


def test_crps_of_a_forecast_without_spread_is_its_absolute_error():
    sharp = np.full((1, len(LEVELS)), 3.0)
    assert crps.crps_from_quantiles([5.0], sharp, LEVELS, crps.nearest_stretch(LEVELS)) == pytest.approx(
        [2.0]
    )
    assert crps.crps_normal(5.0, 3.0, 0.0) == pytest.approx(2.0)
    assert crps.crps_ensemble(5.0, [3.0]) == pytest.approx(2.0)


def test_intervals_beyond_the_served_quantiles_are_refused():
    with pytest.raises(BadParameter, match="hold at most 98%"):
        central_interval(evaluation().quantiles, 0.99)


def test_intervals_at_served_levels_are_the_served_quantiles():
    quantiles = evaluation().quantiles
    for share, low in ((0.98, 0.01), (0.95, 0.025), (0.9, 0.05), (0.8, 0.1), (0.6, 0.2)):
        lower, upper = central_interval(quantiles, share)
        assert np.array_equal(lower, quantiles[..., LEVELS.index(low)])
        assert np.array_equal(upper, quantiles[..., -1 - LEVELS.index(low)])
