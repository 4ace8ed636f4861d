"""Every combination of a grid is a trial, and the gain over the naive is tested by origins."""

import numpy as np
import pytest

from portal.domain.forecast.base import model
from portal.domain.forecast.common import common_errors
from portal.domain.forecast.sweep import combinations, gain_p, naive_error
from portal.domain.market.errors import BadParameter
from tests.helpers.forecasts import small_evaluation, small_models

STEADY = small_models()["steady"]


def test_a_grid_makes_every_combination_and_no_grid_one() -> None:
    assert [found.params for found in combinations(STEADY, {"days": [5, 10]})] == [{"days": 5}, {"days": 10}]
    assert [found.params for found in combinations(STEADY, {})] == [{}]


@pytest.mark.parametrize("grid", [{"days": []}, {"speed": [1]}, {"days": list(range(401))}])
def test_a_grid_that_makes_no_sense_is_refused(grid: dict[str, list[int]]) -> None:
    with pytest.raises(BadParameter):
        combinations(STEADY, grid)
    with pytest.raises(BadParameter, match="it has none"):
        combinations(model("seasonal_naive"), {"days": [1]})


@pytest.mark.parametrize(
    ("code", "grid", "named"),
    [
        ("theta", {"window": ["long"]}, "window"),
        ("mstl", {"window": [2.5]}, "window"),
        ("gradient_boosting", {"leaves": [None]}, "leaves"),
        ("lear", {"windows": ["abc"]}, "windows"),
        ("lear", {"spread_days": [True]}, "spread_days"),
    ],
)
def test_a_value_of_another_kind_is_refused_before_anything_is_fitted(
    code: str, grid: dict[str, list[object]], named: str
) -> None:
    with pytest.raises(BadParameter, match=f"is no value for {named} of"):
        combinations(model(code), grid)


def test_one_value_stands_for_a_row_of_one_and_a_whole_number_for_any() -> None:
    assert [found.params for found in combinations(model("lear"), {"windows": [84, [84, 364]]})] == [
        {"windows": (84,)},
        {"windows": (84, 364)},
    ]
    assert combinations(model("gradient_boosting"), {"learning_rate": [1]})[0].params == {"learning_rate": 1}


def test_a_better_model_has_a_small_p_and_a_worse_one_a_large_one() -> None:
    better, _ = small_evaluation(origins=30, error=1.0)
    worse, _ = small_evaluation(origins=30, error=3.0)
    assert naive_error(better) == pytest.approx(2.0)
    assert (gain_p(better, 4) or 1.0) < 0.01
    assert (gain_p(worse, 4) or 0.0) > 0.99
    few, _ = small_evaluation(origins=3)
    assert gain_p(few, 1) is None


def test_models_are_compared_at_the_origins_that_they_share() -> None:
    first, stamp = small_evaluation(origins=12, error=1.0)
    second, _ = small_evaluation(origins=12, error=2.0)
    both = common_errors(first, stamp, second, stamp)
    assert both.origins == 12
    assert both.first == pytest.approx(1.0, abs=0.1)
    assert both.second == pytest.approx(2.0, abs=0.2)
    later = stamp + np.timedelta64(8, "D")
    assert common_errors(first, stamp, second, later).origins == 4
    apart = stamp + np.timedelta64(99, "D")
    assert common_errors(first, stamp, second, apart).origins == 0
