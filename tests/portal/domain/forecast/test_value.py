"""Value in money by hand, and its bounds."""

import numpy as np
import pytest

from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.forecast.value import dispatch_value, schedule_value, shift_value
from portal.domain.market.errors import BadParameter, InsufficientHistory

SHIFTS = np.arange(len(LEVELS)) - 7.0


def evaluation(actual, mean, baseline, **more) -> Evaluation:
    mean = np.array(mean, dtype=np.float64)
    return Evaluation(
        **{
            "origins": 100 + np.arange(len(mean)),
            "actual": np.array(actual, dtype=np.float64),
            "mean": mean,
            "quantiles": mean[..., None] + SHIFTS,
            "baseline": np.array(baseline, dtype=np.float64),
            "scale": np.ones(len(mean)),
            "per_day": 24,
            **more,
        }
    )


def test_schedule_by_hand():
    one = evaluation([[100.0, 120.0, np.nan]], [[90.0, 125.0, 1.0]], [[80.0, 120.0, 1.0]])
    found = schedule_value(one, short_cost=20.0, long_cost=20.0)
    assert found.model == pytest.approx(-20.0 * 15.0)
    assert found.naive == pytest.approx(-20.0 * 20.0)
    assert (found.perfect, found.gain, found.captured) == (0.0, pytest.approx(100.0), pytest.approx(0.25))
    assert found.mwh == pytest.approx(220.0)
    assert found.gain_per_mwh == pytest.approx(100.0 / 220.0)


def test_a_dear_shortage_buys_a_higher_quantile():
    one = evaluation([[100.0]], [[100.0]], [[100.0]])
    found = schedule_value(one, short_cost=90.0, long_cost=10.0)
    bought = 100.0 + SHIFTS[LEVELS.index(0.9)]
    assert found.model == pytest.approx(-10.0 * (bought - 100.0))
    daily = schedule_value(evaluation([[100.0]], [[99.0]], [[98.0]], per_day=1))
    assert daily.model == pytest.approx(-20.0 * 24.0)


def test_the_quantile_of_the_costs_is_the_best_of_an_honest_forecast():
    rng = np.random.default_rng(1)
    actual = rng.normal(0.0, 1.0, (4000, 1)) + 100.0
    quantiles = np.broadcast_to(normal_quantiles(np.array([100.0]), np.array([1.0])), (4000, 1, len(LEVELS)))
    one = evaluation(actual, np.full((4000, 1), 100.0), np.full((4000, 1), 100.0), quantiles=quantiles)
    found = schedule_value(one, short_cost=80.0, long_cost=20.0)
    assert found.gain > 0.0


def test_shift_by_hand_and_within_its_bounds():
    one = evaluation([[10.0, -5.0, 30.0, 20.0]], [[9.0, 8.0, 7.0, 20.0]], [[1.0, 2.0, 3.0, 0.0]])
    found = shift_value(one, slots=2, mwh=3.0)
    assert found.model == pytest.approx(-3.0 * (-5.0 + 30.0))
    assert found.naive == pytest.approx(-3.0 * (10.0 + 20.0))
    assert found.perfect == pytest.approx(-3.0 * (10.0 - 5.0))
    assert found.captured == pytest.approx(1.0 / 5.0)
    assert found.mwh == pytest.approx(6.0)


def test_shift_leaves_out_what_is_not_whole_and_what_is_not_served():
    one = evaluation(
        [[-99.0, 4.0, 2.0], [0.0, np.nan, 1.0]],
        [[-99.0, 1.0, 2.0], [0.0, 1.0, 2.0]],
        [[-99.0, 2.0, 1.0], [0.0, 2.0, 1.0]],
        lead=1,
    )
    found = shift_value(one, slots=1)
    assert (found.model, found.naive, found.perfect, found.origins) == (-4.0, -2.0, -2.0, 1)
    assert found.captured is None


def test_dispatch_by_hand():
    found = dispatch_value(evaluation([[5.0, -3.0, 2.0]], [[1.0, 1.0, -1.0]], [[-1.0, 1.0, 1.0]]), mwh=10.0)
    assert (found.model, found.naive, found.perfect) == (20.0, -10.0, 70.0)
    assert found.captured == pytest.approx(30.0 / 80.0)


def test_nonsense_is_refused():
    one = evaluation([[1.0, 2.0]], [[1.0, 2.0]], [[1.0, 2.0]])
    with pytest.raises(BadParameter, match="between 1 and 2 slots"):
        shift_value(one, slots=3)
    with pytest.raises(BadParameter, match="at least zero"):
        schedule_value(one, short_cost=-1.0)
    nothing = evaluation([[np.nan]], [[1.0]], [[1.0]])
    for rule in (schedule_value, dispatch_value, lambda none: shift_value(none, slots=1)):
        with pytest.raises(InsufficientHistory, match="at least one origin"):
            rule(nothing)
